/* SPDX-License-Identifier: MIT */
/*
 * The event loop: epoll(7) for descriptors, one timerfd (timerfd_create(2), CLOCK_MONOTONIC) behind
 * a heap of timers, and a hook at the end of each turn. It knows no unit. Sources and timers are
 * embedded in their owners' structs, so adding and removing them on the reaping path allocates
 * nothing.
 *
 * In a turn, ready sources run in order of priority. A source may be removed at any moment, also
 * by another source's function in the same turn; its function is then not called any more.
 * What a function returns does not exist: an error of a handler never removes its source.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum loop_priority {
	LOOP_SIGNAL,
	LOOP_NOTIFY,
	LOOP_SPAWN,
	LOOP_CONTROL,
	LOOP_OUTPUT,
	LOOP_PRIORITY_MAX,
};

struct loop;
struct loop_source;
struct loop_timer;

typedef void loop_source_fn(struct loop_source *s, uint32_t events); /* EPOLLIN, ... */
typedef void loop_timer_fn(struct loop_timer *t);
typedef void loop_turn_fn(void *data);

struct loop_source {
	int fd; /* borrowed: whoever adds the source closes it after removing it */
	enum loop_priority priority;
	loop_source_fn *fn;
	void *data;
	/* the loop's own */
	struct loop_source *next_ready;
	uint32_t ready;
	bool added;
};

struct loop_timer {
	loop_timer_fn *fn;
	void *data;
	/* the loop's own */
	uint64_t at_usec; /* CLOCK_MONOTONIC; 0: not armed */
	size_t slot;
};

/* A new loop, or a negative errno. loop_free() closes its descriptors; sources remain their
 * owners'. */
int loop_new(struct loop **ret);
struct loop *loop_free(struct loop *l);

/* Watches s->fd for `events` (level-triggered). Negative errno of epoll_ctl(2), -EEXIST when added.
 */
int loop_add(struct loop *l, struct loop_source *s, uint32_t events);
/* Changes what is watched for; 0 events mutes the source (EPOLLHUP and EPOLLERR still arrive). */
int loop_modify(struct loop *l, struct loop_source *s, uint32_t events);
/* Stops watching. Harmless for a source that was never added. */
void loop_remove(struct loop *l, struct loop_source *s);

/* Arms the timer for CLOCK_MONOTONIC `at_usec`; USEC_INFINITY disarms. -ENOMEM: it is not armed. */
int loop_timer_set(struct loop *l, struct loop_timer *t, uint64_t at_usec);
void loop_timer_clear(struct loop *l, struct loop_timer *t);

/* Calls `fn` after the sources of every turn, before sleeping: queued work is done there. */
void loop_set_turn_hook(struct loop *l, loop_turn_fn *fn, void *data);
/* Makes the loop turn again without sleeping: for the hook, when its budget ran out. */
void loop_turn_again(struct loop *l);

/* Runs until loop_exit(); returns the code given there. */
int loop_run(struct loop *l);
void loop_exit(struct loop *l, int code);
/* How often the loop woke up. */
uint64_t loop_turns(const struct loop *l);
