/* SPDX-License-Identifier: MIT */
#include "daemon/base/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/own.h"

#define EVENTS_PER_TURN 64
#define PATIENCE_MS 100 /* where the kernel refuses us for the moment */

struct loop {
	int epoll_fd;
	int timer_fd;
	uint64_t timer_armed_usec; /* what the timerfd is set to; 0: disarmed */
	int patience_ms;	   /* -1, or how long a turn may sleep where it could not be set */
	struct loop_timer **heap;  /* the earliest timer first */
	size_t timers, room;
	struct loop_source timer_source;
	struct loop_source *ready[LOOP_PRIORITY_MAX];
	loop_turn_fn *turn_fn;
	void *turn_data;
	uint64_t turns;
	bool again, exiting;
	int exit_code;
};

DEFINE_CLEANUP(struct loop, loop_free)

/* The heap: loop_timer.slot is the timer's place in it, so that any timer can be taken out. */

static void heap_put(struct loop *l, size_t slot, struct loop_timer *t)
{
	l->heap[slot] = t;
	t->slot = slot;
}

static void heap_up(struct loop *l, size_t slot)
{
	struct loop_timer *t = l->heap[slot];

	while (slot > 0 && l->heap[(slot - 1) / 2]->at_usec > t->at_usec) {
		heap_put(l, slot, l->heap[(slot - 1) / 2]);
		slot = (slot - 1) / 2;
	}
	heap_put(l, slot, t);
}

static void heap_down(struct loop *l, size_t slot)
{
	struct loop_timer *t = l->heap[slot];

	for (;;) {
		size_t child = 2 * slot + 1;
		if (child >= l->timers)
			break;
		if (child + 1 < l->timers && l->heap[child + 1]->at_usec < l->heap[child]->at_usec)
			child++;
		if (l->heap[child]->at_usec >= t->at_usec)
			break;
		heap_put(l, slot, l->heap[child]);
		slot = child;
	}
	heap_put(l, slot, t);
}

void loop_timer_clear(struct loop *l, struct loop_timer *t)
{
	if (!t->at_usec)
		return;

	size_t slot = t->slot;
	struct loop_timer *last = l->heap[--l->timers];
	t->at_usec = 0;
	if (last == t)
		return;
	heap_put(l, slot, last);
	heap_up(l, slot);
	heap_down(l, last->slot);
}

int loop_timer_set(struct loop *l, struct loop_timer *t, uint64_t at_usec)
{
	loop_timer_clear(l, t);
	if (at_usec == USEC_INFINITY)
		return 0;

	if (l->timers == l->room) {
		size_t room = l->room ? l->room * 2 : 16;
		struct loop_timer **heap = reallocarray(l->heap, room, sizeof(*heap));
		if (!heap)
			return -ENOMEM;
		l->heap = heap;
		l->room = room;
	}
	t->at_usec = at_usec ? at_usec : 1;
	heap_put(l, l->timers++, t);
	heap_up(l, t->slot);
	return 0;
}

/* Sets the timerfd to the earliest timer; an unchanged one costs no system call, nor does one that
 * is due: then the turn does not sleep. */
static void arm_timer_fd(struct loop *l)
{
	uint64_t at = l->timers ? l->heap[0]->at_usec : 0;
	if (at == l->timer_armed_usec)
		return;
	if (at && at <= clock_monotonic_usec()) {
		l->again = true;
		return;
	}

	struct itimerspec spec = {.it_value = {.tv_sec = (time_t)(at / USEC_PER_SEC),
					  .tv_nsec = (long)(at % USEC_PER_SEC) * 1000}};
	bool is_set = timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
	l->timer_armed_usec = is_set ? at : 0;
	l->patience_ms = is_set ? -1 : PATIENCE_MS;
}

static void run_timers(struct loop *l)
{
	if (!l->timers)
		return;
	for (uint64_t now = clock_monotonic_usec(); l->timers && l->heap[0]->at_usec <= now;) {
		struct loop_timer *t = l->heap[0];
		loop_timer_clear(l, t);
		t->fn(t);
	}
}

static void on_timer_fd(struct loop_source *s, uint32_t events)
{
	struct loop *l = s->data;
	uint64_t expirations;

	(void)events;
	(void)!read(l->timer_fd, &expirations, sizeof(expirations));
	l->timer_armed_usec = 0;
}

int loop_new(struct loop **ret)
{
	_cleanup_(loop_freep) struct loop *l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->timer_fd = l->patience_ms = -1;
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0)
		return -errno;
	l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->timer_fd < 0)
		return -errno;

	l->timer_source = (struct loop_source){
		.fd = l->timer_fd, .priority = LOOP_SIGNAL, .fn = on_timer_fd, .data = l};
	int r = loop_add(l, &l->timer_source, EPOLLIN);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(l);
	return 0;
}

struct loop *loop_free(struct loop *l)
{
	if (!l)
		return NULL;
	closep(&l->timer_fd);
	closep(&l->epoll_fd);
	free(l->heap);
	free(l);
	return NULL;
}

int loop_add(struct loop *l, struct loop_source *s, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = s};

	if (s->added)
		return -EEXIST;
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, s->fd, &event) < 0)
		return -errno;
	s->added = true;
	s->ready = 0;
	s->next_ready = NULL;
	return 0;
}

int loop_modify(struct loop *l, struct loop_source *s, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = s};

	if (!s->added)
		return -ENOENT;
	return epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, s->fd, &event) < 0 ? -errno : 0;
}

/* A source waiting for its turn is unlinked too, for its owner may free it next. */
static void forget_ready(struct loop *l, struct loop_source *s)
{
	for (struct loop_source **p = &l->ready[s->priority]; *p; p = &(*p)->next_ready)
		if (*p == s) {
			*p = s->next_ready;
			break;
		}
	s->ready = 0;
}

void loop_remove(struct loop *l, struct loop_source *s)
{
	if (!s->added)
		return;
	(void)epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	if (s->ready)
		forget_ready(l, s);
	s->added = false;
}

void loop_set_turn_hook(struct loop *l, loop_turn_fn *fn, void *data)
{
	l->turn_fn = fn;
	l->turn_data = data;
}

void loop_turn_again(struct loop *l)
{
	l->again = true;
}

void loop_exit(struct loop *l, int code)
{
	l->exiting = true;
	l->exit_code = code;
}

uint64_t loop_turns(const struct loop *l)
{
	return l->turns;
}

static void run_ready(struct loop *l)
{
	for (int priority = 0; priority < LOOP_PRIORITY_MAX; priority++)
		while (l->ready[priority]) {
			struct loop_source *s = l->ready[priority];
			uint32_t events = s->ready;

			l->ready[priority] = s->next_ready;
			s->ready = 0;
			s->fn(s, events);
		}
}

static void wait_for_events(struct loop *l)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n;

	/* Stopped and continued, we know nothing yet of what happened meanwhile (signal(7)). */
	do
		n = epoll_wait(l->epoll_fd, events, EVENTS_PER_TURN, l->again ? 0 : l->patience_ms);
	while (n < 0 && errno == EINTR);
	l->again = false;
	if (n < 0) { /* never the end of us; nor a reason to spin */
		(void)poll(NULL, 0, PATIENCE_MS);
		return;
	}
	l->turns++;
	for (int i = 0; i < n; i++) {
		struct loop_source *s = events[i].data.ptr;

		s->ready = events[i].events;
		s->next_ready = l->ready[s->priority];
		l->ready[s->priority] = s;
	}
}

int loop_run(struct loop *l)
{
	while (!l->exiting) {
		if (l->turn_fn)
			l->turn_fn(l->turn_data);
		if (l->exiting)
			break;
		arm_timer_fd(l);
		wait_for_events(l);
		run_ready(l);
		run_timers(l);
	}
	return l->exit_code;
}
