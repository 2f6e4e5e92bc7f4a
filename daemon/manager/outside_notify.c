/* SPDX-License-Identifier: MIT */
/* Messages to the manager above us (sd_notify(3)), by a socket of our own: libsystemd's waits while
 * that manager's queue is full, and we wait for nobody. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/log.h"
#include "daemon/manager/outside.h"

/* A path, or the name of an abstract socket behind "@". */
static int connect_to(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || length >= sizeof(address.sun_path))
		return -EAFNOSUPPORT;
	memcpy(address.sun_path, name, length);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return connect(fd, (struct sockaddr *)&address, size) < 0 ? -errno : TAKE_FD(fd);
}

/* Whether it went, or never will: only a full queue is worth another attempt. */
static bool send_now(struct outside_notify *n, const char *state)
{
	if (send(n->fd, state, strlen(state), MSG_NOSIGNAL) >= 0)
		return true;
	if (errno == EAGAIN)
		return false;
	log_debug("the manager above us did not take \"%s\"", state);
	return true;
}

static void drop_first(struct outside_notify *n)
{
	free(n->waiting[0]);
	n->waiting[0] = n->waiting[1];
	n->waiting[1] = NULL;
}

static void on_room(struct loop_source *s, uint32_t events)
{
	struct outside_notify *n = s->data;

	(void)events;
	while (n->waiting[0] && send_now(n, n->waiting[0]))
		drop_first(n);
	if (!n->waiting[0])
		loop_remove(n->loop, &n->source);
}

/* The last two say it all: each state ends the one before, but for READY=1, which wants the
 * RELOADING=1 that it answers. */
static void keep(struct outside_notify *n, const char *state)
{
	if (n->waiting[1])
		drop_first(n);
	n->waiting[n->waiting[0] != NULL] = strdup(state);
	if (!n->source.added)
		(void)loop_add(n->loop, &n->source, EPOLLOUT);
}

void outside_notify_open(struct outside_notify *n, struct loop *loop)
{
	const char *name = getenv("NOTIFY_SOCKET");

	n->fd = name ? connect_to(name) : -1;
	if (name && n->fd < 0)
		(void)log_warning_errno(n->fd,
			"cannot tell the manager above us how we are"
			" (NOTIFY_SOCKET=%s)",
			name);
	n->loop = loop;
	n->source = (struct loop_source){
		.fd = n->fd, .priority = LOOP_CONTROL, .fn = on_room, .data = n};
}

void outside_notify_close(struct outside_notify *n)
{
	if (!n->loop || n->fd < 0)
		return;
	while (n->waiting[0])
		drop_first(n);
	loop_remove(n->loop, &n->source);
	close(n->fd);
	n->fd = -1;
}

void outside_notify_state(struct outside_notify *n, const char *state)
{
	if (n->fd >= 0 && (n->waiting[0] || !send_now(n, state)))
		keep(n, state);
}

bool outside_notify_now(struct outside_notify *n, const char *state)
{
	return n->fd < 0 || (!n->waiting[0] && send_now(n, state));
}
