/* SPDX-License-Identifier: MIT */
/*
 * The pipe that a unit writes to, read into lines. A pipe that was ever polled costs its writer a
 * wake-up at each write, for good (pipe_poll() in the kernel's fs/pipe.c), so none of them is: a
 * quiet one tells of its first bytes by a signal (O_ASYNC and F_SETSIG of fcntl(2)), and a writer
 * that goes on is looked at now and then, with no signal, and a larger pipe. Nothing outside
 * process/ includes this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/loop.h"

/* What becomes of what was read: `line` for each, `end` once after those of one turn. `may_read`:
 * how many bytes may be read in this turn; 0: later. */
struct capture_reader {
	size_t (*may_read)(void *data);
	void (*line)(const char *text, size_t length, void *data);
	void (*end)(void *data);
};

/* Of real time, so that it is queued with the number of its descriptor; that the kernel sent it and
 * nobody else is known by its si_code. */
#define CAPTURE_SIGNAL 63

struct capture;

/* All of a loop, and what they share. */
struct capture_set {
	struct loop *loop;
	const struct capture_reader *reader;
	struct capture **by_fd; /* NULL: none reads there */
	size_t room;
	int move[2]; /* a pipe that a busy one is emptied into; -1: there is none yet */
};

struct capture {
	struct capture_set *set;
	struct loop_timer nap; /* when it is looked at next */
	void *data;	       /* of the reader */
	uint64_t read_usec;    /* CLOCK_MONOTONIC: when it was looked at last */
	char *partial;	       /* the line that has not ended yet */
	uint32_t partial_length;
	uint32_t room; /* of the pipe, once it was enlarged; 0: what pipes have */
	int fd;	       /* read end; -1: closed */
	int write_fd;  /* -1: none of ours */
	bool tells;    /* a signal says when there is something */
};

/* `reader` has to stay. */
void capture_set_init(
	struct capture_set *set, struct loop *loop, const struct capture_reader *reader);
void capture_set_done(struct capture_set *set);
/* The signal came for that descriptor; -1: for one of them, for signals ran out. */
void capture_told(struct capture_set *set, int fd);

/* `set` has to stay. */
void capture_init(struct capture *c, struct capture_set *set, void *data);
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
