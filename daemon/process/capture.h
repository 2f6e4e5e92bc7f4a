/* SPDX-License-Identifier: MIT */
/*
 * The pipe that a unit writes to, read into lines. A writer that goes on is not read at each of its
 * writes: its pipe is made larger and then looked at now and then, so that a flood costs few
 * wake-ups here and few interruptions there. Nothing outside process/ includes this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/loop.h"

/* What becomes of what was read: `line` for each, `end` once after those of one read. `may_read`:
 * how many bytes may be read in this turn; 0: later. */
struct capture_reader {
	size_t (*may_read)(void *data);
	void (*line)(const char *text, size_t length, void *data);
	void (*end)(void *data);
};

struct capture {
	struct loop *loop;
	struct loop_source source; /* read end; fd -1: closed */
	struct loop_timer nap;	   /* when a busy pipe is looked at again */
	const struct capture_reader *reader;
	void *data;	    /* of the reader */
	int write_fd;	    /* -1: none of ours */
	bool is_large;	    /* the pipe */
	uint64_t read_usec; /* CLOCK_MONOTONIC: the last time there was something */
	char *partial;	    /* the line that has not ended yet */
	size_t partial_length;
};

/* `reader` has to stay. */
void capture_init(
	struct capture *c, struct loop *loop, const struct capture_reader *reader, void *data);
/*
 * The write end, opened on demand: of the pipe that is there, for a process that outlives its
 * service goes on writing into it, else of a new one. The capture owns it. Negative errno of
 * pipe2(2) or open(2).
 */
int capture_open(struct capture *c);
/* A child has the write end now: ours is closed, so that a service costs one descriptor and the
 * pipe ends with its last writer. Where it could not be opened again (no /proc) it is kept. */
void capture_release(struct capture *c);
/* Reads what is in the pipe now; no more than one source may in a turn. */
void capture_drain(struct capture *c);
/* Reads all that is in the pipe, and what has no newline counts as a line: its writer ended. */
void capture_end_line(struct capture *c);
/* The same, and closes the pipe. */
void capture_close(struct capture *c);
