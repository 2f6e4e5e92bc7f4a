/* SPDX-License-Identifier: MIT */
/* Who may connect, and for whom there is room: each user has a share, the longest idle one of it
 * goes first, and where descriptors run out the door is shut for a while instead of spinning. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/base/reserve.h"
#include "daemon/control/server.h"

#define ANY_UID ((uid_t)-1)

static bool is_in_group(int fd, gid_t gid, const struct ucred *peer)
{
	gid_t groups[256];
	socklen_t size = sizeof(groups);

	if (peer->gid == gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, 59 /* SO_PEERGROUPS */, groups, &size) < 0)
		return false;
	for (size_t i = 0; i < size / sizeof(gid_t); i++)
		if (groups[i] == gid)
			return true;
	return false;
}

static size_t count_of_uid(const struct control *c, uid_t uid)
{
	size_t n = 0;

	for (const struct client *k = c->clients; k; k = k->next)
		n += k->uid == uid;
	return n;
}

/* Of one user, or of any: the one that asked nothing for the longest time, and waits for nothing.
 */
static bool drop_longest_idle(struct control *c, uid_t uid)
{
	struct client *found = NULL;

	for (struct client *k = c->clients; k; k = k->next)
		if (!k->busy && (uid == ANY_UID || k->uid == uid) &&
			(!found || k->since_usec <= found->since_usec))
			found = k;
	if (found)
		client_close(found);
	return found;
}

/* Others cannot keep out whoever may change things. */
static bool make_room(struct control *c, uid_t uid, bool may_change)
{
	if (count_of_uid(c, uid) >= LIMIT_CLIENTS_PER_UID)
		return drop_longest_idle(c, uid);
	if (c->client_count < LIMIT_CLIENTS)
		return true;
	return drop_longest_idle(c, may_change ? ANY_UID : uid) || may_change;
}

static void on_pause_over(struct loop_timer *t)
{
	struct control *c = t->data;

	(void)loop_modify(c->manager->loop, &c->source, EPOLLIN);
}

/* A connection that cannot be accepted stays in the queue, and would wake us for ever. */
static void find_descriptor(struct control *c)
{
	if (drop_longest_idle(c, ANY_UID))
		return;
	c->pause.fn = on_pause_over;
	c->pause.data = c;
	if (loop_timer_set(c->manager->loop, &c->pause,
		    usec_add(clock_monotonic_usec(), LIMIT_ACCEPT_PAUSE_USEC)) >= 0)
		(void)loop_modify(c->manager->loop, &c->source, 0);
}

/* The last quarter is for services. */
static bool is_scarce(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	       (rlim_t)fd >= limit.rlim_cur - limit.rlim_cur / 4;
}

bool client_accept(struct control *c)
{
	struct ucred peer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
	socklen_t size = sizeof(peer);
	_cleanup_(closep) int fd = accept4(c->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (is_lack(errno))
			find_descriptor(c);
		return false;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
		(is_scarce(fd) && !drop_longest_idle(c, ANY_UID)))
		return true;
	bool may_change = peer.uid == 0 || peer.uid == c->uid;
	bool may_read = may_change || is_in_group(fd, c->gid, &peer);
	if (!make_room(c, peer.uid, may_change)) {
		log_debug("a client was turned away: there are %zu already", c->client_count);
		return true;
	}
	if (client_new(c, fd, peer.uid, may_read, may_change) >= 0)
		(void)TAKE_FD(fd);
	return true;
}

void client_denied(struct client *client)
{
	struct control *c = client->control;
	uint64_t now = clock_monotonic_usec();

	if (c->denied_told_usec && now < c->denied_told_usec + LIMIT_DENIED_LOG_USEC)
		return;
	c->denied_told_usec = now;
	log_warning("user %u asked over the control socket and may not; further ones are not told "
		    "for a minute",
		(unsigned)client->uid);
}
