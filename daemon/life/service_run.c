/* SPDX-License-Identifier: MIT */
/* A service that is up: its main process, its reloads, what it says of itself. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/life/service_table.h"

/* Whether what makes the service run is there: its main process, or, when that is not known, any.
 */
static bool is_good(struct service *s)
{
	if (service_lacks_bus_name(s))
		return false;
	if (s->main)
		return true;
	if (service_settings(s)->exit_type == EXIT_TYPE_CGROUP)
		return service_tree_is_alive(s);
	if (s->main_record.code)
		return false;
	return service_settings(s)->type == SERVICE_FORKING && service_tree_is_alive(s);
}

enum service_state service_enter_running(struct service *s)
{
	service_unwatch_pid_file(s);
	if (s->result != SERVICE_SUCCESS)
		return SERVICE_STOP_SIGTERM;
	if (is_good(s))
		return SERVICE_RUNNING;
	return service_settings(s)->remain_after_exit ? SERVICE_EXITED : SERVICE_STOP;
}

enum service_state service_on_main_exit(struct service *s, const struct unit_event *event)
{
	service_fail(s, service_main_result(s, event));
	return service_enter_running(s);
}

/* It ended while something else is going on, which is not disturbed. */
enum service_state service_on_main_exit_noted(struct service *s, const struct unit_event *event)
{
	service_fail(s, service_main_result(s, event));
	return (enum service_state)s->unit->sub_state;
}

/* Back from a reload; a failed one leaves the service as it was. */
static enum service_state end_reload(struct service *s, enum service_result result)
{
	s->reload_result = result;
	s->unit->reload_failed = result != SERVICE_SUCCESS;
	return SERVICE_RUNNING;
}

enum service_state service_enter_reload(struct service *s)
{
	s->reload_result = SERVICE_SUCCESS;
	s->unit->reload_failed = false;
	if (!service_command(s, COMMANDS_RELOAD, 0)) {
		if (service_settings(s)->type == SERVICE_NOTIFY_RELOAD)
			return SERVICE_RELOAD_SIGNAL;
		return SERVICE_RUNNING;
	}
	if (service_spawn(s, COMMANDS_RELOAD, 0, PROCESS_CONTROL) < 0)
		return end_reload(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_RELOAD;
}

enum service_state service_enter_reload_signal(struct service *s)
{
	s->reload_begin_usec = clock_monotonic_usec();
	if (!s->main || process_signal(s->main, service_settings(s)->reload_signal) < 0)
		return end_reload(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_RELOAD_SIGNAL;
}

enum service_state service_on_reload(struct service *s, const struct unit_event *event)
{
	(void)s;
	(void)event;
	return SERVICE_RELOAD;
}

enum service_state service_on_reload_exit(struct service *s, const struct unit_event *event)
{
	if (s->unit->sub_state != SERVICE_RELOAD)
		return (enum service_state)s->unit->sub_state;

	enum service_result result = service_control_result(s, event);
	if (result == SERVICE_SUCCESS && service_command(s, COMMANDS_RELOAD, s->index + 1)) {
		service_arm_state_timer(s);
		if (service_spawn(s, COMMANDS_RELOAD, s->index + 1, PROCESS_CONTROL) >= 0)
			return SERVICE_RELOAD;
		result = SERVICE_FAILURE_RESOURCES;
	}
	if (result == SERVICE_SUCCESS && service_settings(s)->type == SERVICE_NOTIFY_RELOAD)
		return SERVICE_RELOAD_SIGNAL;
	if (result == SERVICE_SUCCESS && service_settings(s)->pid_file) {
		pid_t pid = service_read_pid_file(s, true);
		if (pid > 0)
			(void)service_set_main_pid(s, pid);
	}
	return end_reload(s, result);
}

enum service_state service_on_reload_timeout(struct service *s, const struct unit_event *event)
{
	_cleanup_(freep) char *late = service_limit_text(s, (enum service_state)s->unit->sub_state);

	(void)event;
	log_line(LOG_WARNING, 0, s->unit->id, "%s; the service goes on", late ? late : "late");
	if (s->control)
		(void)process_signal(s->control, SIGKILL);
	return end_reload(s, SERVICE_FAILURE_TIMEOUT);
}

enum service_state service_on_runtime_max(struct service *s, const struct unit_event *event)
{
	_cleanup_(freep) char *late = service_limit_text(s, SERVICE_RUNNING);

	(void)event;
	log_line(LOG_WARNING, 0, s->unit->id, "%s; stopping it", late ? late : "late");
	service_fail(s, SERVICE_FAILURE_TIMEOUT);
	return SERVICE_STOP;
}

enum service_state service_on_watchdog(struct service *s, const struct unit_event *event)
{
	(void)event;
	log_line(LOG_ERR, 0, s->unit->id, "no keep-alive within WatchdogSec=; ending it");
	service_fail(s, SERVICE_FAILURE_WATCHDOG);
	return SERVICE_STOP_WATCHDOG;
}

/* What a message means for the state; what it tells besides is booked in service_notify.c. */
enum service_state service_on_notified(struct service *s, const struct unit_event *event)
{
	const struct notify_message *m = event->notify;
	enum service_state here = (enum service_state)s->unit->sub_state;
	enum service_type type = service_settings(s)->type;

	if (m->watchdog_trigger)
		return service_on_watchdog(s, event);
	if (here == SERVICE_RELOAD_SIGNAL && m->reloading &&
		m->monotonic_usec >= s->reload_begin_usec)
		here = SERVICE_RELOAD_NOTIFY;
	else if (here == SERVICE_RUNNING && m->reloading && !m->ready)
		return SERVICE_RELOAD_NOTIFY;
	if (m->stopping && !m->ready && here == SERVICE_RUNNING) {
		s->stops_itself = true; /* it is given its time, and no signal */
		return SERVICE_STOP_SIGTERM;
	}
	if (!m->ready)
		return here;
	if (here == SERVICE_START && (type == SERVICE_NOTIFY || type == SERVICE_NOTIFY_RELOAD))
		return SERVICE_START_POST;
	if (here == SERVICE_RELOAD_NOTIFY)
		return end_reload(s, SERVICE_SUCCESS);
	return here;
}
