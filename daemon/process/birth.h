/* SPDX-License-Identifier: MIT */
/*
 * How a child is born: by fork(2), into its cgroup where it has one (CLONE_INTO_CGROUP).
 *
 * fork(2) copies the table of descriptors, and exec closes them again one by one: with the pipes of
 * thousands of services that is most of what a start takes. So a child that is handed nothing but
 * its output shares our table at first (CLONE_FILES), and calls close_range(2) with
 * CLOSE_RANGE_UNSHARE before all else, which leaves it a table of its own with the lowest
 * BIRTH_KEPT alone. Its output has to lie among them until then: in one of a few places, which the
 * child gives back by a word in memory that it shares with us. Where no place is free, where more
 * is handed over, or where there is no such call (before Linux 5.9), it is a fork like any other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BIRTH_KEPT 64 /* a word of the kernel's bitmap, and the size of the smallest table */
#define BIRTH_PLACES 12

struct birth_place {
	int fd;
	pid_t pid;	/* the child whose output lies there; 0: free */
	unsigned looks; /* in vain, whether it is still needed */
};

struct birth_places {
	struct birth_place list[BIRTH_PLACES];
	size_t count;	    /* 0: no child can share our table */
	_Atomic(int) *used; /* for each place, shared with the children: needed still */
	int filler_fd;	    /* what lies in those that are free; borrowed */
};

/* Takes places for copies of `filler_fd`, which itself should lie below BIRTH_KEPT; as many as
 * there are, and none where children cannot share. */
void birth_open(struct birth_places *p, int filler_fd);
void birth_close(struct birth_places *p);

struct birth {
	struct birth_places *places; /* NULL: it may use all descriptors of ours */
	int cgroup_fd;		     /* to be born in; -1: where we are */
	int output_fd;	   /* what it is handed, -1: nothing; in the child: there it lies */
	bool is_in_cgroup; /* in the child; false: it has to go there by cgroup_join() */
	int error; /* in the child: negative errno; our table is still its own, and it has to end */
};

/* As fork(2). */
pid_t birth_fork(struct birth *b);

/* A child ended, whether it had come so far or not. */
void birth_forget(struct birth_places *p, pid_t pid);
/* Closes outputs that their children have by now. True: there are others, so another look in a
 * moment is worth it; false also where that was done a few times, for a child may be stopped. */
bool birth_sweep(struct birth_places *p);
