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
		"NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "JOURNAL_STREAM"};

	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (getenv(names[i]))
			return true;
	return false;
}

#ifdef REAPERD_STATIC
static void *open_library(void)
{
	log_warning(
		"this is the static build: it does not talk to the systemd above it (Type=notify, "
		"watchdog, socket activation, journal); the other build does");
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
		log_warning("the environment asks for notifications, and " LIBRARY
			    " cannot be loaded (package libsystemd0): %s",
			dlerror());
	return library;
}

static void *find(void *library, const char *name)
{
	return dlsym(library, name);
}
#endif

static void tell(struct manager *m, const char *state)
{
	if (m->outside.notify && m->outside.notify(0, state) < 0)
		log_debug("the manager above us did not take \"%s\"", state);
}

static void on_watchdog(struct loop_timer *t)
{
	struct manager *m = t->data;

	tell(m, "WATCHDOG=1");
	(void)loop_timer_set(
		m->loop, t, usec_add(clock_monotonic_usec(), m->outside.watchdog_usec / 2));
}

/* Units have time limits of their own; ours is not to end before theirs. */
static void on_patience(struct loop_timer *t)
{
	struct manager *m = t->data;
	char text[64];

	if (m->state == MANAGER_RUNNING)
		return;
	snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=%" PRIu64, (uint64_t)PATIENCE_USEC);
	tell(m, text);
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
	char *text = status_text(m);

	if (text && (!m->outside.told || strcmp(text, m->outside.told) != 0))
		tell(m, text);
	free(m->outside.told);
	m->outside.told = text;
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

	o->listen_fd = -1;
	if (m->options.command && !m->options.unit_count)
		return; /* it is the command that was meant */
	o->library = is_asked_for() ? open_library() : NULL;
	if (!o->library)
		return;
	o->notify = find(o->library, "sd_notify");
	o->patience.fn = on_patience;
	o->status.fn = on_status;
	o->patience.data = o->status.data = m;
	take_sockets(m);
	begin_watchdog(m);
	on_patience(&o->patience);
	journal_open(m);
}

void outside_close(struct manager *m)
{
	journal_close(m);
	free(m->outside.told);
	m->outside.told = NULL;
}

void outside_ready(struct manager *m)
{
	tell(m, "READY=1");
	outside_changed(m);
}

void outside_reloading(struct manager *m)
{
	char text[96];

	snprintf(
		text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, clock_monotonic_usec());
	tell(m, text);
}

void outside_stopping(struct manager *m)
{
	tell(m, "STOPPING=1");
	if (m->outside.notify)
		on_patience(&m->outside.patience);
	outside_changed(m);
}

void outside_changed(struct manager *m)
{
	struct outside *o = &m->outside;

	if (o->notify && !o->status.at_usec)
		(void)loop_timer_set(
			m->loop, &o->status, usec_add(clock_monotonic_usec(), STATUS_PERIOD_USEC));
}
