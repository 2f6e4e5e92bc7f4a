/* SPDX-License-Identifier: MIT */
/* Folders on the way to a file, and what lies in folders that others may write to: no link is ever
 * followed there, and how deep it goes has a limit. */
#pragma once

#include <sys/types.h>

/*
 * Makes every folder above `path` that is missing, with `mode` less the umask (mkdir(2)). What
 * cannot be made because the file system is read-only counts as there: what follows will tell.
 * Returns 0, -ENOMEM, or the negative errno of the first folder that cannot be made.
 */
int folder_make_parents(const char *path, mode_t mode);

/* The same with the last part of `path` as a folder too. */
int folder_make(const char *path, mode_t mode);

/* What is done with one entry of the folder `dir`; a negative errno ends the walk. */
typedef int folder_fn(int dir, const char *name, void *data);

/* Calls fn with each entry of the folder behind `fd`, which is taken over. 0, the negative errno of
 * fdopendir(3), or fn's. */
int folder_each(int fd, folder_fn *fn, void *data);

/* The folder `name` in `dir`, opened for reading; the caller closes it. Negative errno of
 * openat(2). */
int folder_open(int dir, const char *name);

/* Removes all that is in the folder behind `fd`, which is taken over. Negative errno of what could
 * not be removed, -E2BIG for more than `limit` entries, or LIMIT_FOLDER_DEPTH folders in each
 * other.
 */
int folder_empty(int fd, unsigned limit);
