/* SPDX-License-Identifier: MIT */
#include "daemon/control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/control/server.h"

#define SOCKET_NAME "io.reaperd"
#define SOCKET_MODE 0660

static void on_connection(struct loop_source *s, uint32_t events)
{
	struct control *c = s->data;

	(void)events;
	for (int i = 0; i < LIMIT_ACCEPTS_PER_TURN && client_accept(c); i++)
		;
}

/* The folder of the socket, made when its parent is there. */
static int make_folder(const char *path)
{
	_cleanup_(freep) char *folder = strdup(path);
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash || slash == folder)
		return folder ? 0 : -ENOMEM;
	*slash = 0;
	return mkdir(folder, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/* A second reaperd must not take the socket of a first: the lock says whether anyone lives there.
 */
static int take_lock(struct control *c, const char *path)
{
	_cleanup_(freep) char *lock = NULL;

	if (asprintf(&lock, "%s.lock", path) < 0)
		return -ENOMEM;
	_cleanup_(closep) int fd =
		open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
	c->lock_fd = TAKE_FD(fd);
	return 0;
}

/* What a reaperd before us left there, or a link; a file of any other kind is somebody's. */
static int clear_place(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode) && !S_ISLNK(st.st_mode))
		return -EEXIST;
	return unlink(path) < 0 ? -errno : 0;
}

static int bind_socket(struct control *c, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	int r = clear_place(path);
	if (r < 0)
		return r;
	mode_t before = umask(0777 & ~SOCKET_MODE);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	(void)umask(before);
	if (r < 0)
		return r;
	if (listen(fd, SOMAXCONN) < 0 || stat(path, &st) < 0)
		return -errno;
	c->gid = st.st_gid;
	c->source = (struct loop_source){
		.fd = fd, .priority = LOOP_CONTROL, .fn = on_connection, .data = c};
	r = loop_add(c->manager->loop, &c->source, EPOLLIN);
	if (r < 0) {
		c->source.fd = -1;
		return r;
	}
	(void)TAKE_FD(fd);
	return 0;
}

static int open_at(struct control *c, const char *path)
{
	int r = make_folder(path);

	if (r >= 0)
		r = take_lock(c, path);
	if (r >= 0)
		r = bind_socket(c, path);
	if (r >= 0 && !(c->path = strdup(path)))
		r = -ENOMEM;
	if (r < 0 && c->lock_fd >= 0) {
		close(c->lock_fd);
		c->lock_fd = -1;
	}
	return r;
}

static char *in_folder(const char *folder, const char *below)
{
	char *path;

	if (!folder || *folder != '/')
		return NULL;
	return asprintf(&path, "%s%s/" SOCKET_NAME, folder, below) < 0 ? NULL : path;
}

/* By socket activation: it is bound already, and its file is not ours to remove. */
static int take_handed_over(struct control *c)
{
	struct sockaddr_un address = {0};
	socklen_t size = sizeof(address) - 1;
	int fd = c->manager->outside.listen_fd;
	struct stat st;

	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0 ||
		fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	if (!(c->path = strdup(address.sun_path)))
		return -ENOMEM;
	c->gid = stat(c->path, &st) == 0 ? st.st_gid : getegid();
	c->is_handed_over = true;
	c->source = (struct loop_source){
		.fd = fd, .priority = LOOP_CONTROL, .fn = on_connection, .data = c};
	return loop_add(c->manager->loop, &c->source, EPOLLIN);
}

/* The places in their order; the first that can be had is taken. */
static int open_anywhere(struct control *c)
{
	if (c->manager->outside.listen_fd >= 0)
		return c->source.fd < 0 ? take_handed_over(c) : 0;
	if (c->given)
		return open_at(c, c->given);
	char *places[] = {in_folder(getenv("RUNTIME_DIRECTORY"), ""),
		c->manager->is_user ? in_folder(getenv("XDG_RUNTIME_DIR"), "/reaperd") : NULL,
		in_folder("/run", "/reaperd")};
	int r = -ENOENT;

	for (size_t i = 0; i < ELEMENTS(places); i++) {
		if (places[i] && !c->path) {
			int one = open_at(c, places[i]);
			r = r == -EADDRINUSE && one < 0 ? r : one;
		}
		free(places[i]);
	}
	return c->path ? 0 : r;
}

static void close_socket(struct control *c)
{
	if (c->is_handed_over) /* it goes with us, and listens on for our successor */
		return;
	if (c->source.fd >= 0) {
		loop_remove(c->manager->loop, &c->source);
		close(c->source.fd);
		c->source.fd = -1;
	}
	if (c->path)
		(void)unlink(c->path);
	free(c->path);
	c->path = NULL;
	/* By word, not by closing: a child that has not come to its exec has a copy (flock(2)). */
	if (c->lock_fd >= 0) {
		(void)flock(c->lock_fd, LOCK_UN);
		close(c->lock_fd);
	}
	c->lock_fd = -1;
}

static void say_open(const struct control *c, int r)
{
	c->manager->socket = c->path;
	if (r == -EADDRINUSE)
		log_warning("another reaperd has the control socket; running without one (see "
			    "--socket=)");
	else if (r < 0)
		(void)log_warning_errno(r, "no place for the control socket can be written; "
					   "running without one (see --socket=)");
	else
		log_debug("control socket %s", c->path);
}

/* USR1: somebody removed the socket's file, or its folder was mounted over. */
static void on_rebind(void *data)
{
	struct control *c = data;

	close_socket(c);
	say_open(c, open_anywhere(c));
}

static void on_news(const struct life_news *n, void *data)
{
	jobs_on_news(data, n);
	services_on_news(data, n);
	events_on_news(data, n);
}

struct control *control_open(struct manager *m)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->manager = m;
	c->source.fd = c->lock_fd = -1;
	c->uid = geteuid();
	m->control = c;
	m->rebind = on_rebind;
	m->news = on_news;
	if (m->life.output)
		output_hub_set_listener(m->life.output, logs_on_line, c);
	/* One command as a container's entrypoint needs nobody to talk to, unless asked. */
	if (m->options.socket)
		c->given = text_absolute_path(m->options.socket);
	if (!m->options.command || m->options.unit_count || m->options.socket)
		say_open(c, open_anywhere(c));
	return c;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	while (c->clients)
		client_close(c->clients);
	loop_timer_clear(c->manager->loop, &c->pause);
	close_socket(c);
	free(c->given);
	c->manager->control = NULL;
	c->manager->news = NULL;
	c->manager->rebind = NULL;
	if (c->manager->life.output)
		output_hub_set_listener(c->manager->life.output, NULL, NULL);
	free(c);
}
