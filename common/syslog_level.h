/* SPDX-License-Identifier: MIT */
/* Levels of log lines (syslog(3)): 0 is emerg, 7 is debug. Pure. */
#pragma once

#include "common/enum.h"

#define SYSLOG_LEVELS 8

extern const struct enum_table syslog_level_names;

/* "err" or "3" -> 3, or -EINVAL. */
int syslog_level_from_string(const char *text);
