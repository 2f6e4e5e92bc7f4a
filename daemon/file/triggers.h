/* SPDX-License-Identifier: MIT */
/* What [Timer], [Socket] and [Path] say: the units that start another one when something happens.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "common/calendar.h"
#include "common/enum.h"

/* What the span of a timer counts from. */
enum timer_base {
	TIMER_ON_ACTIVE,	/* the timer itself was started */
	TIMER_ON_BOOT,		/* the machine, or the container */
	TIMER_ON_STARTUP,	/* reaperd */
	TIMER_ON_UNIT_ACTIVE,	/* the unit was last started */
	TIMER_ON_UNIT_INACTIVE, /* the unit last ended */
	TIMER_ON_CALENDAR,
	TIMER_BASE_MAX,
};

struct timer_point {
	enum timer_base base;
	uint64_t span_usec;
	struct calendar *calendar; /* TIMER_ON_CALENDAR; else NULL */
};

struct timer_settings {
	struct timer_point *points;
	size_t count;
	uint64_t accuracy_usec, random_delay_usec;
	bool accuracy_set; /* otherwise nobody asked for a delay */
	bool on_clock_change, on_timezone_change, persistent, remain_after_elapse,
		fixed_random_delay, defer_reactivation;
	char *unit; /* NULL: the service of the same name */
};

enum path_kind {
	PATH_EXISTS,
	PATH_EXISTS_GLOB,
	PATH_CHANGED,
	PATH_MODIFIED,
	PATH_DIRECTORY_NOT_EMPTY,
	PATH_KIND_MAX,
};

struct path_watch {
	enum path_kind kind;
	char *path;
};

struct path_settings {
	struct path_watch *watches;
	size_t count;
	bool make_directory;
	mode_t directory_mode;
	uint64_t trigger_limit_interval_usec;
	unsigned trigger_limit_burst;
	char *unit;
};

enum listen_kind {
	LISTEN_STREAM,
	LISTEN_DATAGRAM,
	LISTEN_SEQPACKET,
	LISTEN_FIFO,
	LISTEN_SPECIAL,
	LISTEN_NETLINK,
	LISTEN_MESSAGE_QUEUE,
	LISTEN_KIND_MAX,
};

/* "Stream", "Datagram", ... as `list-sockets` calls them. */
ENUM_TABLE(listen_kind)

struct listen_port {
	enum listen_kind kind;
	char *text; /* as systemd writes it: "[::]:80", "/run/x", "@abstract", "route 1" */
	struct sockaddr_storage address; /* of sockets */
	socklen_t length;
	int protocol; /* of netlink: its family */
};

/* Where it is in the file system; NULL: nowhere. */
const char *listen_path(const struct listen_port *p);

enum bind_ipv6_only {
	BIND_IPV6_DEFAULT,
	BIND_IPV6_BOTH,
	BIND_IPV6_ONLY,
	BIND_IPV6_MAX,
};

ENUM_TABLE(bind_ipv6_only)

enum socket_timestamping {
	TIMESTAMPING_OFF,
	TIMESTAMPING_US,
	TIMESTAMPING_NS,
	TIMESTAMPING_MAX,
};

ENUM_TABLE(socket_timestamping)

enum socket_protocol {
	PROTOCOL_IP,
	PROTOCOL_UDPLITE,
	PROTOCOL_SCTP,
	PROTOCOL_MAX,
};

ENUM_TABLE(socket_protocol)

struct socket_settings {
	struct listen_port *ports;
	size_t count;
	uint64_t timeout_usec; /* of each of its commands */
	enum socket_protocol protocol;
	enum bind_ipv6_only bind_ipv6_only;
	unsigned backlog;
	char *device, *user, *group, *congestion, *fd_name, *service;
	mode_t mode, directory_mode;
	bool accept, flush_pending, writable, keep_alive, no_delay, free_bind, transparent,
		broadcast, pass_credentials, pass_security, pass_packet_info, reuse_port,
		remove_on_stop;
	unsigned max_connections, max_per_source;
	uint64_t keep_alive_time_usec, keep_alive_interval_usec, defer_accept_usec; /* 0: not set */
	unsigned keep_alive_probes, priority, mark, ip_ttl;			    /* 0: not set */
	int ip_tos;					 /* -1: not set */
	unsigned queue_max_messages, queue_message_size; /* 0: not set */
	uint64_t receive_buffer, send_buffer, pipe_size; /* 0: not set */
	enum socket_timestamping timestamping;
	char **symlinks;
	uint64_t trigger_limit_interval_usec;
	unsigned trigger_limit_burst;
	bool trigger_limit_set; /* otherwise it follows Accept= */
};

/* A new one with its defaults; NULL: out of memory. The table of directives frees what they own. */
struct timer_settings *timer_settings_new(void);
struct path_settings *path_settings_new(void);
struct socket_settings *socket_settings_new(void);
