/* SPDX-License-Identifier: MIT */
#include "daemon/life/trigger.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/text.h"
#include "daemon/base/log.h"

DEFINE_ENUM_TABLE(trigger_result, TRIGGER_RESULT_MAX, [TRIGGER_SUCCESS] = "success",
	[TRIGGER_FAILURE_RESOURCES] = "resources", [TRIGGER_FAILURE_TIMEOUT] = "timeout",
	[TRIGGER_FAILURE_EXIT_CODE] = "exit-code", [TRIGGER_FAILURE_SIGNAL] = "signal",
	[TRIGGER_FAILURE_CORE_DUMP] = "core-dump",
	[TRIGGER_FAILURE_START_LIMIT_HIT] = "start-limit-hit",
	[TRIGGER_FAILURE_TRIGGER_LIMIT_HIT] = "trigger-limit-hit",
	[TRIGGER_FAILURE_UNIT_START_LIMIT_HIT] = "unit-start-limit-hit",
	[TRIGGER_FAILURE_SERVICE_START_LIMIT_HIT] = "service-start-limit-hit", );

struct unit *trigger_target(const struct unit *u)
{
	size_t count;
	const struct edge *edges = unit_edges(u, DEP_TRIGGERS, &count);

	return count ? unit_at(u->table, edges[0].to) : NULL;
}

int trigger_check(const struct unit *u)
{
	const struct unit *target = trigger_target(u);

	if (target && target->load_state == LOAD_LOADED)
		return 0;
	return log_line(LOG_ERR, ENOENT, u->id, "not started, for what it would start (%s) is %s",
		target ? target->id : "nothing",
		target ? unit_load_state_to_string(target->load_state) : "not named");
}

bool trigger_is_stopping(const struct unit *u)
{
	return unit_life(u)->stopping || (u->job && u->job->type == JOB_STOP);
}

void trigger_tell(char ***details, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n >= 0)
		(void)strv_push(details, text);
}

int trigger_fire(const struct unit *u, struct unit *target, char **details)
{
	if (target && unit_is_inactive_or_failed(target)) {
		strv_free(target->trigger_details);
		target->trigger_details = TAKE_PTR(details);
	}
	strv_free(details);
	if (!target)
		return -ENOENT;

	int r = life_request(unit_life(u), target, JOB_START, JOB_MODE_REPLACE);

	return r < 0 ? r : 0;
}
