/* SPDX-License-Identifier: MIT */
/*
 * The mark by which every descendant of a unit's activation is known: two limits that the kernel
 * has ignored since Linux 2.4 (getrlimit(2)), RLIMIT_LOCKS and RLIMIT_RSS, set before exec. They
 * are inherited over fork and exec, /proc/PID/limits shows them to everyone, for zombies too, and
 * only CAP_SYS_RESOURCE can raise their hard ends.
 *
 * Each activation has a range of values of its own: of the one limit counted down, of the other
 * counted up. So nobody can lower his limits to those of another activation: one of the two would
 * have to rise. Who lowers one of them is known by the other.
 *
 * A reaperd running inside a service divides the ranges again for its own units.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mark_space {
	uint64_t top;	/* RLIMIT_LOCKS as we inherited it, rounded down */
	uint64_t base;	/* RLIMIT_RSS below the first activation's; 0: that one cannot be used */
	unsigned shift; /* the width of one activation's range, in bits */
	uint64_t last;	/* number of the activation handed out last */
	uint64_t limit; /* how many there are before the numbers start over */
};

/* The hard ends of a process's two limits. */
struct mark_limits {
	uint64_t down; /* RLIMIT_LOCKS */
	uint64_t up;   /* RLIMIT_RSS */
};

/* Reads our own limits and divides them. -ENOSPC: RLIMIT_LOCKS is too low to be divided, nothing
 * can be marked. */
int mark_space_open(struct mark_space *s);

/* A new activation's mark: never 0. Numbers start over after 2^20 or more. 0: the space is not
 * open. */
uint64_t mark_next(struct mark_space *s);

/* The limits that wear it. */
struct mark_limits mark_limits_of(const struct mark_space *s, uint64_t mark);

/* In the child: wears the mark. Negative errno of setrlimit(2). */
int mark_wear(const struct mark_space *s, uint64_t mark);

/* The mark of the activation that both limits of a process fall into; 0: none of ours, or one of
 * them was changed. */
uint64_t mark_of_limits(const struct mark_space *s, const struct mark_limits *l);
/* Where they do not agree: the mark that one of them still tells, to be believed of nobody who
 * would gain by it; 0: none. */
uint64_t mark_hint(const struct mark_space *s, const struct mark_limits *l);

/* Reads /proc/PID/limits: 0 and *ret, or -ESRCH, -EACCES, -ENOENT (no /proc). About 11 us. */
int mark_read(pid_t pid, struct mark_limits *ret);
