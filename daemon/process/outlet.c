/* SPDX-License-Identifier: MIT */
#include "daemon/process/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
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
static ssize_t write_some(struct outlet *o, const char *text, size_t length)
{
	struct pollfd p = {.fd = o->source.fd, .events = POLLOUT};

	if (o->is_socket)
		return send(o->source.fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (o->is_ours)
		return write(o->source.fd, text, length);
	if (poll(&p, 1, 0) <= 0 || !(p.revents & POLLOUT)) {
		errno = p.revents & (POLLERR | POLLHUP) ? EPIPE : EAGAIN;
		return -1;
	}
	return write(o->source.fd, text, length < PIPE_BUF ? length : PIPE_BUF);
}

static void on_writable(struct loop_source *s, uint32_t events);

static void watch(struct outlet *o, bool wanted)
{
	if (wanted == o->watched)
		return;
	if (!wanted)
		loop_remove(o->loop, &o->source);
	else if (loop_add(o->loop, &o->source, EPOLLOUT) < 0)
		return;
	o->watched = wanted;
}

void outlet_push(struct outlet *o)
{
	while (o->used) {
		ssize_t n = write_some(o, o->queue + o->first, o->used);

		if (n <= 0) {
			if (n < 0 && errno != EAGAIN && errno != EINTR)
				o->used = 0; /* nobody reads any more */
			break;
		}
		o->first += (size_t)n;
		o->used -= (size_t)n;
	}
	if (!o->used)
		o->first = 0;
	watch(o, o->used > 0);
}

static void on_writable(struct loop_source *s, uint32_t events)
{
	(void)events;
	outlet_push(s->data);
}

void outlet_open(struct outlet *o, struct loop *loop, int fd)
{
	struct stat st;

	*o = (struct outlet){.loop = loop, .source.fd = -1};
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	o->room = LIMIT_CONSOLE_QUEUE_BYTES;
	o->queue = malloc(o->room);
	if (!o->queue)
		return;
	int own = log_own_stream(fd);
	o->is_ours = own >= 0;
	o->is_socket = S_ISSOCK(st.st_mode);
	o->source = (struct loop_source){.fd = own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3),
		.priority = LOOP_OUTPUT,
		.fn = on_writable,
		.data = o};
}

void outlet_take(struct outlet *o, struct loop *loop, int fd, size_t room)
{
	*o = (struct outlet){.loop = loop,
		.is_ours = true,
		.source = {.fd = fd, .priority = LOOP_OUTPUT, .fn = on_writable, .data = o},
		.queue = malloc(room),
		.room = room};
}

void outlet_close(struct outlet *o)
{
	watch(o, false);
	if (o->source.fd >= 0)
		close(o->source.fd);
	o->source.fd = -1;
	free(o->queue);
	o->queue = NULL;
}

bool outlet_has_room(const struct outlet *o, size_t size)
{
	return size <= o->room - o->used;
}

char *outlet_last(struct outlet *o, size_t size)
{
	return o->queue + o->first + o->used - size;
}

char *outlet_reserve(struct outlet *o, size_t size)
{
	if (!outlet_has_room(o, size))
		outlet_push(o);
	if (!outlet_has_room(o, size)) {
		o->dropped++;
		return NULL;
	}
	if (size > o->room - o->used - o->first) {
		memmove(o->queue, o->queue + o->first, o->used);
		o->first = 0;
	}
	char *end = o->queue + o->first + o->used;
	o->used += size;
	return end;
}

bool outlet_is_filled(const struct outlet *o)
{
	return o->used > o->room / 4;
}

bool outlet_is_open(const struct outlet *o)
{
	return o->source.fd >= 0 && o->queue;
}

void outlet_flush(struct outlet *o, uint64_t usec)
{
	uint64_t end = usec_add(clock_monotonic_usec(), usec);

	if (!outlet_is_open(o))
		return;
	outlet_push(o);
	while (o->used && clock_monotonic_usec() < end) {
		struct pollfd p = {.fd = o->source.fd, .events = POLLOUT};
		if (poll(&p, 1, (int)((end - clock_monotonic_usec()) / 1000)) <= 0)
			break;
		outlet_push(o);
	}
}
