/* SPDX-License-Identifier: MIT */
/* Opening what sockets listen on: socket(7), ip(7), tcp(7), unix(7), fifo(7). */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/text.h"
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
	if (o->ip_tos >= 0) {
		set_option(s, fd, IPPROTO_IP, IP_TOS, "IPTOS=", &o->ip_tos, sizeof(o->ip_tos));
		if (is_6)
			set_option(s, fd, IPPROTO_IPV6, IPV6_TCLASS, "IPTOS=", &o->ip_tos,
				sizeof(o->ip_tos));
	}
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
	return r;
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
	if (listen_path(p))
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

static int open_queue(const struct socket_unit *s, const struct listen_port *p)
{
	const struct socket_settings *o = settings(s);
	struct mq_attr attr = {.mq_maxmsg = (long)o->queue_max_messages,
		.mq_msgsize = (long)o->queue_message_size};
	bool has_size = o->queue_max_messages && o->queue_message_size;
	mode_t before = umask(~o->mode & 0777);
	mqd_t fd = mq_open(p->text, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_CREAT, o->mode,
		has_size ? &attr : NULL);
	int r = fd < 0 ? -errno : fd;

	(void)umask(before);
	return r;
}

static int open_port(const struct socket_unit *s, struct listen_port *p)
{
	switch (p->kind) {
	case LISTEN_FIFO:
		return open_fifo(s, p);
	case LISTEN_SPECIAL:
		return open_special(s, p);
	case LISTEN_MESSAGE_QUEUE:
		return open_queue(s, p);
	default:
		return open_socket(s, p);
	}
}

static void make_links(const struct socket_unit *s)
{
	const struct socket_settings *o = settings(s);
	const char *path = NULL;

	for (size_t i = 0; i < s->count && !path; i++)
		path = listen_path(&s->listens[i]);
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

/* RemoveOnStop= */
static void remove_file(const struct listen_port *p)
{
	if (p->kind == LISTEN_MESSAGE_QUEUE)
		(void)mq_unlink(p->text);
	else if (listen_path(p) && p->kind != LISTEN_SPECIAL)
		(void)unlink(p->text);
}

void socket_close_ports(struct socket_unit *s, bool remove)
{
	bool removes = remove && settings(s)->remove_on_stop, was_open = false;

	for (size_t i = 0; i < s->count; i++) {
		struct socket_port *port = &s->ports[i];

		if (port->source.fd < 0)
			continue;
		was_open = true;
		loop_remove(unit_life(s->unit)->loop, &port->source);
		close(port->source.fd);
		port->source.fd = -1;
		port->watched = false;
		if (removes)
			remove_file(&s->listens[i]);
	}
	for (char **link = settings(s)->symlinks; removes && was_open && link && *link; link++)
		(void)unlink(*link);
}

static bool drop_message(int queue)
{
	struct mq_attr attr;
	_cleanup_(freep) char *buffer =
		mq_getattr(queue, &attr) == 0 ? malloc((size_t)attr.mq_msgsize) : NULL;

	return buffer && mq_receive(queue, buffer, (size_t)attr.mq_msgsize, NULL) >= 0;
}

/* One round of what waits there: a connection, a message, some bytes. Whether there was any. */
static bool drop_one(int fd, enum listen_kind kind)
{
	char buffer[4096];

	if (kind == LISTEN_MESSAGE_QUEUE)
		return drop_message(fd);
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
