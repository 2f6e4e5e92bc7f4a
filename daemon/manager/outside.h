/* SPDX-License-Identifier: MIT */
/*
 * The systemd above us, where there is one: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3)
 * and the journal. libsystemd is loaded (dlopen(3)) when something in our environment asks for it,
 * and only then; a static build has none, and says so.
 */
#pragma once

#include "common/clock.h"
#include "daemon/base/loop.h"

struct manager;

struct outside {
	void *library; /* NULL: nobody is there */
	int (*notify)(int unset_environment, const char *state);
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

/* journal.c: lines of services go to the journal by a process of its own, for libsystemd may wait
 * for journald, and we may not. Where that process cannot keep up lines are dropped and counted. */
void journal_open(struct manager *m);
/* No more lines: the process writes what it has, and ends. */
void journal_close(struct manager *m);
void journal_ended(struct manager *m);
