/* SPDX-License-Identifier: MIT */
/* Inside of filter*.c: filters of system calls, made with libseccomp in the child. */
#pragma once

#include <seccomp.h>

#include "daemon/process/child.h"

/* A filter that allows everything, for the unit's architectures; rules are added, then it is
 * loaded. NULL: out of memory. */
scmp_filter_ctx filter_new(const struct child *c, uint32_t default_action);
static inline void filter_freep(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

/* filter_restrict.c: the rules of RestrictNamespaces=, MemoryDenyWriteExecute= and their family. 0
 * or negative errno. */
int filter_restrict(const struct child *c, scmp_filter_ctx filter);

/* Calls `fn` with the number of each system call that a word stands for (NAME or @GROUP), those of
 * groups in groups too; calls that this architecture does not have are passed over. 0 or what `fn`
 * said that was negative. */
int filter_each_call(const char *word, int (*fn)(int number, void *data), void *data);
