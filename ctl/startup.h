/* SPDX-License-Identifier: MIT */
/* When each unit came up: what `analyze` draws. */
#pragma once

#include "ctl/ctl.h"

/* How a unit came up, in microseconds since reaperd began. */
struct bar {
	const char *unit;    /* borrowed */
	const json_t *after; /* names of what comes before it; borrowed */
	uint64_t begin_usec;
	uint64_t main_usec; /* its main process began, after others; 0: nothing ran before it */
	uint64_t end_usec;  /* it was up, or had failed */
	uint64_t down_usec,
		gone_usec; /* it was no longer up, and then nothing of it was left; 0: not yet */
	bool was_up, failed;
};

struct bars {
	json_t *units; /* owns what the list borrows */
	struct bar *list;
	size_t count;
	uint64_t origin_usec, finish_usec;
};

/* What came up, or tried: those that have begun since reaperd did. 0, or an exit status (told);
 * bars_done() frees in either case. */
int ask_bars(struct ctl *c, struct bars *b);
void bars_done(struct bars *b);

/* analyze critical-chain: of each of the units (NULL: default.target, or what started last) the
 * line of those that it waited for. An exit status. */
int print_chain(const struct bars *b, char **units);

/* analyze plot: the picture, on standard output. An exit status. */
int print_plot(const struct bars *b);
