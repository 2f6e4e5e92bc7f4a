/* SPDX-License-Identifier: MIT */
/*
 * Children that we did not start: orphans that the kernel gave us (PID 1, or prctl(2),
 * PR_SET_CHILD_SUBREAPER). It tells nobody of it, so our children are listed when it matters, and
 * what is new among them is looked at once. A child keeps its number until we reap it, so the
 * number alone is its identity here.
 *
 * What this is for: whether anything of a unit is left. Each of its processes was born, by any
 * number of steps, of one that we started for it. Above a live one there is therefore either one of
 * those, or the child of ours under which the rest was left when the one above it died, and which
 * wears the unit's mark like all of them. The kernel gives the children of a process away before
 * the process can be waited for (exit_notify() does both under one lock). So once the ends of all
 * processes that we started for a unit were seen, a list of our children made after that shows
 * whatever is left of it; and when that is nothing, it stays nothing: nobody is left to fork.
 */
#pragma once

#include "daemon/process/mark.h"
#include "daemon/process/process.h"
#include "daemon/process/procfs.h"

struct adopted {
	pid_t pid;
	uint64_t mark;	     /* of the activation that it comes from; 0: none of ours */
	uint64_t since_usec; /* when it was noticed, CLOCK_REALTIME */
	UT_hash_handle hh;
};

struct adopted_table {
	struct adopted *by_pid;
	bool is_incomplete; /* the last look could not see everything (memory, descriptors) */
};

/* Told of each that is new. */
typedef void adopted_fn(const struct proc_info *p, void *data);

/* Lists our children and remembers those that are neither in the process table nor known here;
 * zombies are passed over. 0, or a negative errno: there is no list. */
int adopted_look(struct adopted_table *t, const struct process_table *processes,
	const struct mark_space *space, adopted_fn *fn, void *data);

/* When the child was noticed, CLOCK_REALTIME microseconds; 0: it was not. */
uint64_t adopted_since(const struct adopted_table *t, pid_t pid);

/* Whether one of the activation lives, or may live for all that the last look could see, besides
 * those in the process table. */
bool adopted_has_mark(
	const struct adopted_table *t, const struct process_table *processes, uint64_t mark);

/* Whether one of the activation has died since the last look and is not reaped: what it left is
 * ours by now, and the next look shows it. */
bool adopted_has_dead(
	const struct adopted_table *t, const struct process_table *processes, uint64_t mark);

/* The only live one of the activation, besides those in the process table; 0: none, or several. */
pid_t adopted_only(
	const struct adopted_table *t, const struct process_table *processes, uint64_t mark);

/* It is reaped. False: it was not known. */
bool adopted_forget(struct adopted_table *t, pid_t pid);
void adopted_done(struct adopted_table *t);
