/* SPDX-License-Identifier: MIT */
#include "daemon/process/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/own.h"
#include "daemon/base/limits.h"

/* One that had something so short a time ago is busy: it is looked at after a nap. */
#define BUSY_USEC 1000
#define NAP_USEC 500
#define WAIT_USEC 100	  /* whoever takes its lines has no room for more */
#define LEAST_NAP_USEC 50 /* a shorter one is over when it begins */
/* One that holds that much may become larger: a quarter of what pipes begin with (pipe(7)). */
#define LARGE_READ (USUAL_ROOM / 4)
#define USUAL_ROOM (64 * 1024)
/* Where it could not be made to tell by itself. */
#define UNTOLD_USEC (100 * USEC_PER_MSEC)

/* What was read, behind room for the beginning of its first line. Of one capture at a time. */
static char buffer[LIMIT_OUTPUT_LINE_BYTES + LIMIT_OUTPUT_PER_TURN];

void capture_set_init(
	struct capture_set *set, struct loop *loop, const struct capture_reader *reader)
{
	*set = (struct capture_set){.loop = loop, .reader = reader, .move = {-1, -1}};
}

static void close_move(struct capture_set *set)
{
	closep(&set->move[0]);
	closep(&set->move[1]);
	set->move[0] = set->move[1] = -1;
}

void capture_set_done(struct capture_set *set)
{
	close_move(set);
	free(set->by_fd);
}

static int remember(struct capture *c)
{
	struct capture_set *set = c->set;
	size_t fd = (size_t)c->fd;

	if (fd >= set->room) {
		size_t room = 2 * fd + 16;
		struct capture **grown = reallocarray(set->by_fd, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memset(grown + set->room, 0, (room - set->room) * sizeof(*grown));
		set->by_fd = grown;
		set->room = room;
	}
	set->by_fd[fd] = c;
	return 0;
}

static void on_nap(struct loop_timer *t);

void capture_init(struct capture *c, struct capture_set *set, void *data)
{
	*c = (struct capture){.set = set,
		.nap = {.fn = on_nap, .data = c},
		.data = data,
		.fd = -1,
		.write_fd = -1};
}

static void forget_partial(struct capture *c)
{
	free(c->partial);
	c->partial = NULL;
	c->partial_length = 0;
}

static void end_partial(struct capture *c)
{
	if (!c->partial_length)
		return;
	c->set->reader->line(c->partial, c->partial_length, c->data);
	forget_partial(c);
	c->set->reader->end(c->data);
}

/* What has no newline yet waits for its rest; without memory it is a line as it is. */
static void keep_partial(struct capture *c, const char *text, size_t length)
{
	char *partial = length ? realloc(c->partial, length) : NULL;

	if (!partial) {
		if (length)
			c->set->reader->line(text, length, c->data);
		forget_partial(c);
		return;
	}
	memcpy(partial, text, length);
	c->partial = partial;
	c->partial_length = (uint32_t)length;
}

/* `n` bytes were read; the beginning of their first line, kept from before, goes in front. */
static void take(struct capture *c, size_t n)
{
	char *begin = buffer + LIMIT_OUTPUT_LINE_BYTES - c->partial_length;
	const char *text = begin, *unseen = begin + c->partial_length, *end = unseen + n;

	if (c->partial_length)
		memcpy(begin, c->partial, c->partial_length);
	while (text < end) {
		const char *newline = memchr(unseen, '\n', (size_t)(end - unseen));
		const char *stop = newline ? newline : end;

		for (; stop - text > LIMIT_OUTPUT_LINE_BYTES; text += LIMIT_OUTPUT_LINE_BYTES)
			c->set->reader->line(text, LIMIT_OUTPUT_LINE_BYTES, c->data);
		if (!newline)
			break;
		c->set->reader->line(text, (size_t)(stop - text), c->data);
		text = unseen = newline + 1;
	}
	keep_partial(c, text, (size_t)(end - text));
}

/* The pipe that others are emptied into, as large as they are; false: there is none. */
static bool has_move(struct capture_set *set)
{
	if (set->move[0] < 0 && pipe2(set->move, O_CLOEXEC | O_NONBLOCK) == 0)
		(void)fcntl(set->move[0], F_SETPIPE_SZ, LIMIT_OUTPUT_PIPE_BYTES);
	return set->move[0] >= 0;
}

/* What was moved there comes out again; what cannot be read is not left for the next one. */
static ssize_t read_back(struct capture_set *set, char *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(set->move[0], to + done, size - done);
		if (n <= 0) {
			close_move(set);
			break;
		}
		done += (size_t)n;
	}
	return done ? (ssize_t)done : -1;
}

/*
 * read(2) copies while it holds the pipe, and its writer waits. Of a busy one the pages are moved
 * to a pipe of ours (splice(2)), which takes no time, and copied from there.
 */
static ssize_t read_pipe(struct capture *c, char *to, size_t budget)
{
	if (c->room && has_move(c->set)) {
		ssize_t n = splice(c->fd, NULL, c->set->move[1], NULL, budget, SPLICE_F_NONBLOCK);

		if (n > 0)
			return read_back(c->set, to, (size_t)n);
		if (n == 0 || errno == EAGAIN)
			return n;
	}
	return read(c->fd, to, budget);
}

static int look_after(struct capture *c, uint64_t usec)
{
	return loop_timer_set(c->set->loop, &c->nap, usec_add(clock_monotonic_usec(), usec));
}

/* How much that was; 0: nothing now; -EPIPE: nobody can write to it any more. */
static ssize_t read_some(struct capture *c, size_t budget)
{
	ssize_t n = read_pipe(c, buffer + LIMIT_OUTPUT_LINE_BYTES, budget);

	if (n < 0 && errno != EAGAIN) /* it tells of what comes, and not of what is there */
		(void)look_after(c, UNTOLD_USEC);
	if (n <= 0)
		return n == 0 ? -EPIPE : 0;
	take(c, (size_t)n);
	return n;
}

/* Where a user's pipes may not grow any more (pipe(7)), it stays as it is. */
static void enlarge(struct capture *c)
{
	if (c->room)
		return;
	int room = fcntl(c->fd, F_SETPIPE_SZ, LIMIT_OUTPUT_PIPE_BYTES);
	if (room < 0)
		room = fcntl(c->fd, F_GETPIPE_SZ);
	c->room = room < 0 ? USUAL_ROOM : (uint32_t)room;
}

/* 0, or negative errno: then it is as before. */
static int set_tells(struct capture *c, bool tells)
{
	if (c->tells == tells)
		return 0;
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK | (tells ? O_ASYNC : 0)) < 0)
		return -errno;
	c->tells = tells;
	return 0;
}

/* A busy one is looked at when it should be filled to a quarter, and tells nothing meanwhile. One
 * that was half full, or had all that may be read, is looked at again at once. */
static void nap(struct capture *c, size_t had, bool has_more, uint64_t took_usec)
{
	size_t room = c->room ? c->room : USUAL_ROOM;
	uint64_t usec = had || !has_more ? NAP_USEC : WAIT_USEC;

	if (had && took_usec < BUSY_USEC)
		usec = took_usec * (room / 4) / had;
	if (usec > NAP_USEC)
		usec = NAP_USEC;
	if (usec < LEAST_NAP_USEC || (had && has_more) || had >= room / 2)
		usec = 0;
	(void)set_tells(c, look_after(c, usec) < 0);
}

/* It is quiet, and tells of what comes: what is there already is looked for until nothing is. */
static void be_told(struct capture *c)
{
	(void)look_after(c, set_tells(c, true) < 0 ? UNTOLD_USEC : 0);
}

/* What may be read in a turn, in as many pieces as it takes; *ret_more: it was not all. */
static ssize_t read_turn(struct capture *c, bool *ret_more)
{
	size_t budget, sum = 0;
	ssize_t n;

	do {
		budget = c->set->reader->may_read(c->data);
		n = budget ? read_some(c, budget) : 0;
		sum += n > 0 ? (size_t)n : 0;
	} while (n > 0 && (size_t)n == budget && sum < LIMIT_OUTPUT_PER_TURN);
	if (sum)
		c->set->reader->end(c->data);
	*ret_more = !budget || (size_t)n == budget;
	return n < 0 ? n : (ssize_t)sum;
}

/* One look at the pipe. */
static void on_nap(struct loop_timer *t)
{
	struct capture *c = t->data;
	uint64_t now_usec = clock_monotonic_usec(), took_usec = now_usec - c->read_usec;
	bool has_more;
	ssize_t n = read_turn(c, &has_more);

	if (n < 0) {
		capture_close(c);
		return;
	}
	c->read_usec = now_usec;
	if (n >= LARGE_READ)
		enlarge(c);
	if (has_more || n >= LARGE_READ || (n && took_usec < BUSY_USEC))
		nap(c, (size_t)n, has_more, took_usec);
	else if (n || !c->tells)
		be_told(c);
}

void capture_told(struct capture_set *set, int fd)
{
	size_t begin = fd < 0 ? 0 : (size_t)fd, end = fd < 0 ? set->room : begin + 1;

	for (size_t i = begin; i < end && i < set->room; i++)
		if (set->by_fd[i] && set->by_fd[i]->tells)
			(void)look_after(set->by_fd[i], 0);
}

void capture_drain(struct capture *c)
{
	if (c->fd >= 0 && read_some(c, LIMIT_OUTPUT_PER_TURN) > 0)
		c->set->reader->end(c->data);
}

/* The signal says which descriptor it is for: one of real time is queued, with that number. */
static int set_up(struct capture *c)
{
	if (fcntl(c->fd, F_SETSIG, CAPTURE_SIGNAL) < 0 || fcntl(c->fd, F_SETOWN, getpid()) < 0)
		return -errno;
	int r = remember(c);
	return r < 0 ? r : set_tells(c, true);
}

static int make_pipe(struct capture *c)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	c->fd = fds[0];
	c->room = 0;
	c->tells = false;
	int r = set_up(c);
	if (r < 0) {
		c->fd = -1;
		close(fds[0]);
		close(fds[1]);
		return r;
	}
	return fds[1];
}

/* The name of a pipe that is open already (proc_pid_fd(5)). */
static const char *pipe_name(const struct capture *c)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", c->fd);
	return name;
}

int capture_open(struct capture *c)
{
	if (c->write_fd >= 0)
		return c->write_fd;
	if (c->fd < 0)
		return c->write_fd = make_pipe(c);
	c->write_fd = open(pipe_name(c), O_WRONLY | O_CLOEXEC);
	return c->write_fd < 0 ? -errno : c->write_fd;
}

/* Whether an open pipe can be opened again; found once, for /proc is there or it is not. */
static bool can_reopen(const struct capture *c)
{
	static int known = -1;

	if (known < 0)
		known = access(pipe_name(c), F_OK) == 0;
	return known;
}

void capture_release(struct capture *c)
{
	if (c->write_fd < 0 || !can_reopen(c))
		return;
	close(c->write_fd);
	c->write_fd = -1;
}

void capture_end_line(struct capture *c)
{
	ssize_t n = LIMIT_OUTPUT_PIPE_BYTES;

	for (ssize_t left = n; c->fd >= 0 && left > 0 && n > 0; left -= n) {
		n = read_some(c, LIMIT_OUTPUT_PER_TURN);
		c->set->reader->end(c->data);
	}
	end_partial(c);
}

void capture_close(struct capture *c)
{
	if (c->fd < 0)
		return;
	capture_end_line(c);
	loop_timer_clear(c->set->loop, &c->nap);
	c->set->by_fd[c->fd] = NULL;
	close(c->fd);
	if (c->write_fd >= 0)
		close(c->write_fd);
	c->fd = c->write_fd = -1;
}
