/* SPDX-License-Identifier: MIT */
/* The laws of job types: which merge into which, which are needless, which come first. Pure. */
#include <errno.h>

#include "daemon/plan/job.h"

DEFINE_ENUM_TABLE(job_type,
	JOB_TYPE_MAX, [JOB_START] = "start", [JOB_VERIFY_ACTIVE] = "verify-active",
	[JOB_STOP] = "stop", [JOB_RELOAD] = "reload", [JOB_RESTART] = "restart",
	[JOB_TRY_RESTART] = "try-restart", [JOB_TRY_RELOAD] = "try-reload",
	[JOB_RELOAD_OR_START] = "reload-or-start", [JOB_NOP] = "nop", );

DEFINE_ENUM_TABLE(job_state, JOB_STATE_MAX, [JOB_WAITING] = "waiting", [JOB_RUNNING] = "running", );

DEFINE_ENUM_TABLE(job_result, JOB_RESULT_MAX, [JOB_DONE] = "done", [JOB_CANCELED] = "canceled",
	[JOB_TIMEOUT] = "timeout", [JOB_FAILED] = "failed", [JOB_DEPENDENCY] = "dependency",
	[JOB_SKIPPED] = "skipped", [JOB_INVALID] = "invalid", [JOB_ASSERT] = "assert",
	[JOB_UNSUPPORTED] = "unsupported", [JOB_COLLECTED] = "collected", [JOB_ONCE] = "once", );

#define CLASH (-1)

/* Commutative and associative; the diagonal is the type itself. */
static const int merged[JOB_TYPE_INSTALLED][JOB_TYPE_INSTALLED] = {
	[JOB_START] = {[JOB_START] = JOB_START,
		[JOB_VERIFY_ACTIVE] = JOB_START,
		[JOB_STOP] = CLASH,
		[JOB_RELOAD] = JOB_RELOAD_OR_START,
		[JOB_RESTART] = JOB_RESTART},
	[JOB_VERIFY_ACTIVE] = {[JOB_START] = JOB_START,
		[JOB_VERIFY_ACTIVE] = JOB_VERIFY_ACTIVE,
		[JOB_STOP] = CLASH,
		[JOB_RELOAD] = JOB_RELOAD,
		[JOB_RESTART] = JOB_RESTART},
	[JOB_STOP] = {[JOB_START] = CLASH,
		[JOB_VERIFY_ACTIVE] = CLASH,
		[JOB_STOP] = JOB_STOP,
		[JOB_RELOAD] = CLASH,
		[JOB_RESTART] = CLASH},
	[JOB_RELOAD] = {[JOB_START] = JOB_RELOAD_OR_START,
		[JOB_VERIFY_ACTIVE] = JOB_RELOAD,
		[JOB_STOP] = CLASH,
		[JOB_RELOAD] = JOB_RELOAD,
		[JOB_RESTART] = JOB_RESTART},
	[JOB_RESTART] = {[JOB_START] = JOB_RESTART,
		[JOB_VERIFY_ACTIVE] = JOB_RESTART,
		[JOB_STOP] = CLASH,
		[JOB_RELOAD] = JOB_RESTART,
		[JOB_RESTART] = JOB_RESTART},
};

int job_types_merge(enum job_type a, enum job_type b)
{
	if (a == b)
		return (int)a;
	if (a >= JOB_TYPE_INSTALLED || b >= JOB_TYPE_INSTALLED)
		return a == JOB_NOP ? (int)b : b == JOB_NOP ? (int)a : -EEXIST;
	return merged[a][b] == CLASH ? -EEXIST : merged[a][b];
}

bool job_types_conflict(enum job_type a, enum job_type b)
{
	return job_types_merge(a, b) < 0;
}

static bool is_down(const struct unit *u)
{
	return unit_is_inactive_or_failed(u) || u->active == UNIT_DEACTIVATING;
}

enum job_type job_type_collapse(enum job_type type, const struct unit *u)
{
	switch (type) {
	case JOB_TRY_RESTART:
		return is_down(u) ? JOB_NOP : JOB_RESTART;
	case JOB_TRY_RELOAD: /* what is on its way up has read its files or will */
		return unit_is_active(u) ? JOB_RELOAD : JOB_NOP;
	case JOB_RELOAD_OR_START:
		return unit_is_active(u) ? JOB_RELOAD : JOB_START;
	default:
		return type;
	}
}

bool job_type_is_redundant(enum job_type type, enum unit_active_state state)
{
	switch (type) {
	case JOB_START:
	case JOB_VERIFY_ACTIVE:
		return state == UNIT_ACTIVE || state == UNIT_RELOADING;
	case JOB_STOP:
		return state == UNIT_INACTIVE || state == UNIT_FAILED;
	case JOB_RELOAD:
		return state == UNIT_RELOADING;
	case JOB_NOP:
		return true;
	default:
		return false;
	}
}

int job_types_order(enum job_type a, enum job_type b)
{
	if (a == JOB_NOP || b == JOB_NOP)
		return 0;
	return b == JOB_STOP || b == JOB_RESTART ? 1 : -1;
}

static bool can_reload(const struct unit *u)
{
	const struct service_settings *s = u->config->service;
	size_t count;

	if (s)
		return config_commands(u->config, COMMANDS_RELOAD).count ||
		       s->type == SERVICE_NOTIFY_RELOAD;
	(void)unit_edges(u, DEP_PROPAGATES_RELOAD_TO, &count);
	return count > 0;
}

bool job_type_is_applicable(enum job_type type, const struct unit *u)
{
	switch (type) {
	case JOB_RELOAD:
	case JOB_TRY_RELOAD:
		return can_reload(u);
	case JOB_RELOAD_OR_START:
		return is_down(u) || can_reload(u);
	default:
		return true;
	}
}
