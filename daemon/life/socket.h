/* SPDX-License-Identifier: MIT */
/* Inside of sockets: socket.c, socket_open.c and socket_accept.c; and what services take from them.
 */
#pragma once

#include "daemon/life/trigger.h"

enum socket_state {
	SOCKET_DEAD,
	SOCKET_LISTENING,
	SOCKET_RUNNING,
	SOCKET_FAILED,
	SOCKET_STATE_MAX,
};

ENUM_TABLE(socket_state)

struct socket_unit;

/* One descriptor of a socket unit. */
struct socket_port {
	struct loop_source source; /* fd -1: not open */
	struct socket_unit *socket;
	const struct listen_port *listen; /* of the configuration that opened it */
	bool watched;
};

/* The run-time part. */
struct socket_unit {
	struct unit *unit;
	struct socket_port *ports;
	struct listen_port *listens; /* copies: a reload may change the configuration */
	size_t count;
	enum trigger_result result;
	uint64_t limit_begin_usec;
	unsigned limit_count;
	unsigned accepted, connections, refused;
};

/* Opens what the unit listens on, with its options. 0, or a negative errno that was logged; then
 * nothing is open. */
int socket_open_ports(struct socket_unit *s);
/* Closes all, and removes what RemoveOnStop= says. */
void socket_close_ports(struct socket_unit *s, bool remove);
/* Sets options of an accepted connection. */
void socket_set_connection_options(const struct socket_unit *s, int fd);
/* Takes what waits and throws it away: FlushPending=. */
void socket_flush_ports(struct socket_unit *s);

/* socket_accept.c: takes a connection and starts an instance of its own for it. */
void socket_take_connection(struct socket_unit *s, struct socket_port *port);
/* The instance is over: room for another. */
void socket_connection_ended(struct unit *socket);

/*
 * Descriptors that sockets pass to a service, in LISTEN_FDS order: borrowed descriptors in a vector
 * to be freed, with a name each in *ret_names (strv). The number of them, or -ENOMEM.
 */
int socket_collect_fds(const struct unit *service, int **ret_fds, char ***ret_names);

enum trigger_result socket_result(const struct unit *u);
/* How many connections it took, has, and refused. */
void socket_counts(const struct unit *u, unsigned *accepted, unsigned *now, unsigned *refused);
