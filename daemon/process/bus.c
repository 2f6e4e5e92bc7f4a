/* SPDX-License-Identifier: MIT */
#include "daemon/process/bus.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/process/bus_message.h"

#define RULE                                                                                       \
	"type='signal',sender='" BUS_ITSELF "',interface='" BUS_ITSELF                             \
	"',member='NameOwnerChanged',arg0='%s'"

char *bus_find_address(bool is_user)
{
	const char *session = is_user ? getenv("DBUS_SESSION_BUS_ADDRESS") : NULL;
	const char *folder = is_user ? getenv("XDG_RUNTIME_DIR") : NULL;
	const char *address = session ? session : getenv("DBUS_SYSTEM_BUS_ADDRESS");
	char *path;

	if (!session && folder)
		return asprintf(&path, "unix:path=%s/bus", folder) < 0 ? NULL : path;
	return strdup(address ? address : "unix:path=/run/dbus/system_bus_socket");
}

/* The first address of a list: unix:path= or unix:abstract=. */
static int parse_address(const char *text, struct sockaddr_un *ret, socklen_t *ret_length)
{
	static const char path[] = "unix:path=", abstract[] = "unix:abstract=";
	bool is_abstract = text && strncmp(text, abstract, strlen(abstract)) == 0;

	if (!text || (!is_abstract && strncmp(text, path, strlen(path)) != 0))
		return -EAFNOSUPPORT;
	text += is_abstract ? strlen(abstract) : strlen(path);
	size_t length = strcspn(text, ",;");
	if (!length || length + is_abstract >= sizeof(ret->sun_path) || memchr(text, '%', length))
		return -EAFNOSUPPORT;
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->sun_path + is_abstract, text, length);
	*ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	if (is_abstract)
		*ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
	return 0;
}

static void disconnect(struct bus *b)
{
	loop_remove(b->loop, &b->source);
	close(b->source.fd);
	free(b->in);
	free(b->out);
	b->in = b->out = NULL;
	b->in_length = b->out_length = 0;
	b->is_trusted = false;
}

/* Each of those that watched is told, and may watch anew. */
static void lose(struct bus *b)
{
	disconnect(b);
	struct bus_watch *left = TAKE_PTR(b->watches);
	while (left) {
		struct bus_watch *w = left;

		left = w->next;
		w->next = NULL;
		w->fn(w, true);
	}
}

/* What the socket does not take waits for it. */
static int flush(struct bus *b)
{
	size_t done = 0;

	while (done < b->out_length) {
		ssize_t n = send(b->source.fd, b->out + done, b->out_length - done, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	b->out_length -= done;
	memmove(b->out, b->out + done, b->out_length);
	return loop_modify(b->loop, &b->source, EPOLLIN | (b->out_length ? EPOLLOUT : 0));
}

static int call(struct bus *b, const char *member, const char *argument)
{
	size_t n = bus_message_call(b->out + b->out_length, LIMIT_BUS_QUEUE_BYTES - b->out_length,
		++b->serial, member, argument);

	b->out_length += n;
	return n ? 0 : -ENOBUFS;
}

static int call_for(struct bus *b, const char *member, const char *name)
{
	char rule[sizeof(RULE) + 256];

	snprintf(rule, sizeof(rule), RULE, name);
	return call(b, member, rule);
}

/* The bus is told at once all that is said at the beginning; it answers when it has let us in. */
static void greet(struct bus *b)
{
	char uid[16], hex[2 * sizeof(uid) + 1] = "";

	snprintf(uid, sizeof(uid), "%u", (unsigned)geteuid());
	for (size_t i = 0; uid[i]; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)uid[i]);
	b->out_length = 1 + (size_t)snprintf(b->out + 1, LIMIT_BUS_QUEUE_BYTES - 1,
				    "AUTH EXTERNAL %s\r\nBEGIN\r\n", hex);
	b->out[0] = 0;
	b->serial = 0;
	(void)call(b, "Hello", NULL);
}

static void take(struct bus *b, const struct bus_message *m)
{
	bool is_change = m->type == BUS_SIGNAL && strcmp(m->member, "NameOwnerChanged") == 0 &&
			 strcmp(m->sender, BUS_ITSELF) == 0 && m->text_count == 3;

	for (struct bus_watch *w = b->watches, *next; w; w = next) {
		bool is_owned = is_change ? *m->texts[2] : m->type == BUS_RETURN;

		next = w->next;
		if (is_change ? strcmp(m->texts[0], w->name) != 0
			      : !m->reply_serial || m->reply_serial != w->question)
			continue;
		w->question = 0; /* a change is newer than the answer */
		if (!is_change && is_owned == w->is_owned)
			continue;
		w->is_owned = is_owned;
		w->fn(w, false);
		if (!is_change)
			return;
	}
}

/* The bus's answer to the greeting: a line. How much of it was read, 0: not all there yet. */
static ssize_t take_line(struct bus *b)
{
	const char *end = memchr(b->in, '\n', b->in_length);

	if (!end)
		return b->in_length < 512 ? 0 : -EBADMSG;
	if (strncmp(b->in, "OK ", 3) != 0)
		return -EACCES;
	b->is_trusted = true;
	return end + 1 - b->in;
}

static ssize_t take_message(struct bus *b)
{
	ssize_t n = bus_message_length(b->in, b->in_length);
	struct bus_message m;

	if (n <= 0 || (size_t)n > b->in_length)
		return n < 0 ? n : 0;
	int r = bus_message_parse(b->in, (size_t)n, &m);
	if (r < 0)
		return r;
	take(b, &m);
	return n;
}

/* Until nothing whole is left, or nobody watches any more. */
static int take_all(struct bus *b)
{
	while (b->in) {
		ssize_t n = b->is_trusted ? take_message(b) : take_line(b);
		if (n <= 0)
			return (int)n;
		if (!b->in)
			break;
		b->in_length -= (size_t)n;
		memmove(b->in, b->in + n, b->in_length);
	}
	return 0;
}

static void on_event(struct loop_source *source, uint32_t events)
{
	struct bus *b = source->data;
	int r = events & EPOLLOUT ? flush(b) : 0;

	if (r >= 0 && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		ssize_t n = recv(source->fd, b->in + b->in_length,
			LIMIT_BUS_QUEUE_BYTES - b->in_length, MSG_DONTWAIT);
		if (n < 0)
			r = errno == EAGAIN ? 0 : -errno;
		else if (n == 0)
			r = -ECONNRESET;
		else
			b->in_length += (size_t)n;
	}
	if (r >= 0)
		r = take_all(b);
	if (r < 0 && b->in)
		lose(b);
}

static int connect_to(struct bus *b)
{
	struct sockaddr_un address;
	socklen_t length;
	int r = parse_address(b->address, &address, &length);

	if (r < 0)
		return r;
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, length) < 0)
		return -errno;
	b->in = malloc(LIMIT_BUS_QUEUE_BYTES);
	b->out = malloc(LIMIT_BUS_QUEUE_BYTES);
	b->source =
		(struct loop_source){.fd = fd, .priority = LOOP_NOTIFY, .fn = on_event, .data = b};
	r = b->in && b->out ? loop_add(b->loop, &b->source, EPOLLIN) : -ENOMEM;
	(void)TAKE_FD(fd);
	if (r < 0)
		disconnect(b);
	else
		greet(b);
	return r;
}

int bus_watch_name(struct bus *b, struct bus_watch *w)
{
	int r = b->in ? 0 : connect_to(b);

	if (r < 0)
		return r;
	w->is_owned = false;
	r = call_for(b, "AddMatch", w->name);
	if (r >= 0)
		r = call(b, "GetNameOwner", w->name);
	w->question = b->serial;
	if (r >= 0)
		r = flush(b);
	if (r >= 0) {
		w->next = b->watches;
		b->watches = w;
	} else if (!b->watches) {
		disconnect(b);
	}
	return r;
}

void bus_forget_name(struct bus *b, struct bus_watch *w)
{
	struct bus_watch **at = &b->watches;

	while (*at && *at != w)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = w->next;
	if (!b->watches)
		disconnect(b);
	else if (call_for(b, "RemoveMatch", w->name) >= 0)
		(void)flush(b);
}
