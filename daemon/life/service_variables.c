/* SPDX-License-Identifier: MIT */
/* What the processes of a service are told in their environment of what happens now
 * (systemd.exec(5), "Environment variables in spawned processes"). */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/signal_name.h"
#include "common/text.h"
#include "daemon/life/service.h"

static _printf_(2, 3) int add_variable(char ***list, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	return n < 0 ? -ENOMEM : strv_push(list, text);
}

/* SERVICE_RESULT=, EXIT_CODE= and EXIT_STATUS= of systemd.exec(5). */
static int add_result(const struct service *s, const char *prefix, char ***list)
{
	const struct exit_record *main = &s->main_record;
	char name[SIGNAL_NAME_MAX];
	int r = add_variable(
		list, "%sSERVICE_RESULT=%s", prefix, service_result_to_string(s->result));

	if (r < 0 || !main->code)
		return r;
	if (main->code == CLD_EXITED)
		r = add_variable(list, "%sEXIT_STATUS=%d", prefix, main->status);
	else
		r = add_variable(list, "%sEXIT_STATUS=%s", prefix,
			signal_to_short_string(main->status, name));
	if (r < 0)
		return r;
	return add_variable(list, "%sEXIT_CODE=%s", prefix,
		main->code == CLD_EXITED   ? "exited"
		: main->code == CLD_DUMPED ? "dumped"
					   : "killed");
}

/* The only one that this one is OnFailure= or OnSuccess= of; NULL: none, or nobody knows which. */
static const struct unit *monitored(const struct unit *u)
{
	static const enum dep_kind kinds[] = {DEP_ON_FAILURE_OF, DEP_ON_SUCCESS_OF};
	const struct unit *found = NULL;

	for (size_t i = 0; i < ELEMENTS(kinds); i++)
		UNIT_FOREACH (other, u, kinds[i]) {
			if (found && found != other)
				return NULL;
			found = other;
		}
	return found && found->service ? found : NULL;
}

/* How that one ended. */
static int add_monitored(const struct unit *other, char ***list)
{
	int r = add_result(other->service, "MONITOR_", list);

	if (r >= 0)
		r = add_variable(list, "MONITOR_INVOCATION_ID=%s", other->service->invocation_id);
	return r < 0 ? r : add_variable(list, "MONITOR_UNIT=%s", other->id);
}

/* What a timer or path said as it started this. */
static int add_trigger(const struct unit *u, char ***list)
{
	int r = 0;

	for (char **v = u->trigger_details; v && *v && r >= 0; v++)
		r = add_variable(list, "%s", *v);
	return r;
}

int service_collect_variables(const struct service *s, enum command_list list, char ***ret)
{
	_cleanup_(strv_freep) char **v = NULL;
	int r = add_variable(&v, "INVOCATION_ID=%s", s->invocation_id);

	if (r >= 0 && notify_is_open(s->notify))
		r = add_variable(&v, "NOTIFY_SOCKET=%s", s->notify->address);
	if (r >= 0 && s->main)
		r = add_variable(&v, "MAINPID=%d", (int)s->main->pid);
	if (r >= 0 && list == COMMANDS_START && s->watchdog_usec &&
		s->watchdog_usec != USEC_INFINITY)
		r = add_variable(&v, "WATCHDOG_USEC=%llu", (unsigned long long)s->watchdog_usec);
	if (r >= 0)
		r = service_add_peer(s, &v);
	if (r >= 0 && s->unit->type == UNIT_SERVICE &&
		(list == COMMANDS_STOP || list == COMMANDS_STOP_POST))
		r = add_result(s, "", &v);
	const struct unit *other = monitored(s->unit);
	if (r >= 0 && other && (list == COMMANDS_START || list == COMMANDS_START_PRE))
		r = add_monitored(other, &v);
	if (r >= 0)
		r = add_trigger(s->unit, &v);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(v);
	return 0;
}
