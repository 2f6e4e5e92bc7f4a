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
enum log_target log_get_target(void);
void log_set_target(enum log_target target);

/*
 * A descriptor of our own for a stream that we inherited, for the caller to close. It is reopened
 * through /proc/self/fd (proc(5)), so that O_NONBLOCK is ours alone: the flag is shared with
 * whoever gave us the descriptor. A regular file never blocks and is shared as it is: a second
 * description would begin at the file's first byte and write over what others wrote. Negative errno
 * where there is no /proc, and of a socket, which cannot be reopened.
 */
int log_own_stream(int fd);

/* From now on lines go to a description of standard error of our own; where there can be none, to
 * descriptor 2 as it is. Call once, before the loop. */
void log_open(void);

/* Text as it is, at the very end: waits for a slow reader, at most so long for each piece. */
void log_last_words(const char *text, int patience_msec);

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
