/* SPDX-License-Identifier: MIT */
/* What this place allows that settings may need: found once, and asked from then on. */
#pragma once

#include <stdbool.h>

enum need {
	NEED_NOTHING,
	NEED_NAMESPACES, /* mount, IPC, UTS and network namespaces: CAP_SYS_ADMIN, unshare(2) */
	NEED_USER_NAMESPACES,
	NEED_FILTERS,	    /* of system calls (seccomp(2)) */
	NEED_KEYRINGS,	    /* keyctl(2) */
	NEED_MEMORY_POLICY, /* set_mempolicy(2) */
	NEED_PAGE_MERGING,  /* PR_SET_MEMORY_MERGE of prctl(2) */
	NEED_CGROUPS,	    /* a part of the cgroup2 tree that is ours to divide (cgroup_root.h) */
	NEED_CPU,	    /* ... and one of its controllers */
	NEED_CPUSET,
	NEED_IO,
	NEED_MEMORY,
	NEED_PIDS,
	NEED_MAX,
};

/* Whether it is there. The first question tries it out in a child of ours, a fraction of a
 * millisecond. */
bool place_has(enum need need);
/* Why it is not, for people. */
const char *place_why_not(enum need need);
/* What it takes, for the manual page; NULL: nothing. */
const char *place_requirement(enum need need);
