/* SPDX-License-Identifier: MIT */
/* Times in log files and in their names: UTC, with microseconds, of one length. */
#pragma once

#include <stdint.h>

/* 2026-11-27T22:04:30.123456Z: in front of a line. */
#define LOG_STAMP_LENGTH 27
/* 20261127-220430-123456: behind the name of a rotated file. */
#define LOG_NAME_LENGTH 22

/* Both write that many bytes and no NUL. */
void log_stamp_format(char to[], uint64_t realtime_usec);
void log_name_format(char to[], uint64_t realtime_usec);
/* The times again, whatever follows; 0 or -EINVAL. */
int log_stamp_parse(const char *text, uint64_t *ret);
int log_name_parse(const char *text, uint64_t *ret);
