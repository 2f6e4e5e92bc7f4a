/* SPDX-License-Identifier: MIT */
#include "daemon/process/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/base/limits.h"

/* A pipe that had something so short a time ago is busy: it is looked at after a nap. */
#define BUSY_USEC 1000
#define NAP_USEC 500
/* One that holds that much may become larger: a quarter of what pipes begin with (pipe(7)). */
#define LARGE_READ (16 * 1024)

/* What was read, behind room for the beginning of its first line. Of one capture at a time. */
static char buffer[LIMIT_OUTPUT_LINE_BYTES + LIMIT_OUTPUT_PER_TURN];

static void on_readable(struct loop_source *s, uint32_t events);
static void on_nap(struct loop_timer *t);

void capture_init(
	struct capture *c, struct loop *loop, const struct capture_reader *reader, void *data)
{
	*c = (struct capture){.loop = loop,
		.source = {.fd = -1, .priority = LOOP_OUTPUT, .fn = on_readable, .data = c},
		.nap = {.fn = on_nap, .data = c},
		.reader = reader,
		.data = data,
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
	c->reader->line(c->partial, c->partial_length, c->data);
	forget_partial(c);
	c->reader->end(c->data);
}

/* What has no newline yet waits for its rest; without memory it is a line as it is. */
static void keep_partial(struct capture *c, const char *text, size_t length)
{
	char *partial = length ? realloc(c->partial, length) : NULL;

	if (!partial) {
		if (length)
			c->reader->line(text, length, c->data);
		forget_partial(c);
		return;
	}
	memcpy(partial, text, length);
	c->partial = partial;
	c->partial_length = length;
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
			c->reader->line(text, LIMIT_OUTPUT_LINE_BYTES, c->data);
		if (!newline)
			break;
		c->reader->line(text, (size_t)(stop - text), c->data);
		text = unseen = newline + 1;
	}
	keep_partial(c, text, (size_t)(end - text));
	c->reader->end(c->data);
}

/* How much that was; 0: nothing now; -EPIPE: nobody can write to it any more. */
static ssize_t read_some(struct capture *c, size_t budget)
{
	ssize_t n = read(c->source.fd, buffer + LIMIT_OUTPUT_LINE_BYTES, budget);

	if (n <= 0)
		return n == 0 ? -EPIPE : 0;
	take(c, (size_t)n);
	return n;
}

/* Where a user's pipes may not grow any more (pipe(7)), it stays as it is. */
static void enlarge(struct capture *c)
{
	if (!c->is_large)
		(void)fcntl(c->source.fd, F_SETPIPE_SZ, LIMIT_OUTPUT_PIPE_BYTES);
	c->is_large = true;
}

/*
 * Out of the loop for a while: a pipe that is watched costs its writer a wake-up at each write. One
 * that had much is looked at again at once: its writer may stand still by now.
 */
static void nap(struct capture *c, bool had_much)
{
	uint64_t at_usec = c->read_usec + (had_much ? 0 : NAP_USEC);

	loop_remove(c->loop, &c->source);
	if (loop_timer_set(c->loop, &c->nap, at_usec) < 0)
		(void)loop_add(c->loop, &c->source, EPOLLIN);
}

/* One look at the pipe; true: it is full, busy or over, and not to be watched. */
static bool look(struct capture *c, bool is_busy)
{
	size_t budget = c->reader->may_read(c->data);
	ssize_t n = budget ? read_some(c, budget) : 0;

	if (n < 0) {
		capture_close(c);
		return true;
	}
	c->read_usec = clock_monotonic_usec();
	if (n >= LARGE_READ)
		enlarge(c);
	if (budget && (size_t)n < budget && !(n && is_busy))
		return false;
	nap(c, n >= LARGE_READ);
	return true;
}

static void on_readable(struct loop_source *s, uint32_t events)
{
	struct capture *c = s->data;

	(void)events;
	(void)look(c, clock_monotonic_usec() - c->read_usec < BUSY_USEC);
}

static void on_nap(struct loop_timer *t)
{
	struct capture *c = t->data;

	if (!look(c, true) && loop_add(c->loop, &c->source, EPOLLIN) < 0)
		nap(c, false);
}

void capture_drain(struct capture *c)
{
	if (c->source.fd >= 0)
		(void)read_some(c, LIMIT_OUTPUT_PER_TURN);
}

static int make_pipe(struct capture *c)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	c->source.fd = fds[0];
	/* our end alone: the service's writes may wait */
	int r = fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ? -errno
						       : loop_add(c->loop, &c->source, EPOLLIN);
	if (r < 0) {
		c->source.fd = -1;
		close(fds[0]);
		close(fds[1]);
		return r;
	}
	c->is_large = false;
	return fds[1];
}

/* The name of a pipe that is open already (proc_pid_fd(5)). */
static const char *pipe_name(const struct capture *c)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", c->source.fd);
	return name;
}

int capture_open(struct capture *c)
{
	if (c->write_fd >= 0)
		return c->write_fd;
	if (c->source.fd < 0)
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

	for (ssize_t left = n; c->source.fd >= 0 && left > 0 && n > 0; left -= n)
		n = read_some(c, LIMIT_OUTPUT_PER_TURN);
	end_partial(c);
}

void capture_close(struct capture *c)
{
	if (c->source.fd < 0)
		return;
	capture_end_line(c);
	loop_timer_clear(c->loop, &c->nap);
	loop_remove(c->loop, &c->source);
	close(c->source.fd);
	if (c->write_fd >= 0)
		close(c->write_fd);
	c->source.fd = c->write_fd = -1;
}
