/* SPDX-License-Identifier: MIT */
/* Why a unit is not as it should be, in a sentence; and what its files said. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/exit_name.h"
#include "common/format.h"
#include "common/signal_name.h"
#include "daemon/control/server.h"
#include "daemon/life/service.h"
#include "daemon/life/socket.h"

void add_diagnostics(json_t *list, const struct unit *u)
{
	for (size_t i = 0; i < u->diags.count; i++) {
		const struct diag *d = &u->diags.list[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:i, s:s}", "unit", u->id, "level",
				      diag_level_to_string(d->level), "file", d->file, "line",
				      (int)d->line, "text", d->text));
	}
}

static char *load_reason(const struct unit *u)
{
	char *text = NULL;

	for (size_t i = 0; i < u->diags.count; i++)
		if (u->diags.list[i].level == DIAG_ERROR)
			return diag_format(&u->diags.list[i]);
	if (asprintf(&text, "the unit is %s", unit_load_state_to_string(u->load_state)) < 0)
		return NULL;
	return text;
}

static char *end_of(const char *who, const struct exit_record *r)
{
	char *text, name[SIGNAL_NAME_MAX];
	int n;

	if (r->code == CLD_EXITED) {
		const char *status = exit_name_to_string(r->status);
		n = asprintf(&text, "its %s process %d exited with status %d%s%s", who, (int)r->pid,
			r->status, status ? "/" : "", status ? status : "");
	} else {
		n = asprintf(&text, "its %s process %d was ended by %s%s", who, (int)r->pid,
			signal_to_string(r->status, name),
			r->code == CLD_DUMPED ? " (core dumped)" : "");
	}
	return n < 0 ? NULL : text;
}

static bool failed(const struct exit_record *r)
{
	return r && r->code && !(r->code == CLD_EXITED && r->status == 0);
}

static char *service_reason(const struct service *s)
{
	if (s->exec_failure)
		return strdup(s->exec_failure);
	switch (s->result) {
	case SERVICE_SUCCESS:
		return NULL;
	case SERVICE_FAILURE_TIMEOUT:
		return service_limit_text(s, s->late_in);
	case SERVICE_FAILURE_PROTOCOL:
		return strdup(
			"it ended, or went to the background, without saying that it is ready");
	case SERVICE_FAILURE_WATCHDOG:
		return strdup("it sent no keep-alive within WatchdogSec=");
	case SERVICE_FAILURE_RESOURCES:
		return strdup("a process could not be made");
	case SERVICE_FAILURE_START_LIMIT_HIT:
		return NULL;
	default:
		break;
	}
	if (failed(s->control_record))
		return end_of("control", s->control_record);
	if (s->main_record.code)
		return end_of("main", &s->main_record);
	return strdup(service_result_to_string(s->result));
}

/* What of its commands went wrong, or how its result is called. */
static char *socket_reason(const struct unit *u)
{
	const struct service *s = u->service;

	if (s && s->exec_failure)
		return strdup(s->exec_failure);
	if (s && failed(s->control_record))
		return end_of("control", s->control_record);
	return strdup(trigger_result_to_string(socket_result(u)));
}

/* The limit, and what it was that ended so often. */
static char *too_often(const struct unit *u)
{
	_cleanup_(freep) char *end = u->service ? service_reason(u->service) : NULL;
	char *text;

	if (asprintf(&text, "it was started too often (StartLimitBurst=%u); see reset-failed%s%s",
		    u->config->unit->start_limit_burst, end ? "; the last time " : "",
		    end ? end : "") < 0)
		return NULL;
	return text;
}

/* What it is yet to wait for before its job runs. */
static char *waits_for(const struct unit *u)
{
	const struct unit *earlier = NULL;
	char *text;

	UNIT_FOREACH (other, u, DEP_AFTER)
		if (other->job && (!earlier || other->job->state == JOB_RUNNING))
			earlier = other;
	if (!earlier || asprintf(&text, "its %s waits for %s, which has a %s job",
				job_type_to_string(u->job->type), earlier->id,
				job_type_to_string(earlier->job->type)) < 0)
		return NULL;
	return text;
}

/* Adds when it is tried again by itself. Takes `text` over. */
static char *with_next_start(const struct unit *u, char *text)
{
	uint64_t now = clock_monotonic_usec(), next = u->service ? u->service->timer.at_usec : 0;
	char left[FORMAT_MAX], *both;

	if (!text || !u->will_restart || next <= now)
		return text;
	uint64_t span = next - now;
	uint64_t unit = span > USEC_PER_SEC ? USEC_PER_SEC : USEC_PER_MSEC;
	int n = asprintf(
		&both, "%s; it is started again in %s", text, format_timespan(left, span, unit));
	if (n < 0)
		return text;
	free(text);
	return both;
}

/* Why it ended as it did. */
static char *end_reason(const struct unit *u)
{
	if (u->start_limit_hit && u->active == UNIT_FAILED)
		return too_often(u);
	if (u->service && u->service->result != SERVICE_SUCCESS)
		return with_next_start(u, service_reason(u->service));
	if (u->type == UNIT_SOCKET && socket_result(u) != TRIGGER_SUCCESS)
		return socket_reason(u);
	if (u->service && u->reload_failed)
		return failed(u->service->control_record)
			       ? end_of("reload", u->service->control_record)
			       : strdup("its reload failed");
	return NULL;
}

/* Why its start came to nothing before it began; and of what it needed, why that failed. */
static char *refusal_reason(const struct unit *u)
{
	static const enum dep_kind kinds[] = {DEP_REQUIRES, DEP_REQUISITE, DEP_BINDS_TO};
	char *text;

	for (size_t i = 0; i < ELEMENTS(kinds); i++)
		UNIT_FOREACH (other, u, kinds[i]) {
			if (other->active != UNIT_FAILED || !strstr(u->start_refusal, other->id))
				continue;
			_cleanup_(freep) char *why = end_reason(other);
			if (why && asprintf(&text, "%s: %s", u->start_refusal, why) >= 0)
				return text;
		}
	return strdup(u->start_refusal);
}

/* What it cannot be started without, and is not there. */
static char *unmet_need(const struct unit *u)
{
	char *text;

	UNIT_FOREACH (other, u, DEP_REQUIRES)
		if (other->load_state != LOAD_LOADED && unit_is_inactive_or_failed(other))
			return asprintf(&text, "it needs %s, which is %s", other->id,
				       unit_load_state_to_string(other->load_state)) < 0
				       ? NULL
				       : text;
	return NULL;
}

char *unit_reason(const struct unit *u)
{
	if (u->load_state != LOAD_LOADED)
		return load_reason(u);
	if (u->job && u->job->state == JOB_WAITING)
		return waits_for(u);
	if (u->start_refusal && unit_is_inactive_or_failed(u) && !u->start_limit_hit)
		return refusal_reason(u);
	char *reason = end_reason(u);
	return reason || !unit_is_inactive_or_failed(u) ? reason : unmet_need(u);
}
