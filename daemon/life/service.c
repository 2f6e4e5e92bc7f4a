/* SPDX-License-Identifier: MIT */
/* The door of services: looks up the table, enters states until one is at rest, and shows that one.
 */
#include "daemon/life/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/random.h>

#include "common/format.h"
#include "daemon/base/log.h"
#include "daemon/life/service_table.h"
#include "daemon/life/upkeep.h"

/* Whether it spoke in time and was only not heard: after a stall of ours, or behind a flood. What
 * it says arms the timer anew, or leads on to a state with another one. */
static bool was_heard(struct service *s, const struct loop_timer *t)
{
	if (!notify_is_open(s->notify))
		return false;
	int before = s->unit->sub_state;
	notify_drain(s->notify);
	return t->at_usec || s->unit->sub_state != before;
}

static void on_timer(struct loop_timer *t)
{
	struct service *s = t->data;

	if (was_heard(s, t))
		return;
	if (s->result == SERVICE_SUCCESS)
		s->late_in = (enum service_state)s->unit->sub_state;
	unit_handle(s->unit, &(struct unit_event){.kind = EVENT_TIMEOUT});
}

static void on_watchdog(struct loop_timer *t)
{
	struct service *s = t->data;

	if (was_heard(s, t))
		return;
	if (unit_life(s->unit)->ignores_watchdogs)
		log_line(LOG_WARNING, 0, s->unit->id, "no keep-alive within WatchdogSec=; ignored");
	else
		unit_handle(s->unit, &(struct unit_event){.kind = EVENT_WATCHDOG});
}

struct service *service_of(struct unit *u)
{
	if (u->service)
		return u->service;

	struct service *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->unit = u;
	s->timer = (struct loop_timer){.fn = on_timer, .data = s};
	s->connection_fd = -1;
	u->service = s;
	return s;
}

void service_drop_source(struct service *s, struct loop_source **source)
{
	if (!*source)
		return;
	loop_remove(unit_life(s->unit)->loop, *source);
	close((*source)->fd);
	free(*source);
	*source = NULL;
}

const struct service_settings *service_settings(const struct service *s)
{
	static const struct service_settings none; /* of a socket */

	return s->unit->config->service ? s->unit->config->service : &none;
}

const struct kill_settings *service_settings_kill(const struct service *s)
{
	return s->unit->config->kill;
}

void service_fail(struct service *s, enum service_result result)
{
	if (s->result == SERVICE_SUCCESS)
		s->result = result;
}

/* RuntimeMaxSec= counts from when it came up: a reload begins nothing anew. */
static uint64_t runtime_left(const struct service *s)
{
	uint64_t whole = usec_add(service_settings(s)->runtime_max_usec, s->runtime_extra_usec);
	uint64_t used = unit_is_active(s->unit)
				? clock_monotonic_usec() - s->unit->active_enter.monotonic_usec
				: 0;

	return whole == USEC_INFINITY ? whole : whole > used ? whole - used : 0;
}

static uint64_t state_limit(const struct service *s, enum state_timeout kind)
{
	const struct service_settings *settings = service_settings(s);

	switch (kind) {
	case TIMEOUT_START:
		return settings->timeout_start_usec;
	case TIMEOUT_STOP:
		return settings->timeout_stop_usec;
	case TIMEOUT_DUMP:
		return settings->timeout_abort_set ? settings->timeout_abort_usec
						   : settings->timeout_stop_usec;
	case TIMEOUT_RUN:
		return runtime_left(s);
	case TIMEOUT_NONE:
		break;
	}
	return USEC_INFINITY;
}

char *service_limit_text(const struct service *s, enum service_state state)
{
	const struct service_settings *settings = service_settings(s);
	const char *what = "it ran", *name = "TimeoutStartSec";
	enum state_timeout kind = service_state_rows[state].timeout;
	char span[FORMAT_MAX], *text;

	if (kind == TIMEOUT_RUN)
		name = "RuntimeMaxSec";
	else if (kind == TIMEOUT_DUMP && settings->timeout_abort_set)
		name = "TimeoutAbortSec";
	else if (kind != TIMEOUT_START)
		name = "TimeoutStopSec";
	uint64_t limit = kind == TIMEOUT_RUN
				 ? usec_add(settings->runtime_max_usec, s->runtime_extra_usec)
				 : state_limit(s, kind);
	if (kind != TIMEOUT_RUN)
		what = service_state_to_string(state);
	int n = asprintf(&text, "%s%s longer than %s=%s", what, kind == TIMEOUT_RUN ? "" : " took",
		name, format_timespan(span, limit, 1));
	return n < 0 ? NULL : text;
}

/*
 * While everything stops before a deadline: half of what is left as long as other units wait for
 * their turn, so that the last one gets its share too.
 */
static uint64_t share_of_stop(const struct life *life, uint64_t now, uint64_t span_usec)
{
	if (!life->stopping || !life->stop_deadline_usec)
		return span_usec;
	uint64_t left = life->stop_deadline_usec > now ? life->stop_deadline_usec - now : 0;
	uint64_t share = life->jobs.count > 1 ? left / 2 : left;
	return span_usec < share ? span_usec : share;
}

void service_arm_timer(struct service *s, uint64_t span_usec)
{
	uint64_t now = clock_monotonic_usec();
	uint64_t at = usec_add(now, share_of_stop(unit_life(s->unit), now, span_usec));

	if (loop_timer_set(unit_life(s->unit)->loop, &s->timer, at) < 0)
		log_line(LOG_ERR, ENOMEM, s->unit->id, "cannot set a timer; going on without");
}

void service_arm_state_timer(struct service *s)
{
	service_arm_timer(s, state_limit(s, service_state_rows[s->unit->sub_state].timeout));
}

void service_arm_watchdog(struct service *s)
{
	struct loop *loop = unit_life(s->unit)->loop;

	if (!s->watchdog_usec || s->watchdog_usec == USEC_INFINITY) {
		service_disarm_watchdog(s);
		return;
	}
	if (!s->watchdog && (s->watchdog = malloc(sizeof(*s->watchdog))))
		*s->watchdog = (struct loop_timer){.fn = on_watchdog, .data = s};
	if (!s->watchdog || loop_timer_set(loop, s->watchdog,
				    usec_add(clock_monotonic_usec(), s->watchdog_usec)) < 0)
		log_line(LOG_ERR, ENOMEM, s->unit->id, "cannot watch over it (WatchdogSec=)");
}

void service_disarm_watchdog(struct service *s)
{
	if (s->watchdog)
		loop_timer_clear(unit_life(s->unit)->loop, s->watchdog);
}

void service_await_tree(struct service *s)
{
	struct life *life = unit_life(s->unit);

	if (s->main || s->control || s->watches_tree)
		return;
	s->watches_tree = true;
	s->next_watcher = life->watchers;
	life->watchers = s;
}

/* Where the machine waits for the last process of the tree, it is told when there is none. */
static void watch_tree(struct service *s)
{
	enum service_state state = (enum service_state)s->unit->sub_state;
	enum unit_active_state active = service_state_rows[state].active;

	if (active != UNIT_INACTIVE && active != UNIT_FAILED && state != SERVICE_AUTO_RESTART &&
		state != SERVICE_EXITED)
		service_await_tree(s);
}

/* A Type=idle service waits for the jobs of others: none of them is to wait for it, so it counts as
 * up from its first step on. */
static enum unit_active_state shown_as(const struct service *s, enum service_state state)
{
	enum unit_active_state active = service_state_rows[state].active;
	bool starts = state >= SERVICE_CONDITION && state <= SERVICE_START_POST;

	return starts && service_settings(s)->type == SERVICE_IDLE ? UNIT_ACTIVE : active;
}

/* Enters `next` and what it leads on to; only where it rests (or a row says so) is it shown. */
static void settle(struct service *s, enum service_state next)
{
	struct unit *u = s->unit;
	bool moved = false;

	while ((int)next != u->sub_state) {
		const struct service_state_row *row = &service_state_rows[next];

		moved = true;
		u->sub_state = (int)next;
		service_arm_timer(s, state_limit(s, row->timeout));
		if (row->shown)
			unit_set_state(u, shown_as(s, next), (int)next);
		next = row->enter(s);
	}
	if (moved && !service_state_rows[next].shown)
		unit_set_state(u, shown_as(s, next), (int)next);
	watch_tree(s);
}

static void service_handle(struct unit *u, const struct unit_event *event)
{
	struct service *s = service_of(u);

	if (s)
		settle(s, service_table[u->sub_state][event->kind](s, event));
}

enum service_state service_stay(struct service *s, const struct unit_event *event)
{
	(void)event;
	return (enum service_state)s->unit->sub_state;
}

enum service_state service_refuse(struct service *s, const struct unit_event *event)
{
	enum service_state here = (enum service_state)s->unit->sub_state;

	log_line(LOG_ERR, 0, s->unit->id, "event %s cannot be in state %s; ignored",
		unit_event_kind_to_string(event->kind), service_state_to_string(here));
	return here;
}

static bool start_limit_hit(struct service *s)
{
	struct unit *u = s->unit;

	if (!unit_start_limit_hit(u))
		return false;
	service_fail(s, SERVICE_FAILURE_START_LIMIT_HIT);
	s->verdict.again = false;
	s->restarting = false; /* the next start is by hand */
	u->will_restart = false;
	/* As systemd has it, what its conditions kept from running is not failed by this either. */
	settle(s, s->result == SERVICE_SKIP_CONDITION ? SERVICE_DEAD : SERVICE_FAILED);
	upkeep_changed(unit_life(u), u); /* down anew, though it may have been so before */
	return true;
}

/* A job that finds it waiting for its restart counts too. */
static int service_may_start(struct unit *u)
{
	struct service *s = service_of(u);

	if (!s)
		return -ENOMEM;
	if (s->cleaner)
		return -EAGAIN;
	if (service_state_rows[u->sub_state].start != START_NOW &&
		u->sub_state != SERVICE_AUTO_RESTART)
		return 0;
	if (!start_limit_hit(s))
		return 0;
	return s->result == SERVICE_SKIP_CONDITION ? -EALREADY : -ECANCELED;
}

static int service_start(struct unit *u)
{
	struct service *s = service_of(u);

	if (!s)
		return -ENOMEM;
	switch (service_state_rows[u->sub_state].start) {
	case START_ON_WAY:
		return 0;
	case START_ALREADY:
		return -EALREADY;
	case START_LATER:
		return -EAGAIN;
	case START_NOW:
		break;
	}
	unit_handle(u, &(struct unit_event){.kind = EVENT_START});
	return 0;
}

/* What is frozen hears no signal. */
static void thaw(struct unit *u)
{
	if (u->service && u->service->frozen)
		(void)service_freeze(u->service, false);
}

static int service_stop(struct unit *u)
{
	thaw(u);
	unit_handle(u, &(struct unit_event){.kind = EVENT_STOP});
	return 0;
}

static int service_reload(struct unit *u)
{
	thaw(u);
	unit_handle(u, &(struct unit_event){.kind = EVENT_RELOAD});
	return 0;
}

static bool service_can_reload(const struct unit *u)
{
	return config_commands(u->config, COMMANDS_RELOAD).count ||
	       u->config->service->type == SERVICE_NOTIFY_RELOAD;
}

static void service_reset_failed(struct unit *u)
{
	u->service->result = SERVICE_SUCCESS;
	unit_set_state(u, UNIT_INACTIVE, SERVICE_DEAD);
}

void service_free(struct unit *u)
{
	struct service *s = u->service;
	struct life *life = unit_life(u);

	if (!s)
		return;
	service_release(s);
	(void)service_forget_signal(s);
	service_limit_store(s, 0);
	service_end_connection(s);
	service_unwatch_bus(s);
	service_unwatch_exec(s);
	service_forget_process(s, &s->main);
	service_forget_process(s, &s->control);
	if (s->cleaner)
		process_forget(&life->processes, s->cleaner);
	service_free_cgroup(s);
	loop_timer_clear(life->loop, &s->timer);
	if (s->mark)
		HASH_DELETE(hh_mark, life->by_mark, s);
	output_free(s->output);
	free(s->control_record);
	free(s->watchdog);
	free(s->notify);
	free(s->status_text);
	free(s->exec_failure);
	free(s);
	u->service = NULL;
}

static void service_reconfigured(struct unit *u)
{
	struct service *s = u->service;

	if (!s)
		return;
	service_limit_store(s, service_settings(s)->fd_store_max);
	service_reconfigure_cgroup(s);
}

const struct unit_machine service_machine = {
	.states = &service_state_names,
	.may_start = service_may_start,
	.start = service_start,
	.stop = service_stop,
	.reload = service_reload,
	.can_reload = service_can_reload,
	.handle = service_handle,
	.reset_failed = service_reset_failed,
	.reconfigured = service_reconfigured,
	.done = service_free,
};

void service_new_invocation(struct service *s)
{
	uint8_t id[16];

	if (getrandom(id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		memset(id, 0, sizeof(id)); /* too early after boot: an id that says so */
	for (size_t i = 0; i < sizeof(id); i++)
		snprintf(s->invocation_id + 2 * i, 3, "%02x", id[i]);
}
