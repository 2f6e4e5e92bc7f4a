/* SPDX-License-Identifier: MIT */
/*
 * The mark by which every descendant of a unit's activation is known: RLIMIT_LOCKS, soft and hard,
 * set before exec. The kernel has ignored that limit since Linux 2.4.25 (getrlimit(2)); it is
 * inherited over fork and exec, shown by /proc/PID/limits for zombies too, and only
 * CAP_SYS_RESOURCE can raise it again.
 *
 * Each activation has a range of values of its own, counted down from the limit that we inherited,
 * so that a reaperd running inside a service can divide that range again for its own units.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mark_space {
	uint64_t top;	/* what we inherited, rounded down */
	unsigned shift; /* the width of one activation's range, in bits */
	uint64_t last;	/* number of the activation handed out last */
	uint64_t limit; /* how many there are before the numbers start over */
};

/* Reads our own limit and divides it. -ENOSPC: it is too low to be divided, nothing can be marked.
 */
int mark_space_open(struct mark_space *s);

/* A new activation's mark: never 0. Numbers start over after 2^20 or more. 0: the space is not
 * open. */
uint64_t mark_next(struct mark_space *s);

/* In the child: wears the mark. Negative errno of setrlimit(2). */
int mark_wear(uint64_t mark);

/* The mark of the activation that a limit read from a process falls into; 0: none of ours. */
uint64_t mark_of_limit(const struct mark_space *s, uint64_t limit);

/* Reads /proc/PID/limits: 0 and *ret_limit, or -ESRCH, -EACCES, -ENOENT (no /proc). About 11 us. */
int mark_read(pid_t pid, uint64_t *ret_limit);
