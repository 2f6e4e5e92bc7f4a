/* SPDX-License-Identifier: MIT */
/* Why a unit is not as it should be, in a sentence; and what its files said. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/exit_name.h"
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
	return r->code && !(r->code == CLD_EXITED && r->status == 0);
}

static char *service_reason(const struct service *s)
{
	if (s->exec_failure)
		return strdup(s->exec_failure);
	switch (s->result) {
	case SERVICE_SUCCESS:
		return NULL;
	case SERVICE_FAILURE_TIMEOUT:
		return strdup("it took longer than its time limit");
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
	if (failed(&s->control_record))
		return end_of("control", &s->control_record);
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
	if (s && failed(&s->control_record))
		return end_of("control", &s->control_record);
	return strdup(trigger_result_to_string(socket_result(u)));
}

/* The limit, and what it was that ended so often. */
static char *too_often(const struct unit *u)
{
	_cleanup_(freep) char *end = u->service ? service_reason(u->service) : NULL;
	char *text;

	if (asprintf(&text, "it was started too often (StartLimitBurst=%u); see reset-failed%s%s",
		    u->config->unit.start_limit_burst, end ? "; the last time " : "",
		    end ? end : "") < 0)
		return NULL;
	return text;
}

char *unit_reason(const struct unit *u)
{
	if (u->load_state != LOAD_LOADED)
		return load_reason(u);
	if (u->start_limit_hit && u->active == UNIT_FAILED)
		return too_often(u);
	if (u->service && u->service->result != SERVICE_SUCCESS)
		return service_reason(u->service);
	if (u->type == UNIT_SOCKET && socket_result(u) != TRIGGER_SUCCESS)
		return socket_reason(u);
	if (u->service && u->reload_failed)
		return failed(&u->service->control_record)
			       ? end_of("reload", &u->service->control_record)
			       : strdup("its reload failed");
	if (u->condition_time.realtime_usec && !u->condition_result && u->active == UNIT_INACTIVE)
		return strdup("a condition does not hold here");
	if (u->condition_time.realtime_usec && u->condition_result && !u->assert_result &&
		u->active == UNIT_INACTIVE && u->config->unit.condition_count)
		return strdup("an assertion does not hold here");
	return NULL;
}
