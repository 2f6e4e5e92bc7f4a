/* SPDX-License-Identifier: MIT */
/* Inside of sockets: socket*.c; and what services take from them. */
#pragma once

#include "daemon/life/trigger.h"

enum socket_state {
	SOCKET_DEAD,
	SOCKET_START_PRE,
	SOCKET_START_CHOWN,
	SOCKET_START_POST,
	SOCKET_LISTENING,
	SOCKET_RUNNING,
	SOCKET_STOP_PRE,
	SOCKET_STOP_PRE_SIGTERM,
	SOCKET_STOP_PRE_SIGKILL,
	SOCKET_STOP_POST,
	SOCKET_FINAL_SIGTERM,
	SOCKET_FINAL_SIGKILL,
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

/* socket_run.c: the way up, and down; each goes on by itself as processes end. */
void socket_enter_start(struct socket_unit *s);
void socket_enter_stop(struct socket_unit *s, enum trigger_result result);
/* A stop in the midst of the way up: what it executes is ended first. */
void socket_interrupt_start(struct socket_unit *s);
/* At once, without commands. */
void socket_enter_dead(struct socket_unit *s, enum trigger_result result);
void socket_set_state(struct socket_unit *s, enum socket_state state);
void socket_handle(struct unit *u, const struct unit_event *event);
/* socket.c: waits for what comes; that is the state SOCKET_LISTENING. */
void socket_listen(struct socket_unit *s);
/* Whether its descriptors wake the loop. Negative errno of the last that cannot, logged: -EPERM, it
 * can never be waited for. */
int socket_watch(struct socket_unit *s, bool on);
/* socket_owner.c: in a child, makes SocketUser= and SocketGroup= own its files; ends with 0, or the
 * status that systemd has for what failed. */
_Noreturn void socket_give_files(const struct socket_unit *s);

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
/* The process that runs one of its commands; 0: none. */
pid_t socket_control_pid(const struct unit *u);
/* How many connections it took, has, and refused. */
void socket_counts(const struct unit *u, unsigned *accepted, unsigned *now, unsigned *refused);
