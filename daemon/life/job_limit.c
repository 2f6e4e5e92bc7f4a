/* SPDX-License-Identifier: MIT */
#include "daemon/life/job_limit.h"

#include <errno.h>

#include "daemon/base/log.h"

/* The job is over, its unit goes on as it was. */
static void on_timeout(struct loop_timer *t)
{
	struct job *job = t->data;
	struct unit *u = job->unit;
	struct life *life = unit_life(u);
	const struct unit_settings *settings = u->config->unit;
	enum emergency_action action = settings->job_timeout_action;
	bool is_whole = usec_add(job->begin.monotonic_usec, settings->job_timeout_usec) <=
			clock_monotonic_usec();

	log_line(LOG_WARNING, 0, u->id, "its %s job took longer than %s",
		job_type_to_string(job->type),
		is_whole ? "JobTimeoutSec=" : "JobRunningTimeoutSec=");
	job_finish(&life->jobs, job, JOB_TIMEOUT);
	if (action != ACTION_NONE && life->hooks.action && !life->ignores_watchdogs)
		life->hooks.action(u, action, -1, "JobTimeoutAction=", life->hooks.data);
}

void job_limit_set(struct job *job, void *data)
{
	struct life *life = data;
	const struct unit_settings *settings = job->unit->config->unit;
	uint64_t at = usec_add(job->begin.monotonic_usec, settings->job_timeout_usec);
	uint64_t running = job->running_usec
				   ? usec_add(job->running_usec, settings->job_running_timeout_usec)
				   : USEC_INFINITY;

	if (running < at)
		at = running;
	if (at == USEC_INFINITY)
		return;
	job->limit.fn = on_timeout;
	job->limit.data = job;
	if (loop_timer_set(life->loop, &job->limit, at) < 0)
		log_line(LOG_ERR, ENOMEM, job->unit->id, "cannot set a timer; going on without");
}

void job_limit_clear(struct life *life, struct job *job)
{
	loop_timer_clear(life->loop, &job->limit);
}
