/* SPDX-License-Identifier: MIT */
/*
 * Says things to the console (standard error) or the journal's socket. Never blocks: what the
 * reader does not take at once is dropped and counted. Rooms up to plan/ return errors; from
 * process/ on an error is logged once, where it stops travelling.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

#include "common/enum.h"
#include "common/own.h"

enum log_target {
	LOG_TARGET_CONSOLE,
	LOG_TARGET_JOURNAL,
	LOG_TARGET_NULL,
	LOG_TARGET_MAX,
};

ENUM_TABLE(log_target)

void log_set_level(int level);
int log_get_level(void);
void log_set_target(enum log_target target);

/*
 * Reopens standard error through /proc/self/fd, so that O_NONBLOCK is ours alone (the flag is
 * shared with whoever gave us the descriptor), and remembers where to write. Without /proc it
 * writes to descriptor 2 as it is. Call once, before the loop.
 */
void log_open(void);

/* Messages lost because their reader did not keep up. */
uint64_t log_dropped(void);

/*
 * One line. `error` is 0 or an errno (either sign): its text is appended. `unit` names the unit the
 * line is about, or is NULL. Returns -abs(error), so that a caller can log and return in one line.
 */
int log_line(int level, int error, const char *unit, const char *fmt, ...) _printf_(4, 5);

#define log_error(...) log_line(LOG_ERR, 0, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, 0, NULL, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, 0, NULL, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, 0, NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, 0, NULL, __VA_ARGS__)

#define log_error_errno(error, ...) log_line(LOG_ERR, error, NULL, __VA_ARGS__)
#define log_warning_errno(error, ...) log_line(LOG_WARNING, error, NULL, __VA_ARGS__)
#define log_debug_errno(error, ...) log_line(LOG_DEBUG, error, NULL, __VA_ARGS__)
