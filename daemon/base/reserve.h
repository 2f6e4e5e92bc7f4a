/* SPDX-License-Identifier: MIT */
/*
 * Descriptors kept back for what must not fail: looking at processes in /proc, so that reaping and
 * stopping go on when services and clients hold all others. The kept ones lie between our soft and
 * our hard RLIMIT_NOFILE (getrlimit(2)).
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

/* Raises the soft limit of open files as near to the hard one as leaves the reserve. */
void reserve_keep(void);

/* Whether an error, of either sign, says that something has run out (descriptors, memory): it may
 * be there again later. */
bool is_lack(int error);

/* As open(2) with O_CLOEXEC and opendir(3), out of the reserve when nothing else is left. Negative
 * errno; NULL and errno. */
int reserve_open(const char *path, int flags);
DIR *reserve_opendir(const char *path);
