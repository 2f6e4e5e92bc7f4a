/* SPDX-License-Identifier: MIT */
/* Signals for the processes of activations that are not in the process table: found by their marks,
 * all activations in one scan. */
#pragma once

#include "daemon/process/mark.h"
#include "daemon/process/process.h"

/* The signal for processes with that mark; 0: none. */
typedef int tree_signal_fn(uint64_t mark, void *data);

/*
 * Signals every live process below us that is not in the process table as `fn` says, each through a
 * pidfd (pidfd_open(2)) checked against its mark, and scans again until no new one is found
 * (bounded). Those that get SIGKILL are stopped first where they keep growing. Returns how many
 * were signalled, or a negative errno.
 */
int tree_kill(const struct mark_space *space, const struct process_table *processes,
	tree_signal_fn *fn, void *data);

/* The same for one activation. */
int tree_kill_mark(const struct mark_space *space, const struct process_table *processes,
	uint64_t mark, int sig);
