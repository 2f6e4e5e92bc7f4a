/* SPDX-License-Identifier: MIT */
/*
 * Log files of units as reaperd writes them (LogDirectory=): what was said before the lines that it
 * still keeps, also by a reaperd before it.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

struct log_query {
	const char *directory;
	uint64_t since_usec, until_usec; /* CLOCK_REALTIME */
	int max_priority;
	size_t count; /* no more of each unit; SIZE_MAX: all */
};

/*
 * Puts lines of the files in front of those that reaperd keeps, `kept`, which came with the same
 * question, and sorts all by time. `units`: ids, an empty array: every unit that has a file. A new
 * array; what cannot be read is told and left out.
 */
json_t *log_files_add(const struct log_query *q, const json_t *units, const json_t *kept);

/* Bytes of all log files in the folder; 0 where there is none. */
uint64_t log_files_size(const char *directory);
