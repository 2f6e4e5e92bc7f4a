/* SPDX-License-Identifier: MIT */
/*
 * Where lines go that are to leave us: a bounded queue before a descriptor that is never waited
 * for. Nothing outside process/ includes this.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/base/loop.h"

struct outlet {
	struct loop *loop;
	struct loop_source source;
	bool watched; /* the source is in the loop */
	bool is_ours; /* reopened: O_NONBLOCK is ours alone */
	bool is_socket;
	char *queue;
	size_t room;	    /* of the queue */
	size_t first, used; /* where what is queued begins, and how much it is */
	uint64_t dropped;   /* lines */
};

/* `fd` is borrowed; -1: nothing is ever written. */
void outlet_open(struct outlet *o, struct loop *loop, int fd);
void outlet_close(struct outlet *o);
/* The same with a descriptor that is given over: non-blocking, and of nobody else. */
void outlet_take(struct outlet *o, struct loop *loop, int fd, size_t room);
/* Room for `size` bytes, counted as written. Where the queue is full what can be written is; NULL:
 * there is no room, and a line more counts as dropped. */
char *outlet_reserve(struct outlet *o, size_t size);
/* Whether there is without writing. */
bool outlet_has_room(const struct outlet *o, size_t size);
/* The last `size` bytes that are queued. */
char *outlet_last(struct outlet *o, size_t size);
/* Writes what can be written now: after the lines of one read. */
void outlet_push(struct outlet *o);
/* Waits at most `usec` for the reader to take what is queued. */
void outlet_flush(struct outlet *o, uint64_t usec);
/* Whether more than a quarter of the queue is in use. */
bool outlet_is_filled(const struct outlet *o);
/* Whether there is anywhere to write to. */
bool outlet_is_open(const struct outlet *o);
