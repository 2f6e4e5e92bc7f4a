/* SPDX-License-Identifier: MIT */
/* One log file and those that it was before. Only the writer of log files uses this: it may block.
 */
#pragma once

#include <sys/types.h>
#include <uthash.h>

#include "daemon/manager/log_files.h"

struct log_file {
	char *unit;
	int fd; /* -1: not open */
	uint64_t size;
	uint64_t begin_usec;	/* CLOCK_REALTIME of its first line */
	uint64_t retry_usec;	/* CLOCK_MONOTONIC: when it may be opened again after a failure */
	uint64_t back_off_usec; /* how long that is the next time */
	uint64_t dropped;	/* lines since it could be written last */
	int error;		/* why: an errno */
	UT_hash_handle hh;
};

/* NULL: out of memory. */
struct log_file *log_file_new(const char *unit, size_t length);
/* Appends whole lines; opens, rotates and gives up for a while as is due. */
void log_file_write(
	const struct log_file_settings *s, struct log_file *f, const char *lines, size_t length);
/* The file becomes UNIT.log.TIME, and is compressed; those that are too many or too old go. */
void log_file_rotate(const struct log_file_settings *s, struct log_file *f);
