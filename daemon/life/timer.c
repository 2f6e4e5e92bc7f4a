/* SPDX-License-Identifier: MIT */
/*
 * Timers (systemd.timer(5)). Each is one timer of the loop, set for the earliest of its points;
 * what the wall clock says is asked again when it goes off, and when the clock is set. Where
 * AccuracySec= is said it goes off at a spot of that window which all timers share, or with
 * another timer that goes off while its window is open; else at the window's beginning.
 */
#include "daemon/life/timer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/life/trigger.h"

DEFINE_ENUM_TABLE(timer_state, TIMER_STATE_MAX, [TIMER_DEAD] = "dead", [TIMER_WAITING] = "waiting",
	[TIMER_RUNNING] = "running", [TIMER_ELAPSED] = "elapsed", [TIMER_FAILED] = "failed", );

/* The run-time part. */
struct timer {
	struct unit *unit;
	struct loop_timer wake;
	struct moment last; /* when it last went off; before our time only on the wall clock */
	uint64_t next_realtime_usec, next_monotonic_usec; /* USEC_INFINITY: never */
	size_t point_count;				  /* of `over` */
	bool *over;					  /* points that are past for good */
	enum trigger_result result;
	struct timer *next; /* of life->timers */
};

static const struct timer_settings *settings(const struct timer *t)
{
	return t->unit->config->timer;
}

static void enter_dead(struct timer *t, enum trigger_result result)
{
	if (t->result == TRIGGER_SUCCESS)
		t->result = result;
	loop_timer_clear(unit_life(t->unit)->loop, &t->wake);
	t->next_realtime_usec = t->next_monotonic_usec = USEC_INFINITY;
	if (t->result == TRIGGER_SUCCESS && t->unit->sub_state == TIMER_DEAD)
		life_enqueue(unit_life(t->unit), t->unit, WORK_REACT); /* its job is over */
	else if (t->result == TRIGGER_SUCCESS)
		unit_set_state(t->unit, UNIT_INACTIVE, TIMER_DEAD);
	else
		unit_set_state(t->unit, UNIT_FAILED, TIMER_FAILED);
}

static void enter_running(struct timer *t)
{
	struct unit *target = trigger_target(t->unit);
	struct moment now = moment_now();
	char **details = NULL;

	if (trigger_is_stopping(t->unit))
		return;
	trigger_tell(&details, "TRIGGER_UNIT=%s", t->unit->id);
	trigger_tell(&details, "TRIGGER_TIMER_REALTIME_USEC=%" PRIu64, now.realtime_usec);
	trigger_tell(&details, "TRIGGER_TIMER_MONOTONIC_USEC=%" PRIu64, now.monotonic_usec);
	if (trigger_fire(t->unit, target, details) < 0) {
		enter_dead(t, TRIGGER_FAILURE_RESOURCES);
		return;
	}
	t->last = now;
	if (settings(t)->persistent)
		timer_stamp_write(t->unit);
	unit_set_state(t->unit, UNIT_ACTIVE, TIMER_RUNNING);
}

static uint64_t minimum(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The same for the same timer of the same machine where FixedRandomDelay= says so. */
static uint64_t random_delay(const struct timer *t)
{
	uint64_t limit = settings(t)->random_delay_usec, n;

	if (!limit || limit == USEC_INFINITY)
		return 0;
	if (!settings(t)->fixed_random_delay) {
		if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != sizeof(n))
			n = clock_monotonic_usec();
		return n % limit;
	}
	return (text_hash(t->unit->id) ^ timer_host_for_good()) % limit;
}

/* From what moment of CLOCK_MONOTONIC the span of a point counts; USEC_INFINITY: from none yet. */
static uint64_t base_of(const struct timer *t, const struct timer_point *p, uint64_t now)
{
	const struct unit *u = t->unit, *target = trigger_target(u);
	uint64_t last = t->last.monotonic_usec, other = 0;

	switch (p->base) {
	case TIMER_ON_ACTIVE:
		return u->sub_state == TIMER_DEAD || u->sub_state == TIMER_FAILED
			       ? now
			       : u->inactive_exit.monotonic_usec;
	case TIMER_ON_BOOT:
		return getpid() == 1 ? unit_life(u)->begin.monotonic_usec : 0;
	case TIMER_ON_STARTUP:
		return unit_life(u)->begin.monotonic_usec;
	case TIMER_ON_UNIT_ACTIVE:
		other = target ? target->inactive_exit.monotonic_usec : 0;
		break;
	case TIMER_ON_UNIT_INACTIVE:
		other = target ? target->inactive_enter.monotonic_usec : 0;
		break;
	default:
		return USEC_INFINITY;
	}
	other = other > last ? other : last;
	return other ? other : USEC_INFINITY;
}

/* A point that counts from what comes only once. */
static bool is_once(enum timer_base base)
{
	return base == TIMER_ON_ACTIVE || base == TIMER_ON_BOOT || base == TIMER_ON_STARTUP;
}

static void find_calendar(struct timer *t, const struct timer_point *p, uint64_t now)
{
	const struct unit *u = t->unit, *target = trigger_target(u);
	bool is_up = u->sub_state != TIMER_DEAD && u->sub_state != TIMER_FAILED;
	uint64_t base = t->last.realtime_usec ? t->last.realtime_usec
			: is_up		      ? u->inactive_exit.realtime_usec
					      : now;
	uint64_t next;

	if (settings(t)->defer_reactivation && t->last.realtime_usec && target &&
		target->inactive_enter.realtime_usec > base)
		base = target->inactive_enter.realtime_usec;

	if (calendar_next(p->calendar, base, &next) < 0)
		return;
	t->next_realtime_usec = minimum(t->next_realtime_usec, next);
}

/* Says whether there may be more, although none is known now. */
static bool find_span(struct timer *t, size_t i, uint64_t now, bool clock_changed)
{
	const struct timer_point *p = &settings(t)->points[i];
	uint64_t base = base_of(t, p, now), next = usec_add(base, p->span_usec);

	if (base == USEC_INFINITY)
		return true;
	/* What was over when the timer was started is made up for. */
	if (next < now && !clock_changed && is_once(p->base) && t->last.realtime_usec) {
		t->over[i] = true;
		return false;
	}
	t->next_monotonic_usec = minimum(t->next_monotonic_usec, next);
	return false;
}

/* Where in its window it is to go off; what nobody asked to wait goes off at once. */
static uint64_t spot(const struct timer *t, uint64_t begin)
{
	if (begin == USEC_INFINITY || !settings(t)->accuracy_set)
		return begin;
	return timer_spot(begin, usec_add(begin, settings(t)->accuracy_usec), timer_host_of_boot());
}

static void arm(struct timer *t)
{
	uint64_t now = clock_monotonic_usec(), wall = clock_realtime_usec();
	uint64_t at = spot(t, t->next_monotonic_usec), on_wall = spot(t, t->next_realtime_usec);

	if (on_wall != USEC_INFINITY)
		at = minimum(at, usec_add(now, on_wall > wall ? on_wall - wall : 0));
	if (loop_timer_set(unit_life(t->unit)->loop, &t->wake, at) < 0)
		enter_dead(t, TRIGGER_FAILURE_RESOURCES);
}

/* A reload may have given it other points. */
static bool fit_points(struct timer *t)
{
	size_t count = settings(t)->count;

	if (t->over && t->point_count == count)
		return true;
	bool *fresh = calloc(count ? count : 1, sizeof(*fresh));
	if (!fresh)
		return false;
	free(t->over);
	t->over = fresh;
	t->point_count = count;
	return true;
}

static void enter_waiting(struct timer *t, bool clock_changed)
{
	uint64_t now = clock_monotonic_usec(), wall = clock_realtime_usec();
	bool may_come = false;

	if (!fit_points(t)) {
		enter_dead(t, TRIGGER_FAILURE_RESOURCES);
		return;
	}
	t->next_realtime_usec = t->next_monotonic_usec = USEC_INFINITY;
	for (size_t i = 0; i < t->point_count; i++) {
		if (t->over[i])
			continue;
		if (settings(t)->points[i].calendar)
			find_calendar(t, &settings(t)->points[i], wall);
		else
			may_come |= find_span(t, i, now, clock_changed);
	}
	if (t->next_monotonic_usec != USEC_INFINITY)
		t->next_monotonic_usec = usec_add(t->next_monotonic_usec, random_delay(t));
	if (t->next_realtime_usec != USEC_INFINITY)
		t->next_realtime_usec = usec_add(t->next_realtime_usec, random_delay(t));
	bool found = t->next_realtime_usec != USEC_INFINITY ||
		     t->next_monotonic_usec != USEC_INFINITY || settings(t)->on_clock_change ||
		     settings(t)->on_timezone_change;
	if (!found && !settings(t)->remain_after_elapse && !may_come) {
		enter_dead(t, TRIGGER_SUCCESS);
		return;
	}
	unit_set_state(t->unit, UNIT_ACTIVE, found ? TIMER_WAITING : TIMER_ELAPSED);
	arm(t);
}

static bool is_due(const struct timer *t)
{
	return t->unit->sub_state == TIMER_WAITING &&
	       (clock_monotonic_usec() >= t->next_monotonic_usec ||
		       clock_realtime_usec() >= t->next_realtime_usec);
}

/* All whose window is open go off together. */
static void on_wake(struct loop_timer *wake)
{
	struct timer *t = wake->data;

	if (t->unit->sub_state == TIMER_WAITING && !is_due(t)) {
		arm(t);
		return;
	}
	for (struct timer *other = unit_life(t->unit)->timers; other; other = other->next)
		if (is_due(other))
			enter_running(other);
}

static void moved(struct timer *t, enum timer_move move)
{
	uint64_t wall = clock_realtime_usec();
	bool wants = move == TIMER_CLOCK_SET ? settings(t)->on_clock_change
					     : settings(t)->on_timezone_change;

	if (t->unit->sub_state != TIMER_WAITING)
		return;
	if (t->last.realtime_usec > wall)
		t->last.realtime_usec = wall;
	if (wants)
		enter_running(t);
	else
		enter_waiting(t, move == TIMER_CLOCK_SET);
}

void timers_moved(struct life *life, enum timer_move move)
{
	for (struct timer *t = life->timers; t; t = t->next)
		moved(t, move);
}

static struct timer *timer_of(struct unit *u)
{
	struct timer *t = u->trigger;

	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->unit = u;
	t->wake = (struct loop_timer){.fn = on_wake, .data = t};
	t->next_realtime_usec = t->next_monotonic_usec = USEC_INFINITY;
	t->next = unit_life(u)->timers;
	unit_life(u)->timers = t;
	u->trigger = t;
	return t;
}

static int timer_start(struct unit *u)
{
	struct timer *t = timer_of(u);
	int r = t ? trigger_check(u) : -ENOMEM;

	if (r < 0)
		return r;
	t->result = TRIGGER_SUCCESS;
	if (unit_start_limit_hit(u)) {
		enter_dead(t, TRIGGER_FAILURE_START_LIMIT_HIT);
		return -ECANCELED;
	}
	t->last = (struct moment){0};
	for (size_t i = 0; fit_points(t) && i < t->point_count; i++)
		if (settings(t)->points[i].base == TIMER_ON_ACTIVE)
			t->over[i] = false;
	timer_watch_clock(unit_life(u));
	if (settings(t)->persistent)
		t->last.realtime_usec = timer_stamp_read(u);
	enter_waiting(t, false);
	return 0;
}

static int timer_stop(struct unit *u)
{
	enter_dead(u->trigger, TRIGGER_SUCCESS);
	return 0;
}

/* What it starts came up or went down: spans that count from that begin anew. */
static void timer_triggered_changed(struct unit *u, struct unit *target)
{
	struct timer *t = u->trigger;

	if (!t || target->load_state != LOAD_LOADED)
		return;
	if (u->sub_state == TIMER_WAITING || u->sub_state == TIMER_ELAPSED ||
		(u->sub_state == TIMER_RUNNING && unit_is_inactive_or_failed(target)))
		enter_waiting(t, false);
}

static void timer_handle(struct unit *u, const struct unit_event *event)
{
	(void)u;
	(void)event;
}

static void timer_reset_failed(struct unit *u)
{
	struct timer *t = u->trigger;

	if (t)
		t->result = TRIGGER_SUCCESS;
	unit_set_state(u, UNIT_INACTIVE, TIMER_DEAD);
}

/* It may say other times now. */
static void timer_reconfigured(struct unit *u)
{
	struct timer *t = u->trigger;

	if (t && (u->sub_state == TIMER_WAITING || u->sub_state == TIMER_ELAPSED))
		enter_waiting(t, false);
}

static void timer_done(struct unit *u)
{
	struct timer *t = u->trigger, **at;

	if (!t)
		return;
	at = &unit_life(u)->timers;
	loop_timer_clear(unit_life(u)->loop, &t->wake);
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	free(t->over);
	free(t);
	u->trigger = NULL;
}

uint64_t timer_next_usec(const struct unit *u)
{
	const struct timer *t = u->trigger;
	uint64_t now = clock_monotonic_usec(), at;

	if (!t || u->sub_state != TIMER_WAITING)
		return 0;
	at = t->next_realtime_usec;
	if (t->next_monotonic_usec != USEC_INFINITY) {
		uint64_t left = t->next_monotonic_usec > now ? t->next_monotonic_usec - now : 0;
		at = minimum(at, clock_realtime_usec() + left);
	}
	return at == USEC_INFINITY ? 0 : at;
}

uint64_t timer_last_usec(const struct unit *u)
{
	const struct timer *t = u->trigger;

	return t ? t->last.realtime_usec : 0;
}

enum trigger_result timer_result(const struct unit *u)
{
	const struct timer *t = u->trigger;

	return t ? t->result : TRIGGER_SUCCESS;
}

const struct unit_machine timer_machine = {
	.states = &timer_state_names,
	.start = timer_start,
	.stop = timer_stop,
	.handle = timer_handle,
	.triggered_changed = timer_triggered_changed,
	.reset_failed = timer_reset_failed,
	.reconfigured = timer_reconfigured,
	.done = timer_done,
};
