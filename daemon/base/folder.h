/* SPDX-License-Identifier: MIT */
/* Folders on the way to a file. */
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
