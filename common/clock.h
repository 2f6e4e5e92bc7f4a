/* SPDX-License-Identifier: MIT */
/* Clocks and spans. All times are microseconds; deadlines are CLOCK_MONOTONIC (clock_gettime(2)).
 */
#pragma once

#include <stdint.h>

#define USEC_PER_MSEC 1000ULL
#define USEC_PER_SEC 1000000ULL
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY (24 * USEC_PER_HOUR)
#define USEC_PER_WEEK (7 * USEC_PER_DAY)
#define USEC_PER_MONTH (2629800ULL * USEC_PER_SEC) /* 30.4375 days, systemd.time(7) */
#define USEC_PER_YEAR (31557600ULL * USEC_PER_SEC) /* 365.25 days, systemd.time(7) */
#define USEC_INFINITY UINT64_MAX

/* Microseconds of CLOCK_MONOTONIC: for every deadline and span. Cannot fail. */
uint64_t clock_monotonic_usec(void);

/* Microseconds of CLOCK_REALTIME: for showing to people only. Cannot fail. */
uint64_t clock_realtime_usec(void);

/* A moment on both clocks, taken together. Zero: has not happened. */
struct moment {
	uint64_t realtime_usec;
	uint64_t monotonic_usec;
};

struct moment moment_now(void);

/* a + b; USEC_INFINITY when either is, or when the sum overflows. */
uint64_t usec_add(uint64_t a, uint64_t b);
