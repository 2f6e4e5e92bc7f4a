/* SPDX-License-Identifier: MIT */
#include "daemon/file/triggers.h"

#include <stdlib.h>

#include "common/clock.h"

DEFINE_ENUM_TABLE(listen_kind, LISTEN_KIND_MAX, [LISTEN_STREAM] = "Stream",
	[LISTEN_DATAGRAM] = "Datagram", [LISTEN_SEQPACKET] = "SequentialPacket",
	[LISTEN_FIFO] = "FIFO", [LISTEN_SPECIAL] = "Special", [LISTEN_NETLINK] = "Netlink",
	[LISTEN_MESSAGE_QUEUE] = "MessageQueue", );

DEFINE_ENUM_TABLE(bind_ipv6_only, BIND_IPV6_MAX, [BIND_IPV6_DEFAULT] = "default",
	[BIND_IPV6_BOTH] = "both", [BIND_IPV6_ONLY] = "ipv6-only", );

DEFINE_ENUM_TABLE(socket_timestamping, TIMESTAMPING_MAX, [TIMESTAMPING_OFF] = "off",
	[TIMESTAMPING_US] = "us", [TIMESTAMPING_NS] = "ns", );

DEFINE_ENUM_TABLE(socket_protocol, PROTOCOL_MAX, [PROTOCOL_IP] = "ip",
	[PROTOCOL_UDPLITE] = "udplite", [PROTOCOL_SCTP] = "sctp", );

struct timer_settings *timer_settings_new(void)
{
	struct timer_settings *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->accuracy_usec = USEC_PER_MINUTE;
	t->remain_after_elapse = true;
	return t;
}

struct path_settings *path_settings_new(void)
{
	struct path_settings *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->directory_mode = 0755;
	p->trigger_limit_interval_usec = 2 * USEC_PER_SEC;
	p->trigger_limit_burst = 200;
	return p;
}

const char *listen_path(const struct listen_port *p)
{
	return *p->text == '/' && p->kind != LISTEN_MESSAGE_QUEUE ? p->text : NULL;
}

struct socket_settings *socket_settings_new(void)
{
	struct socket_settings *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->ip_tos = -1;
	s->backlog = INT32_MAX; /* the kernel cuts it to net.core.somaxconn */
	s->mode = 0666;
	s->directory_mode = 0755;
	s->max_connections = 64;
	s->trigger_limit_interval_usec = 2 * USEC_PER_SEC;
	s->trigger_limit_burst = 20; /* 200 with Accept=yes: config_complete() */
	return s;
}
