/* SPDX-License-Identifier: MIT */
/* Times and sizes as people read them, in systemctl's words. Pure but for the local time zone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAX 128

/* "1min 30s", "100ms", "infinity", "0"; parts below `accuracy_usec` are left out. Returns `buffer`.
 */
const char *format_timespan(char buffer[static FORMAT_MAX], uint64_t usec, uint64_t accuracy_usec);
/* "1.5M", "512B" */
const char *format_bytes(char buffer[static FORMAT_MAX], uint64_t bytes);
/* "Mon 2026-11-23 08:56:01 UTC" of CLOCK_REALTIME microseconds; "n/a" for 0. */
const char *format_timestamp(char buffer[static FORMAT_MAX], uint64_t realtime_usec);
/* "3min 2s ago" or "3min left", against `now_usec`. */
const char *format_relative(
	char buffer[static FORMAT_MAX], uint64_t realtime_usec, uint64_t now_usec);
