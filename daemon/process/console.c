/* SPDX-License-Identifier: MIT */
#include "daemon/process/console.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"

/* One write that does not wait. Where the descriptor is shared with our caller a pipe takes
 * PIPE_BUF when it is ready. */
static ssize_t write_some(struct console *c, const char *text, size_t length)
{
	struct pollfd p = {.fd = c->source.fd, .events = POLLOUT};

	if (c->is_socket)
		return send(c->source.fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (c->is_ours)
		return write(c->source.fd, text, length);
	if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLOUT)) {
		errno = p.revents & (POLLERR | POLLHUP) ? EPIPE : EAGAIN;
		return -1;
	}
	return write(c->source.fd, text, length < PIPE_BUF ? length : PIPE_BUF);
}

static void on_writable(struct loop_source *s, uint32_t events);

static void watch(struct console *c, bool wanted)
{
	if (wanted == c->watched)
		return;
	if (!wanted)
		loop_remove(c->loop, &c->source);
	else if (loop_add(c->loop, &c->source, EPOLLOUT) < 0)
		return;
	c->watched = wanted;
}

void console_push(struct console *c)
{
	while (c->used) {
		ssize_t n = write_some(c, c->queue + c->first, c->used);

		if (n <= 0) {
			if (n < 0 && errno != EAGAIN && errno != EINTR)
				c->used = 0; /* nobody reads any more */
			break;
		}
		c->first += (size_t)n;
		c->used -= (size_t)n;
	}
	if (!c->used)
		c->first = 0;
	watch(c, c->used > 0);
}

static void on_writable(struct loop_source *s, uint32_t events)
{
	(void)events;
	console_push(s->data);
}

void console_open(struct console *c, struct loop *loop, int fd)
{
	struct stat st;

	*c = (struct console){.loop = loop, .source.fd = -1};
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	c->queue = malloc(LIMIT_CONSOLE_QUEUE_BYTES);
	if (!c->queue)
		return;
	int own = log_own_stream(fd);
	c->is_ours = own >= 0;
	c->is_socket = S_ISSOCK(st.st_mode);
	c->source = (struct loop_source){.fd = own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3),
		.priority = LOOP_OUTPUT,
		.fn = on_writable,
		.data = c};
}

void console_close(struct console *c)
{
	watch(c, false);
	if (c->source.fd >= 0)
		close(c->source.fd);
	c->source.fd = -1;
	free(c->queue);
	c->queue = NULL;
}

/* Room for `size` bytes behind what is queued, or NULL. */
static char *make_room(struct console *c, size_t size)
{
	if (size > LIMIT_CONSOLE_QUEUE_BYTES - c->used)
		console_push(c);
	if (size > LIMIT_CONSOLE_QUEUE_BYTES - c->used)
		return NULL;
	if (size > LIMIT_CONSOLE_QUEUE_BYTES - c->used - c->first) {
		memmove(c->queue, c->queue + c->first, c->used);
		c->first = 0;
	}
	char *end = c->queue + c->first + c->used;
	c->used += size;
	return end;
}

static void tell_dropped(struct console *c)
{
	char text[96], *to;

	if (c->dropped == c->told || c->used > LIMIT_CONSOLE_QUEUE_BYTES / 2)
		return;
	int n = snprintf(text, sizeof(text),
		"reaperd: %llu lines were dropped here, the reader was too slow\n",
		(unsigned long long)(c->dropped - c->told));
	if ((to = make_room(c, (size_t)n))) {
		memcpy(to, text, (size_t)n);
		c->told = c->dropped;
	}
}

void console_write(struct console *c, const char *unit, const char *text, size_t length)
{
	size_t unit_length = strlen(unit);

	if (c->source.fd < 0 || !c->queue)
		return;
	tell_dropped(c);
	char *to = make_room(c, unit_length + strlen(": ") + length + strlen("\n"));
	if (!to) {
		c->dropped++;
		return;
	}
	to = mempcpy(to, unit, unit_length);
	to = mempcpy(to, ": ", 2);
	to = mempcpy(to, text, length);
	*to = '\n';
}

void console_flush(struct console *c, uint64_t usec)
{
	uint64_t end = usec_add(clock_monotonic_usec(), usec);

	if (c->source.fd < 0 || !c->queue)
		return;
	console_push(c);
	while (c->used && clock_monotonic_usec() < end) {
		struct pollfd p = {.fd = c->source.fd, .events = POLLOUT};
		if (poll(&p, 1, (int)((end - clock_monotonic_usec()) / 1000)) <= 0)
			break;
		console_push(c);
	}
}
