/* SPDX-License-Identifier: MIT */
/* Which lines of a unit are kept: LogLevelMax=, LogRateLimitIntervalSec=, LogRateLimitBurst=. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct line_filter {
	uint64_t interval_usec; /* 0: any number of lines */
	unsigned burst;		/* lines within it; 0: any number */
	int level_max;		/* syslog(3); what is less urgent is dropped */
	/* its own */
	uint64_t begin_usec;
	unsigned count, suppressed;
};

/*
 * Whether a line of that level is kept. *ret_suppressed: how many were not since the interval
 * before, when a new one begins.
 */
bool line_filter_passes(
	struct line_filter *f, int level, uint64_t now_usec, unsigned *ret_suppressed);
