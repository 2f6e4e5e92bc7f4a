/* SPDX-License-Identifier: MIT */
/*
 * reaperd's own standard output for the lines of services: a bounded queue before a descriptor that
 * is never waited for. Nothing outside process/ includes this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/base/loop.h"

struct console {
	struct loop *loop;
	struct loop_source source;
	bool watched; /* the source is in the loop */
	bool is_ours; /* reopened: O_NONBLOCK is ours alone */
	bool is_socket;
	char *queue;
	size_t first, used;	/* where what is queued begins, and how much it is */
	uint64_t dropped, told; /* lines */
};

/* `fd` is borrowed; -1: nothing is ever written. */
void console_open(struct console *c, struct loop *loop, int fd);
void console_close(struct console *c);
/* Queues "unit: text\n". Where that is full what can be written is; a line that has no room then is
 * dropped and counted. */
void console_write(struct console *c, const char *unit, const char *text, size_t length);
/* Writes what can be written now: after the lines of one read. */
void console_push(struct console *c);
/* Waits at most `usec` for the reader to take what is queued. */
void console_flush(struct console *c, uint64_t usec);
