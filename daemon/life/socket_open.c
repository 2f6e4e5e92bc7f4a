/* SPDX-License-Identifier: MIT */
/* Opening what sockets listen on: socket(7), ip(7), tcp(7), unix(7), fifo(7). */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/life/socket.h"

static const struct socket_settings *settings(const struct socket_unit *s)
{
	return s->unit->config->socket;
}

/* An option that the kernel refuses is told, and the socket goes on without it. */
static void set_option(const struct socket_unit *s, int fd, int level, int name, const char *key,
	const void *value, socklen_t size)
{
	if (setsockopt(fd, level, name, value, size) < 0)
		log_line(LOG_WARNING, errno, s->unit->id, "%s cannot be set", key);
}

static void set_number(
	const struct socket_unit *s, int fd, int level, int name, const char *key, uint64_t value)
{
	int n = value > INT32_MAX ? INT32_MAX : (int)value;

	if (value)
		set_option(s, fd, level, name, key, &n, sizeof(n));
}

/* The forced form takes more than the limit of the machine, where we may. */
static void set_buffer(
	const struct socket_unit *s, int fd, int forced, int plain, const char *key, uint64_t size)
{
	int n = size > INT32_MAX ? INT32_MAX : (int)size;

	if (size && setsockopt(fd, SOL_SOCKET, forced, &n, sizeof(n)) < 0)
		set_option(s, fd, SOL_SOCKET, plain, key, &n, sizeof(n));
}

void socket_set_connection_options(const struct socket_unit *s, int fd)
{
	const struct socket_settings *o = settings(s);

	set_number(s, fd, SOL_SOCKET, SO_KEEPALIVE, "KeepAlive=", o->keep_alive);
	set_number(s, fd, IPPROTO_TCP, TCP_KEEPIDLE,
		"KeepAliveTimeSec=", o->keep_alive_time_usec / USEC_PER_SEC);
	set_number(s, fd, IPPROTO_TCP, TCP_KEEPINTVL,
		"KeepAliveIntervalSec=", o->keep_alive_interval_usec / USEC_PER_SEC);
	set_number(s, fd, IPPROTO_TCP, TCP_KEEPCNT, "KeepAliveProbes=", o->keep_alive_probes);
	set_number(s, fd, IPPROTO_TCP, TCP_NODELAY, "NoDelay=", o->no_delay);
	set_number(s, fd, SOL_SOCKET, SO_PRIORITY, "Priority=", o->priority);
	set_number(s, fd, SOL_SOCKET, SO_MARK, "Mark=", o->mark);
	set_number(s, fd, SOL_SOCKET, SO_PASSCRED, "PassCredentials=", o->pass_credentials);
	set_number(s, fd, SOL_SOCKET, SO_PASSSEC, "PassSecurity=", o->pass_security);
	set_buffer(s, fd, SO_RCVBUFFORCE, SO_RCVBUF, "ReceiveBuffer=", o->receive_buffer);
	set_buffer(s, fd, SO_SNDBUFFORCE, SO_SNDBUF, "SendBuffer=", o->send_buffer);
}

static void set_timestamping(const struct socket_unit *s, int fd)
{
	enum socket_timestamping how = settings(s)->timestamping;

	if (how != TIMESTAMPING_OFF)
		set_number(s, fd, SOL_SOCKET,
			how == TIMESTAMPING_US ? SO_TIMESTAMP : SO_TIMESTAMPNS, "Timestamping=", 1);
}

static void set_ip_options(const struct socket_unit *s, int fd, int family)
{
	const struct socket_settings *o = settings(s);
	bool is_6 = family == AF_INET6;

	set_number(s, fd, IPPROTO_TCP, TCP_DEFER_ACCEPT,
		"DeferAcceptSec=", o->defer_accept_usec / USEC_PER_SEC);
	set_number(s, fd, is_6 ? IPPROTO_IPV6 : IPPROTO_IP, is_6 ? IPV6_UNICAST_HOPS : IP_TTL,
		"IPTTL=", o->ip_ttl);
	set_number(s, fd, is_6 ? IPPROTO_IPV6 : IPPROTO_IP, is_6 ? IPV6_FREEBIND : IP_FREEBIND,
		"FreeBind=", o->free_bind);
	set_number(s, fd, is_6 ? IPPROTO_IPV6 : IPPROTO_IP,
		is_6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, "Transparent=", o->transparent);
	set_number(s, fd, is_6 ? IPPROTO_IPV6 : IPPROTO_IP, is_6 ? IPV6_RECVPKTINFO : IP_PKTINFO,
		"PassPacketInfo=", o->pass_packet_info);
	if (o->congestion)
		set_option(s, fd, IPPROTO_TCP, TCP_CONGESTION, "TCPCongestion=", o->congestion,
			(socklen_t)strlen(o->congestion));
}

static void set_options(const struct socket_unit *s, int fd, int family)
{
	const struct socket_settings *o = settings(s);

	socket_set_connection_options(s, fd);
	set_timestamping(s, fd);
	set_number(s, fd, SOL_SOCKET, SO_BROADCAST, "Broadcast=", o->broadcast);
	set_number(s, fd, SOL_SOCKET, SO_REUSEPORT, "ReusePort=", o->reuse_port);
	if (o->device)
		set_option(s, fd, SOL_SOCKET, SO_BINDTODEVICE, "BindToDevice=", o->device,
			(socklen_t)strlen(o->device));
	if (family == AF_INET || family == AF_INET6)
		set_ip_options(s, fd, family);
}

static int find_owner(const struct socket_settings *o, uid_t *uid, gid_t *gid)
{
	uint32_t id;

	*uid = (uid_t)-1;
	*gid = (gid_t)-1;
	if (o->user && value_parse_uid(o->user, &id) >= 0) {
		*uid = id;
	} else if (o->user) {
		const struct passwd *p = getpwnam(o->user);
		if (!p)
			return -ESRCH;
		*uid = p->pw_uid;
		*gid = p->pw_gid;
	}
	if (o->group && value_parse_uid(o->group, &id) >= 0) {
		*gid = id;
	} else if (o->group) {
		const struct group *g = getgrnam(o->group);
		if (!g)
			return -ESRCH;
		*gid = g->gr_gid;
	}
	return 0;
}

/* Whose it is, and who may connect. */
static int set_owner(const struct socket_unit *s, const char *path)
{
	uid_t uid;
	gid_t gid;
	int r = find_owner(settings(s), &uid, &gid);

	if (r < 0)
		return r;
	if ((uid != (uid_t)-1 && uid != geteuid()) || (gid != (gid_t)-1 && gid != getegid()))
		if (chown(path, uid, gid) < 0)
			return -errno;
	return 0;
}

static int bind_path(const struct socket_unit *s, int fd, const struct listen_port *p)
{
	const char *path = ((const struct sockaddr_un *)&p->address)->sun_path;
	int r = folder_make_parents(path, settings(s)->directory_mode);

	if (r < 0)
		return r;
	mode_t before = umask(~settings(s)->mode & 0777);
	r = bind(fd, (const struct sockaddr *)&p->address, p->length) < 0 ? -errno : 0;
	if (r == -EADDRINUSE) { /* of an earlier life: a unit owns its path */
		(void)unlink(path);
		r = bind(fd, (const struct sockaddr *)&p->address, p->length) < 0 ? -errno : 0;
	}
	(void)umask(before);
	return r < 0 ? r : set_owner(s, path);
}

static int socket_type(enum listen_kind kind)
{
	switch (kind) {
	case LISTEN_DATAGRAM:
		return SOCK_DGRAM;
	case LISTEN_SEQPACKET:
		return SOCK_SEQPACKET;
	case LISTEN_NETLINK:
		return SOCK_RAW;
	default:
		return SOCK_STREAM;
	}
}

static int protocol_of(const struct socket_unit *s, const struct listen_port *p, int family)
{
	if (p->kind == LISTEN_NETLINK)
		return p->protocol;
	if (family != AF_INET && family != AF_INET6)
		return 0;
	return settings(s)->protocol == PROTOCOL_SCTP	   ? IPPROTO_SCTP
	       : settings(s)->protocol == PROTOCOL_UDPLITE ? IPPROTO_UDPLITE
							   : 0;
}

/* Where there is no IPv6, every address is that of IPv4. */
static int fall_back_to_ipv4(struct listen_port *p)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&p->address;
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = six->sin6_port};

	if (six->sin6_family != AF_INET6 ||
		memcmp(&six->sin6_addr, &in6addr_any, sizeof(in6addr_any)) != 0)
		return -EAFNOSUPPORT;
	memcpy(&p->address, &four, sizeof(four));
	p->length = sizeof(four);
	return 0;
}

static int new_socket(const struct socket_unit *s, struct listen_port *p)
{
	int family = ((const struct sockaddr *)&p->address)->sa_family;
	int type = socket_type(p->kind) | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = socket(family, type, protocol_of(s, p, family));

	if (fd < 0 && errno == EAFNOSUPPORT && fall_back_to_ipv4(p) >= 0)
		fd = socket(AF_INET, type, protocol_of(s, p, AF_INET));
	return fd < 0 ? -errno : fd;
}

static int open_socket(const struct socket_unit *s, struct listen_port *p)
{
	int fd = new_socket(s, p), yes = 1, r;

	if (fd < 0)
		return fd;
	int family = ((const struct sockaddr *)&p->address)->sa_family;
	int only = settings(s)->bind_ipv6_only == BIND_IPV6_ONLY;
	if (family == AF_INET6 && settings(s)->bind_ipv6_only != BIND_IPV6_DEFAULT)
		set_option(s, fd, IPPROTO_IPV6, IPV6_V6ONLY, "BindIPv6Only=", &only, sizeof(only));
	if (family != AF_UNIX)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	set_options(s, fd, family);
	if (family == AF_UNIX && *p->text == '/')
		r = bind_path(s, fd, p);
	else
		r = bind(fd, (const struct sockaddr *)&p->address, p->length) < 0 ? -errno : 0;
	if (r >= 0 && (p->kind == LISTEN_STREAM || p->kind == LISTEN_SEQPACKET) &&
		listen(fd, settings(s)->backlog > INT32_MAX ? INT32_MAX
							    : (int)settings(s)->backlog) < 0)
		r = -errno;
	if (r < 0)
		close(fd);
	return r < 0 ? r : fd;
}

static int open_fifo(const struct socket_unit *s, const struct listen_port *p)
{
	struct stat st;
	int r = folder_make_parents(p->text, settings(s)->directory_mode);

	if (r < 0)
		return r;
	mode_t before = umask(~settings(s)->mode & 0777);
	r = mkfifo(p->text, settings(s)->mode) < 0 && errno != EEXIST ? -errno : 0;
	(void)umask(before);
	if (r >= 0)
		r = set_owner(s, p->text);
	if (r < 0)
		return r;
	int fd = open(p->text, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) {
		close(fd);
		return -EEXIST;
	}
	if (settings(s)->pipe_size)
		(void)fcntl(fd, F_SETPIPE_SZ, (int)settings(s)->pipe_size);
	return fd;
}

static int open_special(const struct socket_unit *s, const struct listen_port *p)
{
	int mode = settings(s)->writable ? O_RDWR : O_RDONLY;
	struct stat st;
	int fd = open(p->text, mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISCHR(st.st_mode))) {
		close(fd);
		return -EEXIST;
	}
	return fd;
}

static int open_port(const struct socket_unit *s, struct listen_port *p)
{
	switch (p->kind) {
	case LISTEN_FIFO:
		return open_fifo(s, p);
	case LISTEN_SPECIAL:
		return open_special(s, p);
	default:
		return open_socket(s, p);
	}
}

static void make_links(const struct socket_unit *s)
{
	const struct socket_settings *o = settings(s);
	const char *path = NULL;

	for (size_t i = 0; i < s->count && !path; i++)
		if (s->listens[i].text[0] == '/')
			path = s->listens[i].text;
	for (char **link = o->symlinks; link && *link && path; link++) {
		(void)folder_make_parents(*link, settings(s)->directory_mode);
		if (symlink(path, *link) < 0 && errno == EEXIST) {
			(void)unlink(*link);
			if (symlink(path, *link) < 0)
				log_line(LOG_WARNING, errno, s->unit->id, "cannot make the link %s",
					*link);
		}
	}
}

int socket_open_ports(struct socket_unit *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct socket_port *port = &s->ports[i];

		if (port->source.fd >= 0)
			continue;
		int fd = open_port(s, &s->listens[i]);
		if (fd < 0) {
			log_line(LOG_ERR, fd, s->unit->id, "cannot listen on %s",
				s->listens[i].text);
			socket_close_ports(s, false);
			return fd;
		}
		port->source.fd = fd;
	}
	make_links(s);
	return 0;
}

void socket_close_ports(struct socket_unit *s, bool remove)
{
	for (size_t i = 0; i < s->count; i++) {
		struct socket_port *port = &s->ports[i];

		if (port->source.fd < 0)
			continue;
		loop_remove(unit_life(s->unit)->loop, &port->source);
		close(port->source.fd);
		port->source.fd = -1;
		port->watched = false;
		if (remove && settings(s)->remove_on_stop && s->listens[i].text[0] == '/' &&
			s->listens[i].kind != LISTEN_SPECIAL)
			(void)unlink(s->listens[i].text);
	}
	for (char **link = settings(s)->symlinks;
		remove && settings(s)->remove_on_stop && link && *link; link++)
		(void)unlink(*link);
}

/* One round of what waits there: a connection, a message, some bytes. Whether there was any. */
static bool drop_one(int fd, enum listen_kind kind)
{
	char buffer[4096];

	if (kind != LISTEN_STREAM && kind != LISTEN_SEQPACKET)
		return read(fd, buffer, sizeof(buffer)) >= 0 || errno == EINTR;
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	if (connection >= 0)
		close(connection);
	return connection >= 0 || errno == EINTR || errno == ECONNABORTED;
}

/* Whoever had the descriptor may have made it blocking: the flag is shared, so it is set anew. */
void socket_flush_ports(struct socket_unit *s)
{
	for (size_t i = 0; i < s->count; i++) {
		int fd = s->ports[i].source.fd;
		int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

		if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
			continue;
		for (unsigned n = 0; n < LIMIT_SOCKET_FLUSH; n++)
			if (!drop_one(fd, s->listens[i].kind))
				break;
	}
}
