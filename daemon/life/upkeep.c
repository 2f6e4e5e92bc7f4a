/* SPDX-License-Identifier: MIT */
#include "daemon/life/upkeep.h"

#include "daemon/base/limits.h"
#include "daemon/base/log.h"

static void look_again(struct loop_timer *t)
{
	struct life *life = t->data;

	life->upkeep_usec = 0;
	for (size_t i = 0; i < life->units.count; i++)
		if (life->units.list[i]->upkeep_waits) {
			life->units.list[i]->upkeep_waits = false;
			life_enqueue(life, life->units.list[i], WORK_UPKEEP);
		}
}

/* Whether it may be started or stopped for another's sake once more. */
static bool may_act(struct life *life, struct unit *u, const char *what)
{
	uint64_t now = clock_monotonic_usec();

	if (!start_limit_exceeded(LIMIT_UPKEEP_INTERVAL_USEC, LIMIT_UPKEEP_BURST, now,
		    &u->upkeep_begin_usec, &u->upkeep_count))
		return true;
	log_line(LOG_WARNING, 0, u->id, "it was %s %d times in a short time; waiting a while", what,
		LIMIT_UPKEEP_BURST);
	u->upkeep_waits = true;
	if (life->upkeep_usec)
		return false;
	life->upkeep_timer = (struct loop_timer){.fn = look_again, .data = life};
	life->upkeep_usec = usec_add(u->upkeep_begin_usec, LIMIT_UPKEEP_INTERVAL_USEC);
	if (loop_timer_set(life->loop, &life->upkeep_timer, life->upkeep_usec) < 0)
		life->upkeep_usec = 0;
	return false;
}

void upkeep_close(struct life *life)
{
	if (life->upkeep_usec)
		loop_timer_clear(life->loop, &life->upkeep_timer);
}

/* It is down, and somebody who is up wants it up: by a stop too. */
static void start_if_upheld(struct life *life, struct unit *u)
{
	if (life->stopping || u->job || !unit_is_inactive_or_failed(u))
		return;
	UNIT_FOREACH (holder, u, DEP_UPHELD_BY)
		if (unit_is_active(holder) && !holder->job) {
			if (may_act(life, u, "started because it is upheld"))
				(void)life_request(life, u, JOB_START, JOB_MODE_FAIL);
			return;
		}
}

static bool is_needed(const struct unit *u)
{
	static const enum dep_kind kinds[] = {
		DEP_REQUIRED_BY, DEP_WANTED_BY, DEP_BOUND_BY, DEP_REQUISITE_OF, DEP_UPHELD_BY};

	for (size_t k = 0; k < ELEMENTS(kinds); k++)
		UNIT_FOREACH (needer, u, kinds[k])
			if (needer->job || !unit_is_inactive_or_failed(needer))
				return true;
	return false;
}

/* It only lives for others. */
static void stop_if_unneeded(struct life *life, struct unit *u)
{
	if (!u->config->unit.stop_when_unneeded || u->active != UNIT_ACTIVE || u->job ||
		is_needed(u))
		return;
	if (may_act(life, u, "stopped because nothing needs it"))
		(void)life_request(life, u, JOB_STOP, JOB_MODE_FAIL);
}

void upkeep(struct life *life, struct unit *u)
{
	static const enum dep_kind needs[] = {
		DEP_REQUIRES, DEP_WANTS, DEP_BINDS_TO, DEP_REQUISITE, DEP_UPHOLDS};

	start_if_upheld(life, u);
	/* Before the stop of what is up for a moment only. */
	if (unit_is_active(u))
		UNIT_FOREACH (other, u, DEP_UPHOLDS)
			start_if_upheld(life, other);
	stop_if_unneeded(life, u);
	if (!unit_is_inactive_or_failed(u))
		return;
	for (size_t k = 0; k < ELEMENTS(needs); k++)
		UNIT_FOREACH (other, u, needs[k])
			stop_if_unneeded(life, other);
}
