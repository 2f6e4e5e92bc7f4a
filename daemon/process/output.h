/* SPDX-License-Identifier: MIT */
/*
 * What services write: a pipe for each unit, a bounded ring of lines that outlives restarts, and
 * whole lines with the unit's name on reaperd's own standard output. A slow reader blocks nobody:
 * lines are dropped, counted, and the count is told when the reader is back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/loop.h"
#include "daemon/process/line_filter.h"
#include "daemon/process/ring.h"

struct output; /* of one unit */
struct output_hub;

/* Told of each line as it is kept: for `logs -f` and the journal. */
typedef void output_line_fn(const char *unit_id, const struct output_line *line, void *data);

/* The same for where lines go instead of the console, with what the journal is told besides. */
struct output_fields {
	char *text; /* NAME=value, each with a NUL behind it; NULL: none */
	size_t size;
};
typedef bool output_sink_fn(const char *unit_id, const struct output_line *line,
	const struct output_fields *fields, void *data);

/* `console_fd`: where prefixed lines go (reopened by us, non-blocking), -1: nowhere. 0 or negative
 * errno. */
int output_hub_new(struct loop *loop, int console_fd, size_t ring_bytes, struct output_hub **ret);
struct output_hub *output_hub_free(struct output_hub *hub);
void output_hub_set_listener(struct output_hub *hub, output_line_fn *fn, void *data);
/* Lines that would go to the console go there instead, until `fn` is NULL; false: it has no room,
 * and the line counts as dropped. */
void output_hub_set_sink(struct output_hub *hub, output_sink_fn *fn, void *data);
/* Every line goes into log files too: to their writer, who reads the other end of this pipe (given
 * over; -1: there is none any more, and lines for it are dropped). */
void output_hub_set_files(struct output_hub *hub, int fd);
/* A line of another kind to that writer. */
void output_hub_tell_files(struct output_hub *hub, const char *text);
/* The kernel sent that signal for a descriptor; false: it is not about what services write. */
bool output_hub_told(struct output_hub *hub, int signal, int fd);
/* Lines that the readers of the console and of log files were too slow for, or that there was no
 * memory for. */
uint64_t output_hub_dropped(const struct output_hub *hub);
/* Writes what is queued for the console, waiting for its reader at most `usec`: at the end of all.
 */
void output_hub_flush(struct output_hub *hub, uint64_t usec);

/* The output of a unit, made at its first start; `unit_id` is borrowed for its life. NULL: out of
 * memory. */
struct output *output_new(struct output_hub *hub, const char *unit_id);
struct output *output_free(struct output *o);

/*
 * The descriptor that a child gets as standard output and error: the write end of the unit's pipe,
 * opened on demand; it stays the output's. Negative errno of pipe2(2) or open(2).
 */
int output_open(struct output *o);
/* The child has it: ours is closed. */
void output_release(struct output *o);
/* What its lines are when they say nothing themselves, and whether "<3>" in front of a line says so
 * (SyslogLevel=, SyslogLevelPrefix=); such a prefix is not kept. */
void output_set_level(struct output *o, int level, bool has_prefixes);
/* Which of its lines are kept. */
void output_set_filter(struct output *o, const struct line_filter *filter);
/* What goes with each of its lines to the sink; `text` is taken over. */
void output_set_fields(struct output *o, char *text, size_t size);
/* Reads what is in the pipe now. */
void output_drain(struct output *o);
/* Reads all of it, and what was written last counts as a line although it has no newline: its
 * writer ended. */
void output_end_line(struct output *o);
/* Reads what is left and closes the pipe. */
void output_close(struct output *o);

/* The newest `count` lines with sequence >= `since_sequence`, oldest first; returns how many `fn`
 * was called for. */
size_t output_foreach(const struct output *o, size_t count, uint64_t since_sequence,
	void (*fn)(const struct output_line *line, void *data), void *data);
