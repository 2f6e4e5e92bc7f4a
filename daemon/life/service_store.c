/* SPDX-License-Identifier: MIT */
/* Descriptors that a service leaves with us over its restarts (sd_notify(3), FDSTORE=1): handed
 * back at the next start, after its sockets; thrown away when it is down for good. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/life/service.h"

#define USUAL_NAME "stored" /* without FDNAME= */

struct stored_fd {
	struct service *service;
	struct loop_source source; /* source.fd is the descriptor */
	char *name;
	bool is_watched; /* without FDPOLL=0: it goes when the other end does */
	struct stored_fd *next;
};

static void drop(struct stored_fd **at)
{
	struct stored_fd *f = *at;

	*at = f->next;
	if (f->is_watched)
		loop_remove(unit_life(f->service->unit)->loop, &f->source);
	close(f->source.fd);
	free(f->name);
	free(f);
}

static unsigned count(const struct service *s)
{
	unsigned n = 0;

	for (const struct stored_fd *f = s->store; f; f = f->next)
		n++;
	return n;
}

unsigned service_stored_count(const struct service *s)
{
	return count(s);
}

/* The other end closed, or it broke: of no use to anybody. */
static void on_broken(struct loop_source *source, uint32_t events)
{
	struct stored_fd *broken = source->data;

	(void)events;
	for (struct stored_fd **at = &broken->service->store; *at; at = &(*at)->next)
		if (*at == broken) {
			drop(at);
			return;
		}
}

static bool is_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino && x.st_rdev == y.st_rdev;
}

static bool has(const struct service *s, int fd)
{
	for (const struct stored_fd *f = s->store; f; f = f->next)
		if (is_same(f->source.fd, fd))
			return true;
	return false;
}

/* Takes the descriptor over. Whether it did. */
static bool keep(struct service *s, int fd, const char *name, bool is_watched)
{
	struct stored_fd *f = calloc(1, sizeof(*f));
	char *copy = strdup(name);

	if (!f || !copy) {
		free(f);
		free(copy);
		return false;
	}
	f->service = s;
	f->name = copy;
	f->source = (struct loop_source){
		.fd = fd, .priority = LOOP_CONTROL, .fn = on_broken, .data = f};
	/* Files cannot be watched, and need not be. */
	f->is_watched = is_watched && loop_add(unit_life(s->unit)->loop, &f->source, 0) >= 0;
	f->next = s->store; /* the newest is handed back first, as by systemd */
	s->store = f;
	return true;
}

/* Printable, without the `:` that parts names, and bounded. */
static bool is_good_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (*c < ' ' || *c == 127 || *c == ':')
			return false;
	return strlen(name) <= 255;
}

static void store(struct service *s, const struct notify_message *m)
{
	const char *name =
		m->fd_name && *m->fd_name && is_good_name(m->fd_name) ? m->fd_name : USUAL_NAME;
	unsigned max = service_settings(s)->fd_store_max;

	for (size_t i = 0; i < m->fd_count; i++) {
		if (has(s, m->fds[i]))
			continue;
		if (count(s) >= max) {
			log_line(LOG_WARNING, 0, s->unit->id,
				"it leaves more descriptors than FileDescriptorStoreMax=%u; closed",
				max);
			return;
		}
		if (keep(s, m->fds[i], name, !m->fd_poll_off))
			m->fds[i] = -1;
	}
}

void service_hear_store(struct service *s, const struct notify_message *m)
{
	if (m->fd_store)
		store(s, m);
	if (!m->fd_store_remove || !m->fd_name)
		return;
	for (struct stored_fd **at = &s->store; *at;) {
		if (strcmp((*at)->name, m->fd_name) == 0)
			drop(at);
		else
			at = &(*at)->next;
	}
}

void service_limit_store(struct service *s, unsigned max)
{
	struct stored_fd **at = &s->store;

	while (*at && max-- > 0)
		at = &(*at)->next;
	while (*at)
		drop(at);
}

int service_add_stored(const struct service *s, int have, int **fds, char ***names)
{
	unsigned more = count(s);

	if (have < 0 || !more)
		return have;
	int *grown = reallocarray(*fds, (size_t)have + more, sizeof(**fds));
	if (!grown)
		return -ENOMEM;
	*fds = grown;
	for (const struct stored_fd *f = s->store; f; f = f->next) {
		int r = strv_push(names, strdup(f->name));
		if (r < 0)
			return r;
		grown[have++] = f->source.fd;
	}
	return have;
}
