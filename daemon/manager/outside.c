/* SPDX-License-Identifier: MIT */
#include "daemon/manager/outside.h"

#ifndef REAPERD_STATIC
#include <dlfcn.h>
#endif
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"
#include "daemon/manager/manager.h"

#define LIBRARY "libsystemd.so.0"
#define FIRST_LISTEN_FD 3		  /* SD_LISTEN_FDS_START */
#define PATIENCE_USEC (15 * USEC_PER_SEC) /* what we ask for at a time while we start or stop */
#define STATUS_PERIOD_USEC (1 * USEC_PER_SEC)

static bool is_asked_for(void)
{
	static const char *const names[] = {
#ifndef REAPERD_STATIC
		"NOTIFY_SOCKET", /* a static build notifies as well without the library */
#endif
		"WATCHDOG_USEC", "LISTEN_FDS", "JOURNAL_STREAM"};

	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (getenv(names[i]))
			return true;
	return false;
}

#ifdef REAPERD_STATIC
static void *open_library(void)
{
	log_warning("this is the static build: it has no libsystemd, and serves no watchdog, takes "
		    "no socket and writes to no journal of the manager above it");
	return NULL;
}

static void *find(void *library, const char *name)
{
	(void)library;
	(void)name;
	return NULL;
}
#else
static void *open_library(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		log_warning("there is a manager above us, and " LIBRARY
			    " cannot be loaded (package libsystemd0): no watchdog is served, no "
			    "socket taken, nothing written to its journal: %s",
			dlerror());
	return library;
}

static void *find(void *library, const char *name)
{
	return dlsym(library, name);
}
#endif

static bool is_heard(const struct manager *m)
{
	return m->outside.notify.fd >= 0;
}

static void on_watchdog(struct loop_timer *t)
{
	struct manager *m = t->data;

	(void)outside_notify_now(&m->outside.notify, "WATCHDOG=1");
	(void)loop_timer_set(
		m->loop, t, usec_add(clock_monotonic_usec(), m->outside.watchdog_usec / 2));
}

/* Units have time limits of their own; ours is not to end before theirs. */
static void on_patience(struct loop_timer *t)
{
	struct manager *m = t->data;
	char text[64];

	if (m->state == MANAGER_RUNNING || !is_heard(m))
		return;
	snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=%" PRIu64, (uint64_t)PATIENCE_USEC);
	(void)outside_notify_now(&m->outside.notify, text);
	(void)loop_timer_set(m->loop, t, usec_add(clock_monotonic_usec(), PATIENCE_USEC / 3));
}

static char *status_text(const struct manager *m)
{
	unsigned up = 0, failed = 0;
	char *text;

	for (size_t i = 0; i < m->life.units.count; i++) {
		const struct unit *u = m->life.units.list[i];

		failed += u->active == UNIT_FAILED;
		up += u->type == UNIT_SERVICE && !unit_is_inactive_or_failed(u);
	}
	return asprintf(&text, "STATUS=%s: %u services up, %u units failed, %zu jobs",
		       manager_state_name(m), up, failed, (size_t)m->life.jobs.count) < 0
		       ? NULL
		       : text;
}

static void on_status(struct loop_timer *t)
{
	struct manager *m = t->data;
	_cleanup_(freep) char *text = status_text(m);

	if (text && m->outside.told && strcmp(text, m->outside.told) == 0)
		return;
	if (!text || !outside_notify_now(&m->outside.notify, text)) {
		outside_changed(m);
		return;
	}
	free(m->outside.told);
	m->outside.told = TAKE_PTR(text);
}

static void begin_watchdog(struct manager *m)
{
	int (*enabled)(int, uint64_t *) = find(m->outside.library, "sd_watchdog_enabled");

	if (!enabled || enabled(0, &m->outside.watchdog_usec) <= 0)
		return;
	/* The watchdog's signal has to end us when the loop does not turn. */
	(void)signal_mask_set(SIGNAL_MASK_ALL & ~SIGNAL_BIT(SIGABRT), NULL);
	m->outside.watchdog.fn = on_watchdog;
	m->outside.watchdog.data = m;
	on_watchdog(&m->outside.watchdog);
}

/* The first that is a listening unix stream; others are not for us. */
static void take_sockets(struct manager *m)
{
	int (*listen_fds)(int) = find(m->outside.library, "sd_listen_fds");
	int (*is_socket)(int, int, int, const char *, size_t) =
		find(m->outside.library, "sd_is_socket_unix");
	int count = listen_fds && is_socket ? listen_fds(0) : 0;

	for (int fd = FIRST_LISTEN_FD; fd < FIRST_LISTEN_FD + count; fd++) {
		if (m->outside.listen_fd < 0 && is_socket(fd, SOCK_STREAM, 1, NULL, 0) > 0)
			m->outside.listen_fd = fd;
		else
			close(fd);
	}
}

void outside_open(struct manager *m)
{
	struct outside *o = &m->outside;

	o->listen_fd = o->notify.fd = -1;
	o->patience.fn = on_patience;
	o->status.fn = on_status;
	o->patience.data = o->status.data = m;
	if (m->options.command && !m->options.unit_count)
		return; /* it is the command that was meant */
	outside_notify_open(&o->notify, m->loop);
	on_patience(&o->patience);
	o->library = is_asked_for() ? open_library() : NULL;
	if (!o->library)
		return;
	take_sockets(m);
	begin_watchdog(m);
	journal_open(m);
}

void outside_close(struct manager *m)
{
	journal_close(m);
	outside_notify_close(&m->outside.notify);
	free(m->outside.told);
	m->outside.told = NULL;
}

void outside_ready(struct manager *m)
{
	_cleanup_(freep) char *text = NULL;

	if (!is_heard(m))
		return;
	_cleanup_(freep) char *status = status_text(m);
	if (status && asprintf(&text, "READY=1\n%s", status) < 0)
		text = NULL;
	outside_notify_state(&m->outside.notify, text ? text : "READY=1");
}

void outside_reloading(struct manager *m)
{
	char text[96];

	snprintf(
		text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_monotonic_usec());
	outside_notify_state(&m->outside.notify, text);
}

void outside_stopping(struct manager *m)
{
	outside_notify_state(&m->outside.notify, "STOPPING=1");
	if (is_heard(m))
		on_patience(&m->outside.patience);
	outside_changed(m);
}

void outside_changed(struct manager *m)
{
	struct outside *o = &m->outside;

	if (is_heard(m) && !o->status.at_usec)
		(void)loop_timer_set(
			m->loop, &o->status, usec_add(clock_monotonic_usec(), STATUS_PERIOD_USEC));
}
