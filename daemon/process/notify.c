/* SPDX-License-Identifier: MIT */
#include "daemon/process/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/own.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/base/limits.h"

#define MAX_FDS 253 /* SCM_MAX_FD: the kernel's own limit for a message */

static void take_flag(struct notify_message *m, const char *key, const char *value)
{
	bool on = strcmp(value, "1") == 0;

	if (strcmp(key, "READY") == 0)
		m->ready |= on;
	else if (strcmp(key, "RELOADING") == 0)
		m->reloading |= on;
	else if (strcmp(key, "STOPPING") == 0)
		m->stopping |= on;
	else if (strcmp(key, "FDSTORE") == 0)
		m->fd_store |= on;
	else if (strcmp(key, "FDSTOREREMOVE") == 0)
		m->fd_store_remove |= on;
	else if (strcmp(key, "BARRIER") == 0)
		m->barrier |= on;
	else if (strcmp(key, "WATCHDOG") == 0 && on)
		m->watchdog = true;
	else if (strcmp(key, "WATCHDOG") == 0 && strcmp(value, "trigger") == 0)
		m->watchdog_trigger = true;
	else if (strcmp(key, "FDPOLL") == 0 && strcmp(value, "0") == 0)
		m->fd_poll_off = true;
}

static void take_number(struct notify_message *m, const char *key, const char *value)
{
	uint64_t n;

	if (strcmp(key, "MAINPID") == 0) {
		(void)value_parse_pid(value, &m->main_pid);
		return;
	}
	if (value_parse_u64(value, UINT64_MAX, &n) < 0)
		return;
	if (strcmp(key, "WATCHDOG_USEC") == 0)
		m->watchdog_usec = n;
	else if (strcmp(key, "EXTEND_TIMEOUT_USEC") == 0)
		m->extend_timeout_usec = n;
	else if (strcmp(key, "MONOTONIC_USEC") == 0)
		m->monotonic_usec = n;
	else if (strcmp(key, "ERRNO") == 0 && n < 4096)
		m->error = (int)n;
}

/* Cut at the limit; NULL when it is no UTF-8. */
static const char *take_text(char *value)
{
	size_t at = 0, length = strlen(value);

	while (at < length) {
		size_t n = text_utf8_length(value + at, length - at);
		if (!n)
			return NULL;
		if (at + n > LIMIT_STATUS_TEXT_BYTES)
			break;
		at += n;
	}
	value[at] = 0;
	return value;
}

static void take_line(struct notify_message *m, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return;
	*value++ = 0;
	if (strcmp(line, "STATUS") == 0)
		m->status = take_text(value);
	else if (strcmp(line, "BUSERROR") == 0)
		m->bus_error = take_text(value);
	else if (strcmp(line, "FDNAME") == 0)
		m->fd_name = take_text(value);
	take_flag(m, line, value);
	take_number(m, line, value);
}

void notify_parse(char *text, size_t length, struct notify_message *ret)
{
	char *at = text, *end = text + length;

	*ret = (struct notify_message){.error = -1};
	*end = 0;
	while (at < end) {
		char *newline = memchr(at, '\n', (size_t)(end - at));

		if (newline)
			*newline = 0;
		take_line(ret, at);
		at = newline ? newline + 1 : end;
	}
}

/* Sender and descriptors that came along. */
static void take_control(struct msghdr *header, struct notify_message *m, int *fds)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS) {
			struct ucred cred;
			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			m->pid = cred.pid;
			m->uid = cred.uid;
		} else if (c->cmsg_type == SCM_RIGHTS) {
			m->fd_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(fds, CMSG_DATA(c), m->fd_count * sizeof(int));
			m->fds = fds;
		}
	}
}

/* One datagram: 1, 0 when there is none, or a negative errno. */
static int receive(struct notify_socket *s)
{
	char text[LIMIT_NOTIFY_BYTES + 1];
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int) * MAX_FDS)];
	} control;
	struct iovec iov = {text, LIMIT_NOTIFY_BYTES};
	struct msghdr header = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	struct notify_message m, sender = {0};
	int fds[MAX_FDS];

	ssize_t n = recvmsg(s->source.fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	take_control(&header, &sender, fds);
	if (!(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		notify_parse(text, (size_t)n, &m);
		m.pid = sender.pid;
		m.uid = sender.uid;
		m.fds = sender.fds;
		m.fd_count = sender.fd_count;
		s->fn(&m, s->data);
	}
	for (size_t i = 0; i < sender.fd_count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return 1;
}

static void on_readable(struct loop_source *source, uint32_t events)
{
	struct notify_socket *s = source->data;

	(void)events;
	for (int i = 0; i < LIMIT_NOTIFY_PER_TURN && s->source.fd >= 0; i++)
		if (receive(s) <= 0)
			return;
}

bool notify_is_open(const struct notify_socket *s)
{
	return s && s->source.fd >= 0;
}

void notify_drain(struct notify_socket *s)
{
	if (notify_is_open(s))
		on_readable(&s->source, EPOLLIN);
}

struct notify_socket *notify_new(struct loop *loop, notify_fn *fn, void *data)
{
	struct notify_socket *s = calloc(1, sizeof(*s));

	if (s)
		*s = (struct notify_socket){.loop = loop, .source.fd = -1, .fn = fn, .data = data};
	return s;
}

static int bind_at(int fd, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (!path || strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	mode_t before = umask(0);
	int r = bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	(void)umask(before);
	return r;
}

/* *ret: its address; the caller frees. */
static int bind_anywhere(int fd, char **ret)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(address);

	if (bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
		getsockname(fd, (struct sockaddr *)&address, &length) < 0)
		return -errno;
	int n = (int)(length - offsetof(struct sockaddr_un, sun_path)) - 1;
	return asprintf(ret, "@%.*s", n, address.sun_path + 1) < 0 ? -ENOMEM : 0;
}

int notify_open(struct notify_socket *s, const char *path)
{
	_cleanup_(freep) char *address = NULL;
	int on = 1;
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		return -errno;
	bool is_file = bind_at(fd, path) >= 0;
	int r = is_file ? 0 : bind_anywhere(fd, &address);
	if (is_file && !(address = strdup(path)))
		r = -ENOMEM;
	if (r < 0)
		return r;
	s->source = (struct loop_source){
		.fd = fd, .priority = LOOP_NOTIFY, .fn = on_readable, .data = s};
	r = loop_add(s->loop, &s->source, EPOLLIN);
	if (r < 0) {
		s->source.fd = -1;
		return r;
	}
	s->address = TAKE_PTR(address);
	(void)TAKE_FD(fd);
	return 0;
}

void notify_close(struct notify_socket *s)
{
	if (!notify_is_open(s))
		return;
	loop_remove(s->loop, &s->source);
	close(s->source.fd);
	s->source.fd = -1;
	if (*s->address == '/')
		(void)unlink(s->address);
	free(s->address);
	s->address = NULL;
}
