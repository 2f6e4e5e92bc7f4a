/* SPDX-License-Identifier: MIT */
/*
 * The systemd above us, where there is one: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3)
 * and the journal. libsystemd is loaded (dlopen(3)) when something in our environment asks for it,
 * and only then; a static build has none, says so, and still notifies.
 */
#pragma once

#include "common/clock.h"
#include "daemon/base/loop.h"

struct manager;

/* outside_notify.c: the socket of the manager above us. */
struct outside_notify {
	int fd; /* -1: nobody listens */
	struct loop *loop;
	struct loop_source source; /* watched while something waits for room */
	char *waiting[2];
};

struct outside {
	void *library; /* NULL: there is none, or nobody asked for it */
	struct outside_notify notify;
	int listen_fd; /* the control socket that was handed over; -1: none */
	uint64_t watchdog_usec;
	struct loop_timer watchdog, patience, status;
	char *told; /* the status that was told last */
};

/* Looks for it, before the loop turns. */
void outside_open(struct manager *m);
void outside_close(struct manager *m);
/* What happened: start-up is over (again: after a reload), a reload or the stop begins. Each does
 * nothing where nobody is there. */
void outside_ready(struct manager *m);
void outside_reloading(struct manager *m);
void outside_stopping(struct manager *m);
/* A unit changed: the status is told anew, once a second at most. */
void outside_changed(struct manager *m);

/* Connects to NOTIFY_SOCKET; where that fails it is told, and nobody listens. */
void outside_notify_open(struct outside_notify *n, struct loop *loop);
void outside_notify_close(struct outside_notify *n);
/* READY=1, RELOADING=1, STOPPING=1: sent as soon as there is room, in their order. */
void outside_notify_state(struct outside_notify *n, const char *state);
/* What is said again and again: false when there is no room, and it is not kept. */
bool outside_notify_now(struct outside_notify *n, const char *state);

/* journal.c: lines of services go to the journal by a process of its own, for libsystemd may wait
 * for journald, and we may not. Where that process cannot keep up lines are dropped and counted. */
void journal_open(struct manager *m);
/* No more lines: the process writes what it has, and ends. */
void journal_close(struct manager *m);
void journal_ended(struct manager *m);
