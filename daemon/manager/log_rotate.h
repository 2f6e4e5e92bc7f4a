/* SPDX-License-Identifier: MIT */
/* Rotated log files: UNIT.log.TIME, or UNIT.log.TIME.zst, the time in UTC as
 * 20261127-220430-123456. */
#pragma once

#include "daemon/manager/log_files.h"

/* Renames the file, has it compressed by a process of its own, and removes what is too much or too
 * old. What fails is told. */
void log_rotate(const struct log_file_settings *s, const char *unit, const char *path);
