/* SPDX-License-Identifier: MIT */
/*
 * What we got from our caller and change for ourselves: signal mask, dispositions, the limit of
 * open files. The command of entrypoint mode gets all of it back unchanged; services get defaults.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

#define INHERITED_SIGNALS 4

struct inherited {
	uint64_t mask;
	bool was_ignored[INHERITED_SIGNALS]; /* those that we change (inherited.c) */
	struct rlimit open_files;
};

/* Remembers all of it, then: descriptors 0 to 2 exist, every signal is blocked, SIGCHLD is default,
 * files are many. */
void inherited_take(struct inherited *in);
/* In a child: puts it back. Async-signal-safe. */
void inherited_restore(const struct inherited *in);
