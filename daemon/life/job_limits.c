/* SPDX-License-Identifier: MIT */
/*
 * JobTimeoutSec= and JobRunningTimeoutSec=: how long a job of the unit may wait and run, and run.
 * One timer for all, set for the next that is over; few units say such a thing.
 */
#include "daemon/base/log.h"
#include "daemon/life/life.h"
#include "daemon/life/react.h"

static uint64_t deadline(const struct job *j)
{
	const struct unit_settings *u = &j->unit->config->unit;
	uint64_t whole = usec_add(j->begin.monotonic_usec, u->job_timeout_usec);
	uint64_t running = j->state == JOB_RUNNING
				   ? usec_add(j->running_usec, u->job_running_timeout_usec)
				   : USEC_INFINITY;

	return whole < running ? whole : running;
}

static void set_timer(struct life *life, uint64_t at)
{
	if (at == USEC_INFINITY || (life->job_limit_usec && life->job_limit_usec <= at))
		return;
	life->job_limit_usec = at;
	if (loop_timer_set(life->loop, &life->job_limit, at) < 0)
		log_warning("no memory for the time limit of a job");
}

/* What follows for the unit: that of its failure is another matter. */
static void end_late(struct life *life, struct job *j)
{
	struct unit *u = j->unit;
	enum emergency_action action = u->config->unit.job_timeout_action;

	log_line(LOG_WARNING, 0, u->id, "its %s job took longer than %s",
		job_type_to_string(j->type),
		u->config->unit.job_timeout_usec == USEC_INFINITY ? "JobRunningTimeoutSec="
								  : "JobTimeoutSec=");
	job_finish(&life->jobs, j, JOB_TIMEOUT);
	if (action != ACTION_NONE && life->hooks.action && !life->ignores_watchdogs)
		life->hooks.action(u, action, -1, "JobTimeoutAction=", life->hooks.data);
}

static void on_limit(struct loop_timer *timer)
{
	struct life *life = timer->data;
	uint64_t now = clock_monotonic_usec();

	life->job_limit_usec = 0;
	/* Ending one may end others: from the beginning again. */
	for (struct job *j = life->jobs.first; j;) {
		if (deadline(j) <= now) {
			end_late(life, j);
			j = life->jobs.first;
		} else {
			j = j->next;
		}
	}
	for (struct job *j = life->jobs.first; j; j = j->next)
		set_timer(life, deadline(j));
}

void react_limit_job(struct life *life, const struct job *j)
{
	life->job_limit.fn = on_limit;
	life->job_limit.data = life;
	set_timer(life, deadline(j));
}

/* Jobs are listed by age: the new ones are the last. */
void react_limit_new_jobs(struct life *life)
{
	for (const struct job *j = life->jobs.last; j && j->id > life->limited_job; j = j->prev)
		react_limit_job(life, j);
	life->limited_job = life->jobs.last_id;
}
