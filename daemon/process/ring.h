/* SPDX-License-Identifier: MIT */
/*
 * The newest lines of a unit in one flat buffer: a small header in front of each, the oldest give
 * way. It has no memory before its first line, and grows by doubling up to its bound. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct output_line {
	uint64_t realtime_usec;
	uint64_t sequence; /* grows by one for each line of any unit: the order between units */
	uint32_t length;
	int priority; /* syslog(3): 0 emerg ... 7 debug */
	char text[];  /* NUL-terminated, without the newline; borrowed until the ring changes */
};

/* Zero with a bound is an empty one. */
struct ring {
	char *data;
	size_t bound;	    /* bytes that it may grow to */
	size_t room;	    /* bytes that it has */
	size_t first, next; /* offsets: of the oldest line, behind the newest */
	size_t wrapped_at;  /* where the older lines end that lie behind the newer; 0: none do */
};

void ring_done(struct ring *r);

/*
 * Adds a line, whose fields but its length the caller fills in, and copies `text`. NULL: out of
 * memory, or longer than the bound.
 */
struct output_line *ring_add(struct ring *r, const char *text, size_t length);

/* From the oldest line to the newest; NULL: there are no more. */
const struct output_line *ring_first(const struct ring *r);
const struct output_line *ring_after(const struct ring *r, const struct output_line *line);
