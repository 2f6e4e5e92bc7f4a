/* SPDX-License-Identifier: MIT */
/* Accept=yes: an instance of the template for each connection, named after it as systemd does. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/base/reserve.h"
#include "daemon/life/service.h"
#include "daemon/life/socket.h"

#define ADDRESS_MAX (INET6_ADDRSTRLEN + 8)

static void format_address(const struct sockaddr_storage *a, char text[static ADDRESS_MAX])
{
	char host[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in *in = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;

	if (a->ss_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(text, ADDRESS_MAX, "%s:%u", host, ntohs(in->sin_port));
	} else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], host, sizeof(host));
		snprintf(text, ADDRESS_MAX, "%s:%u", host, ntohs(in6->sin6_port));
	} else {
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(text, ADDRESS_MAX, "%s:%u", host, ntohs(in6->sin6_port));
	}
}

/* NUMBER-LOCAL-REMOTE, or NUMBER-PID-UID. */
static char *instance_of(int fd, unsigned number)
{
	struct sockaddr_storage local, remote;
	socklen_t local_size = sizeof(local), remote_size = sizeof(remote);
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t peer_size = sizeof(peer);
	char from[ADDRESS_MAX], to[ADDRESS_MAX], *text = NULL;
	int n;

	if (getsockname(fd, (struct sockaddr *)&local, &local_size) < 0 ||
		getpeername(fd, (struct sockaddr *)&remote, &remote_size) < 0)
		return NULL;
	if (local.ss_family == AF_INET || local.ss_family == AF_INET6) {
		format_address(&local, to);
		format_address(&remote, from);
		n = asprintf(&text, "%u-%s-%s", number, to, from);
	} else if (local.ss_family == AF_UNIX &&
		   getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) == 0 && peer.pid) {
		n = asprintf(&text, "%u-%d-%u", number, (int)peer.pid, peer.uid);
	} else {
		n = asprintf(&text, "%u-unknown", number);
	}
	return n < 0 ? NULL : text;
}

static struct unit *new_instance(struct socket_unit *s, int fd)
{
	_cleanup_(freep) char *instance = instance_of(fd, s->accepted), *name = NULL;
	const char *id = s->unit->id;
	struct unit *u;

	if (!instance ||
		asprintf(&name, "%.*s@%s.service", (int)(strrchr(id, '.') - id), id, instance) < 0)
		return NULL;
	int r = load_unit(&unit_life(s->unit)->loader, name, &u);
	if (r >= 0 && u->load_state != LOAD_LOADED)
		r = -ENOENT;
	if (r < 0) {
		log_line(LOG_ERR, r, id, "cannot start %s for a connection", name);
		return NULL;
	}
	return u;
}

/* Whether both come from the same machine, or the same user. */
static bool same_source(int a, int b)
{
	struct sockaddr_storage x, y;
	socklen_t x_size = sizeof(x), y_size = sizeof(y);
	struct ucred p = {0}, q = {0};
	socklen_t size = sizeof(p);

	if (getpeername(a, (struct sockaddr *)&x, &x_size) < 0 ||
		getpeername(b, (struct sockaddr *)&y, &y_size) < 0 || x.ss_family != y.ss_family)
		return false;
	if (x.ss_family == AF_INET)
		return ((struct sockaddr_in *)&x)->sin_addr.s_addr ==
		       ((struct sockaddr_in *)&y)->sin_addr.s_addr;
	if (x.ss_family == AF_INET6)
		return memcmp(&((struct sockaddr_in6 *)&x)->sin6_addr,
			       &((struct sockaddr_in6 *)&y)->sin6_addr,
			       sizeof(struct in6_addr)) == 0;
	return getsockopt(a, SOL_SOCKET, SO_PEERCRED, &p, &size) == 0 &&
	       getsockopt(b, SOL_SOCKET, SO_PEERCRED, &q, &size) == 0 && p.uid == q.uid;
}

static unsigned count_from(const struct socket_unit *s, int fd)
{
	unsigned n = 0;

	UNIT_FOREACH (u, s->unit, DEP_TRIGGERS)
		if (u->service && u->service->connection_fd >= 0)
			n += same_source(u->service->connection_fd, fd);
	return n;
}

static bool has_room(struct socket_unit *s, int fd)
{
	const struct socket_settings *o = s->unit->config->socket;
	const char *key = s->connections >= o->max_connections ? "MaxConnections=" : NULL;

	if (!key && o->max_per_source && count_from(s, fd) >= o->max_per_source)
		key = "MaxConnectionsPerSource=";
	if (!key)
		return true;
	s->refused++;
	log_line(LOG_WARNING, 0, s->unit->id, "%s is reached with %u connections; one is dropped",
		key, s->connections);
	return false;
}

void socket_take_connection(struct socket_unit *s, struct socket_port *port)
{
	int fd = accept4(port->source.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && is_lack(errno)) {
		log_line(LOG_ERR, errno, s->unit->id, "cannot take a connection; listens no more");
		socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
	}
	if (fd < 0)
		return;
	if (trigger_is_stopping(s->unit) || !has_room(s, fd)) {
		close(fd);
		return;
	}
	socket_set_connection_options(s, fd);
	struct unit *u = new_instance(s, fd);
	struct service *service = u ? service_of(u) : NULL;
	if (!service) {
		close(fd);
		socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
		return;
	}
	s->accepted++;
	s->connections++;
	service->connection_fd = fd;
	service->accepted_by = s->unit;
	(void)unit_add_edge(s->unit, DEP_TRIGGERS, u, ORIGIN_IMPLICIT);
	(void)unit_add_edge(s->unit, DEP_BEFORE, u, ORIGIN_IMPLICIT);
	if (trigger_fire(s->unit, u, NULL) >= 0)
		return;
	service_end_connection(service);
	socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
}

/* Of its sockets, or the connection that it was started for. */
static int collect_sockets(const struct service *s, int **ret_fds, char ***ret_names)
{
	if (s->connection_fd < 0)
		return socket_collect_fds(s->unit, ret_fds, ret_names);
	*ret_fds = malloc(sizeof(int));
	if (!*ret_fds || strv_push(ret_names, strdup("connection")) < 0)
		return -ENOMEM;
	**ret_fds = s->connection_fd;
	return 1;
}

int service_collect_fds(const struct service *s, int **ret_fds, char ***ret_names)
{
	return service_add_stored(s, collect_sockets(s, ret_fds, ret_names), ret_fds, ret_names);
}

int service_add_peer(const struct service *s, char ***variables)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);
	char text[ADDRESS_MAX], *colon, *variable;

	if (s->connection_fd < 0 ||
		getpeername(s->connection_fd, (struct sockaddr *)&peer, &size) < 0 ||
		(peer.ss_family != AF_INET && peer.ss_family != AF_INET6))
		return 0;
	format_address(&peer, text);
	colon = strrchr(text, ':');
	*colon = 0;
	if (asprintf(&variable, "REMOTE_ADDR=%s", text) < 0 || strv_push(variables, variable) < 0)
		return -ENOMEM;
	if (asprintf(&variable, "REMOTE_PORT=%s", colon + 1) < 0)
		return -ENOMEM;
	return strv_push(variables, variable);
}

void service_end_connection(struct service *s)
{
	struct unit *u = s->accepted_by;

	if (!u)
		return;
	close(s->connection_fd);
	s->connection_fd = -1;
	s->accepted_by = NULL;
	s->unit->collect = true;
	socket_connection_ended(u);
}

void socket_connection_ended(struct unit *u)
{
	struct socket_unit *s = u->trigger;

	if (s && s->connections)
		s->connections--;
}
