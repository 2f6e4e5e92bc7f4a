/* SPDX-License-Identifier: MIT */
/*
 * The notify socket of one service (sd_notify(3)): a datagram socket of its own, so that a flood is
 * its sender's alone and the unit is known without a race. It is a file where there is a place for
 * one: abstract addresses (unix(7)) are of one network namespace alone, and some libraries of
 * languages cannot send to them.
 */
#pragma once

#include <sys/types.h>

#include "daemon/base/loop.h"

struct notify_message {
	pid_t pid; /* the sender, by SCM_CREDENTIALS; 0: unknown */
	uid_t uid;
	bool ready, reloading, stopping, watchdog, watchdog_trigger;
	bool barrier, fd_store, fd_store_remove, fd_poll_off;
	uint64_t monotonic_usec;      /* of RELOADING=1; 0: not given */
	uint64_t watchdog_usec;	      /* WATCHDOG_USEC=; 0: not given */
	uint64_t extend_timeout_usec; /* 0: not given */
	pid_t main_pid;		      /* MAINPID=; 0: not given */
	int error;		      /* ERRNO=; -1: none */
	const char *status;	      /* borrowed, valid UTF-8, bounded; NULL: not given */
	const char *bus_error;
	const char *fd_name;
	int *fds; /* closed after the call unless taken (set to -1) */
	size_t fd_count;
};

typedef void notify_fn(const struct notify_message *m, void *data);

struct notify_socket {
	struct loop *loop;
	struct loop_source source; /* source.fd is the socket, -1: closed */
	char *address;		   /* for NOTIFY_SOCKET=: a path, or `@` and five digits */
	notify_fn *fn;
	void *data;
};

/* A closed one, to be closed and freed by the caller; NULL: out of memory. */
struct notify_socket *notify_new(struct loop *loop, notify_fn *fn, void *data);
/*
 * Opens it and watches it: at `path`, for every user to write to, or, where that is NULL or cannot
 * be had, at an abstract address chosen by the kernel (unix(7), autobind). Negative errno of
 * socket(2), bind(2).
 */
int notify_open(struct notify_socket *s, const char *path);
/* These take NULL for one that is closed. notify_close() removes the file, too. */
void notify_close(struct notify_socket *s);
bool notify_is_open(const struct notify_socket *s);
/* Hears what is queued now: before a child is reaped, for a sender may have sent and died at once.
 */
void notify_drain(struct notify_socket *s);

/* Text of a datagram -> message; changes `text` in place. Pure. Unknown and malformed lines are
 * skipped. */
void notify_parse(char *text, size_t length, struct notify_message *ret);
