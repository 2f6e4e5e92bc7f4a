/* SPDX-License-Identifier: MIT */
#include "common/signal_name.h"
#include "daemon/life/react.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/life/job_limit.h"
#include "daemon/life/service.h"
#include "daemon/life/upkeep.h"
#include "daemon/process/procfs.h"

static void tell(const struct life *life, const struct life_news *news)
{
	if (life->hooks.news)
		life->hooks.news(news, life->hooks.data);
}

void unit_set_state(struct unit *u, enum unit_active_state active, int sub_state)
{
	struct life *life = unit_life(u);
	enum unit_active_state before = u->active;
	bool was_down = before == UNIT_INACTIVE || before == UNIT_FAILED;
	bool is_down = active == UNIT_INACTIVE || active == UNIT_FAILED;

	u->sub_state = sub_state;
	u->active = active;
	u->state_change = moment_now();
	if (before == UNIT_ACTIVE && active != UNIT_ACTIVE && active != UNIT_RELOADING)
		u->active_exit = u->state_change;
	if (before != UNIT_ACTIVE && before != UNIT_RELOADING && active == UNIT_ACTIVE)
		u->active_enter = u->state_change;
	if (was_down && !is_down)
		u->inactive_exit = u->state_change;
	if (!was_down && is_down) {
		u->inactive_enter = u->state_change;
		u->trigger_details = strv_free(u->trigger_details);
	}

	if (u->job && u->job->state == JOB_RUNNING && is_down) {
		u->job->went_down = true;
		u->job->failed = active == UNIT_FAILED;
	}
	/* Consequences see each step, so what ended and came back in one turn is not missed. */
	u->was_active |= 1U << before;
	life_enqueue(life, u, WORK_REACT);
	log_line(LOG_DEBUG, 0, u->id, "%s -> %s (%s)", unit_active_state_to_string(before),
		unit_active_state_to_string(active), unit_sub_state_name(u));
	tell(life, &(struct life_news){.kind = NEWS_STATE,
			   .unit = u,
			   .before = before,
			   .text = unit_sub_state_name(u)});
}

int life_request(struct life *life, struct unit *u, enum job_type type, enum job_mode mode)
{
	struct transaction_error error = {0};
	int r = transaction_run(&life->jobs, &life->units, u, type, mode, NULL, &error);

	if (r < 0)
		(void)log_line(LOG_WARNING, r, u->id, "cannot %s it: %s", job_type_to_string(type),
			error.reason ? error.reason : "refused");
	transaction_error_done(&error);
	return r;
}

/* What a job finds in the unit's state: has it got where it should, or can it not any more? */
static void settle_job(struct life *life, struct unit *u)
{
	struct job *job = u->job;
	bool is_down = unit_is_inactive_or_failed(u);

	if (!job)
		return;
	switch (job->type) {
	case JOB_START:
	case JOB_VERIFY_ACTIVE:
		if (unit_is_active(u))
			job_finish(&life->jobs, job, JOB_DONE);
		else if (job->state == JOB_RUNNING && (job->went_down || is_down))
			job_finish(&life->jobs, job,
				job->failed || u->active == UNIT_FAILED ? JOB_FAILED : JOB_DONE);
		break;
	case JOB_RELOAD:
		if (job->state != JOB_RUNNING || u->active == UNIT_RELOADING ||
			u->active == UNIT_ACTIVATING)
			break;
		job_finish(&life->jobs, job,
			u->active == UNIT_ACTIVE && !u->reload_failed ? JOB_DONE : JOB_FAILED);
		break;
	case JOB_STOP:
	case JOB_RESTART:
		if (is_down)
			job_finish(&life->jobs, job, JOB_DONE);
		else if (job->state == JOB_RUNNING && u->active != UNIT_DEACTIVATING)
			job_finish(&life->jobs, job, JOB_FAILED);
		break;
	default:
		break;
	}
}

static void request_each(struct life *life, const struct unit *u, enum dep_kind kind,
	enum job_type type, enum job_mode mode)
{
	/* What came up while everything goes down would stay. */
	if (life->stopping && type == JOB_START)
		return;
	UNIT_FOREACH (other, u, kind) {
		bool down = unit_is_inactive_or_failed(other) || other->active == UNIT_DEACTIVATING;

		if (down == (type == JOB_START))
			(void)life_request(life, other, type, mode);
	}
}

/* OnFailure= and OnSuccess=: a job for each, whatever its state; what came up while everything goes
 * down would stay. */
static void request_handlers(
	struct life *life, const struct unit *u, enum dep_kind kind, enum job_mode mode)
{
	if (life->stopping)
		return;
	UNIT_FOREACH (other, u, kind)
		(void)life_request(life, other, JOB_START, mode);
}

static void start_unordered(
	struct life *life, const struct unit *u, enum dep_kind kind, enum job_mode mode)
{
	UNIT_FOREACH (other, u, kind) {
		bool down = unit_is_inactive_or_failed(other) || other->active == UNIT_DEACTIVATING;

		if (down && !unit_has_edge(u, DEP_AFTER, other))
			(void)life_request(life, other, JOB_START, mode);
	}
}

/* It came up without a job: what it requires is started after the fact, unless too late for that.
 */
static void require_after_the_fact(struct life *life, struct unit *u)
{
	start_unordered(life, u, DEP_REQUIRES, JOB_MODE_REPLACE);
	start_unordered(life, u, DEP_BINDS_TO, JOB_MODE_REPLACE);
	start_unordered(life, u, DEP_UPHOLDS, JOB_MODE_REPLACE);
	start_unordered(life, u, DEP_WANTS, JOB_MODE_FAIL);
	request_each(life, u, DEP_CONFLICTS, JOB_STOP, JOB_MODE_REPLACE);
}

static void go_down_consequences(struct life *life, struct unit *u)
{
	const struct unit_settings *settings = u->config->unit;
	bool failed = u->active == UNIT_FAILED;
	struct service *s = u->service;

	/* As systemd has it, also on its way through "dead" to an automatic restart. */
	if (failed)
		request_handlers(life, u, DEP_ON_FAILURE, settings->on_failure_job_mode);
	else
		request_handlers(life, u, DEP_ON_SUCCESS, settings->on_success_job_mode);
	if (!life->hooks.action || u->will_restart)
		return;

	enum emergency_action action = failed ? settings->failure_action : settings->success_action;
	int status = failed ? settings->failure_action_exit_status
			    : settings->success_action_exit_status;
	if (u->start_limit_hit && settings->start_limit_action != ACTION_NONE &&
		!life->ignores_watchdogs)
		action = settings->start_limit_action;
	if (action != ACTION_NONE)
		life->hooks.action(u, action, status,
			failed ? "FailureAction=" : "SuccessAction=", life->hooks.data);
	else if (settings->essential == ESSENTIAL_YES ||
		 (settings->essential == ESSENTIAL_ON_FAILURE && failed))
		if (!s || !s->stop_asked)
			life->hooks.action(u, ACTION_EXIT, -1, "Essential=", life->hooks.data);
}

void react_to_failed_job(struct life *life, struct unit *u)
{
	request_handlers(life, u, DEP_ON_FAILURE, u->config->unit->on_failure_job_mode);
}

void react_to_triggered(struct unit *u)
{
	UNIT_FOREACH (trigger, u, DEP_TRIGGERED_BY)
		if (unit_machine(trigger)->triggered_changed)
			unit_machine(trigger)->triggered_changed(trigger, u);
}

void react_to_state(struct life *life, struct unit *u)
{
	const unsigned at_rest = 1U << UNIT_INACTIVE | 1U << UNIT_FAILED;
	bool was_on = u->was_active & ~at_rest;
	/* A start that was refused fails without having been on. */
	bool fails = u->active == UNIT_FAILED && u->was_active & ~(1U << UNIT_FAILED);
	bool had_job = u->job != NULL;
	/* Nobody asked for its end: a start that comes to nothing counts too. */
	bool is_unexpected =
		!had_job || (u->job->type == JOB_START && u->job->state == JOB_RUNNING);
	bool is_down = unit_is_inactive_or_failed(u);
	bool comes_up = !had_job && !was_on && (unit_is_active(u) || u->active == UNIT_ACTIVATING);
	/* Nobody asked for the first step of an automatic restart. */
	bool comes_back = u->will_restart && was_on && u->active == UNIT_ACTIVATING;

	enum unit_active_state now;

	u->was_active = 0;
	settle_job(life, u);
	job_wake(&life->jobs, u);
	if ((comes_up || comes_back) && !life->stopping)
		require_after_the_fact(life, u);
	/* Its end asked for the rest, before it began to wait for its restart: a stop that comes
	 * back to it finds it down. */
	now = u->active;
	if (comes_back)
		u->active = UNIT_FAILED;
	if (was_on && is_unexpected &&
		(is_down || u->active == UNIT_DEACTIVATING || u->will_restart)) {
		request_each(life, u, DEP_BOUND_BY, JOB_STOP, JOB_MODE_REPLACE);
		request_each(life, u, DEP_PROPAGATES_STOP_TO, JOB_STOP, JOB_MODE_REPLACE);
	}
	u->active = now;
	if ((was_on && is_down) || fails)
		go_down_consequences(life, u);
	upkeep_changed(life, u);
	react_to_triggered(u);
}

/* Which of the units that it needs did not come up: one that failed before all others. */
static void tell_of_dependency(struct unit *u)
{
	static const enum dep_kind kinds[] = {DEP_REQUIRES, DEP_REQUISITE, DEP_BINDS_TO};
	const struct unit *culprit = NULL;

	for (size_t i = 0; i < ELEMENTS(kinds); i++)
		UNIT_FOREACH (other, u, kinds[i])
			if (!unit_is_active(other) && (!culprit || other->active == UNIT_FAILED))
				culprit = other;
	if (culprit)
		refuse_start(u, "it needs %s, which %s", culprit->id,
			culprit->active == UNIT_FAILED ? "failed" : "did not come up");
}

void react_to_job(struct job *job, enum job_result result, void *data)
{
	struct life *life = data;

	job_limit_clear(life, job);
	life_enqueue(life, job->unit, WORK_TRIGGERS);
	upkeep_queue(life, job->unit);
	if (job->type == JOB_START && unit_is_inactive_or_failed(job->unit))
		job->unit->trigger_details = strv_free(job->unit->trigger_details);
	if (result == JOB_DEPENDENCY)
		tell_of_dependency(job->unit);
	/* The unit itself tells of other failures, by its state. */
	if ((result == JOB_TIMEOUT || result == JOB_DEPENDENCY) && !life->stopping)
		life_enqueue(life, job->unit, WORK_JOB_FAILED);
	tell(life, &(struct life_news){.kind = NEWS_JOB,
			   .unit = job->unit,
			   .job = job,
			   .result = result,
			   .text = job_type_to_string(job->type)});
}

void react_to_warning(const struct unit *u, const char *text, void *data)
{
	(void)data;
	log_line(LOG_WARNING, 0, u->id, "%s", text);
}

void react_to_exit(struct life *life, struct unit *u, const struct reaped *r, bool is_main)
{
	char text[96], name[SIGNAL_NAME_MAX];

	if (r->code == CLD_EXITED)
		snprintf(text, sizeof(text), "%s process %d exited with status %d",
			is_main ? "main" : "control", (int)r->pid, r->status);
	else
		snprintf(text, sizeof(text), "%s process %d was ended by %s%s",
			is_main ? "main" : "control", (int)r->pid,
			signal_to_string(r->status, name),
			r->code == CLD_DUMPED ? " (core dumped)" : "");
	log_line(r->code == CLD_EXITED && r->status == 0 ? LOG_DEBUG : LOG_NOTICE, 0, u->id, "%s",
		text);
	tell(life, &(struct life_news){.kind = NEWS_EXIT,
			   .unit = u,
			   .pid = r->pid,
			   .code = r->code,
			   .status = r->status,
			   .text = text});
}

void react_to_orphan_end(struct life *life, const struct reaped *r)
{
	if (!life->hooks.news)
		return;
	tell(life, &(struct life_news){.kind = NEWS_REAPED,
			   .pid = r->pid,
			   .code = r->code,
			   .status = r->status,
			   .text = ""});
}
