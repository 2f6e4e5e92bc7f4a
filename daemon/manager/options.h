/* SPDX-License-Identifier: MIT */
/* The command line: one row an option (options.c), from which parsing and --help come. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/log.h"

struct options {
	char *unit_path, *socket, *config;
	char **units; /* borrowed from argv */
	int unit_count;
	char **command;		    /* borrowed from argv, NULL-terminated; NULL: none */
	const char *install, *root; /* --install=VERB, --root=DIR; NULL: not given */
	bool check, dump, verify, here;
	uint64_t stop_budget_usec; /* 0: not given */
	bool clean_environment;
	bool kill_group, new_session, single_child, warn_reaped;
	int parent_death_signal; /* 0: none */
	int rewrite[NSIG];	 /* signal -> what is forwarded; 0 drops it; -1: as it is */
	bool expect_exit[256];
	int verbose;
	int log_level;	/* -1: not given */
	int log_target; /* -1: not given */
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE,  /* --help, --version: printed, exit 0 */
	OPTIONS_WRONG, /* told on stderr, exit 2 */
};

/* Fills *o from argv and the environment (REAPERD_UNIT_PATH, REAPERD_SOCKET). Strings are borrowed.
 */
enum options_result options_parse(struct options *o, int argc, char **argv);
