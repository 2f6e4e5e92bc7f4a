/* SPDX-License-Identifier: MIT */
/* Small files of /proc, /sys and /etc that hold one line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The first line of `path` without its end, cut where `buffer` is full; false: it cannot be read,
 * and `buffer` is as it was. Waits for nobody (open(2), O_NONBLOCK). */
bool small_file_line(const char *path, char *buffer, size_t size);
