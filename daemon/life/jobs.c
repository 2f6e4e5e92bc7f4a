/* SPDX-License-Identifier: MIT */
/* From a runnable job to what its unit does, and from what the unit answers to the job's result. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/life/life.h"
#include "daemon/life/react.h"

static const char *condition_text(const struct condition *c, char *buffer, size_t size)
{
	snprintf(buffer, size, "%s%s=%s%s", c->is_assert ? "Assert" : "Condition",
		condition_type_to_string(c->type), c->is_negated ? "!" : "", c->parameter);
	return buffer;
}

void refuse_start(struct unit *u, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	(void)text_replace(&u->start_refusal, text);
}

/* Conditions say "not here", asserts say "that is an error". */
static int check_conditions(struct unit *u)
{
	const struct condition *failed;
	char text[256];

	u->condition_time = moment_now();
	(void)text_replace(&u->start_refusal, NULL);
	u->condition_result = conditions_hold(u, false, &failed);
	if (!u->condition_result) {
		refuse_start(u, "its condition does not hold: %s",
			condition_text(failed, text, sizeof(text)));
		log_line(LOG_NOTICE, 0, u->id, "skipped, for %s", u->start_refusal);
		return -ECOMM;
	}
	u->assert_result = conditions_hold(u, true, &failed);
	if (u->assert_result)
		return 0;
	refuse_start(
		u, "its assertion does not hold: %s", condition_text(failed, text, sizeof(text)));
	log_line(LOG_ERR, 0, u->id, "not started, for %s", u->start_refusal);
	return -EPROTO;
}

/* What it is bound to must be up by now; what it only requires may have gone again. */
static bool bindings_hold(const struct unit *u)
{
	UNIT_FOREACH (other, u, DEP_BINDS_TO)
		if (unit_has_edge(u, DEP_AFTER, other) && !unit_is_active(other))
			return false;
	return true;
}

static int start(struct unit *u)
{
	if (unit_is_active(u))
		return -EALREADY;
	if (u->load_state != LOAD_LOADED)
		return -ENOEXEC;
	if (u->active != UNIT_ACTIVATING) {
		int r = check_conditions(u);
		if (r < 0)
			return r;
	}
	if (!bindings_hold(u))
		return -ENOLINK;
	int r = unit_machine(u)->may_start ? unit_machine(u)->may_start(u) : 0;
	if (r < 0)
		return r;
	return unit_machine(u)->start ? unit_machine(u)->start(u) : -EOPNOTSUPP;
}

static int stop(struct unit *u)
{
	if (unit_is_inactive_or_failed(u))
		return -EALREADY;
	return unit_machine(u)->stop(u);
}

static int reload(struct unit *u)
{
	if (u->active == UNIT_RELOADING)
		return 0;
	if (!unit_machine(u)->reload) /* it only passes the reload on */
		return -EALREADY;
	if (u->active != UNIT_ACTIVE || !unit_can_reload(u))
		return -ENOEXEC;
	return unit_machine(u)->reload(u);
}

static int act(struct unit *u, enum job_type type)
{
	switch (type) {
	case JOB_START:
		return start(u);
	case JOB_VERIFY_ACTIVE:
		return unit_is_active(u)	      ? -EALREADY
		       : u->active == UNIT_ACTIVATING ? -EAGAIN
						      : -EBADR;
	case JOB_STOP:
	case JOB_RESTART:
		return stop(u);
	case JOB_RELOAD:
		return reload(u);
	default:
		return -EALREADY;
	}
}

/* The answer of a unit -> the result of its job, as systemd maps them. */
static enum job_result result_of(int r)
{
	switch (r) {
	case -EALREADY:
	case -ECOMM:
		return JOB_DONE;
	case -EBADR:
		return JOB_SKIPPED;
	case -ENOEXEC:
		return JOB_INVALID;
	case -EPROTO:
		return JOB_ASSERT;
	case -EOPNOTSUPP:
		return JOB_UNSUPPORTED;
	case -ENOLINK:
		return JOB_DEPENDENCY;
	case -ESTALE:
		return JOB_ONCE;
	default:
		return JOB_FAILED;
	}
}

bool react_run_job(struct life *life)
{
	struct job *job = job_next_runnable(&life->jobs);

	if (!job)
		return false;
	int r = act(job->unit, job->type);

	if (r == -EAGAIN)
		job_postpone(&life->jobs, job);
	else if (r < 0)
		job_finish(&life->jobs, job, result_of(r));
	return true;
}
