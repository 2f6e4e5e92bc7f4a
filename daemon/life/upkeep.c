/* SPDX-License-Identifier: MIT */
#include "daemon/life/upkeep.h"

#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/life/collect.h"

enum rule {
	RULE_UPHELD,
	RULE_BOUND,
	RULE_UNNEEDED,
	RULE_MAX,
};

static bool is_upheld(const struct unit *u)
{
	if (!unit_is_inactive_or_failed(u))
		return false;
	UNIT_FOREACH (holder, u, DEP_UPHELD_BY)
		if (unit_is_active(holder) && !holder->job)
			return true;
	return false;
}

static bool has_lost_a_binding(const struct unit *u)
{
	if (u->active != UNIT_ACTIVE)
		return false;
	UNIT_FOREACH (other, u, DEP_BINDS_TO)
		if (unit_is_inactive_or_failed(other) && !other->job)
			return true;
	return false;
}

static bool is_unneeded(const struct unit *u)
{
	static const enum dep_kind needers[] = {
		DEP_REQUIRED_BY, DEP_WANTED_BY, DEP_BOUND_BY, DEP_REQUISITE_OF, DEP_UPHELD_BY};

	if (u->active != UNIT_ACTIVE)
		return false;
	for (size_t k = 0; k < ELEMENTS(needers); k++)
		UNIT_FOREACH (needer, u, needers[k])
			if (needer->job || !unit_is_inactive_or_failed(needer))
				return false;
	return true;
}

/* What is done with a unit without a job; in this order: what is up for a moment only starts what
 * it upholds before it is stopped. */
static const struct {
	bool (*applies)(const struct unit *u);
	enum job_type type;
	enum job_mode mode;
	const char *what;
} rules[RULE_MAX] = {
	[RULE_UPHELD] = {is_upheld, JOB_START, JOB_MODE_FAIL, "started because it is upheld"},
	[RULE_BOUND] = {has_lost_a_binding, JOB_STOP, JOB_MODE_REPLACE,
		"stopped because what it is bound to is down"},
	[RULE_UNNEEDED] = {is_unneeded, JOB_STOP, JOB_MODE_FAIL,
		"stopped because nothing needs it"},
};

/* Those that its files make a rule for it. */
static unsigned rules_for(const struct unit *u)
{
	size_t holders, bindings;

	(void)unit_edges(u, DEP_UPHELD_BY, &holders);
	(void)unit_edges(u, DEP_BINDS_TO, &bindings);
	return (holders ? 1U << RULE_UPHELD : 0) | (bindings ? 1U << RULE_BOUND : 0) |
	       (u->config->unit->stop_when_unneeded ? 1U << RULE_UNNEEDED : 0);
}

static void ask(struct life *life, struct unit *u, unsigned asked)
{
	asked &= rules_for(u);
	if (!asked)
		return;
	u->upkeep |= asked;
	life->upkeep_asked = true;
	if (u->in_upkeep)
		return;
	u->in_upkeep = true;
	u->next_in_upkeep = life->upkeep_first;
	life->upkeep_first = u;
}

static void ask_each(struct life *life, const struct unit *u, enum dep_kind kind, enum rule rule)
{
	UNIT_FOREACH (other, u, kind)
		ask(life, other, 1U << rule);
}

void upkeep_changed(struct life *life, struct unit *u)
{
	static const enum dep_kind needs[] = {
		DEP_REQUIRES, DEP_WANTS, DEP_BINDS_TO, DEP_REQUISITE, DEP_UPHOLDS};

	if (unit_is_active(u)) {
		ask_each(life, u, DEP_UPHOLDS, RULE_UPHELD);
		ask(life, u, 1U << RULE_UNNEEDED | 1U << RULE_BOUND);
	} else if (unit_is_inactive_or_failed(u)) {
		for (size_t k = 0; k < ELEMENTS(needs); k++)
			ask_each(life, u, needs[k], RULE_UNNEEDED);
		ask_each(life, u, DEP_BOUND_BY, RULE_BOUND);
		ask(life, u, 1U << RULE_UPHELD);
	}
}

void upkeep_queue(struct life *life, struct unit *u)
{
	ask(life, u, ~0U);
}

static void look_again(struct loop_timer *t)
{
	struct life *life = t->data;

	life->upkeep_usec = 0;
	for (size_t i = 0; i < life->units.count; i++)
		if (life->units.list[i]->upkeep_waits) {
			life->units.list[i]->upkeep_waits = false;
			upkeep_queue(life, life->units.list[i]);
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

static void look(struct life *life, struct unit *u, enum rule rule)
{
	bool asked = u->upkeep & 1U << rule;

	u->upkeep &= ~(1U << rule);
	if (!asked || u->job || (life->stopping && rules[rule].type == JOB_START) ||
		!rules[rule].applies(u))
		return;
	if (may_act(life, u, rules[rule].what))
		(void)life_request(life, u, rules[rule].type, rules[rule].mode);
}

void upkeep(struct life *life)
{
	/* A job that is asked for here may end another, whose unit is asked about then. */
	while (life->upkeep_asked) {
		life->upkeep_asked = false;
		for (enum rule rule = 0; rule < RULE_MAX; rule++)
			for (struct unit *u = life->upkeep_first; u; u = u->next_in_upkeep)
				look(life, u, rule);
	}
	while (life->upkeep_first) {
		struct unit *u = life->upkeep_first;

		life->upkeep_first = u->next_in_upkeep;
		u->in_upkeep = false;
		collect_instance(life, u);
	}
}
