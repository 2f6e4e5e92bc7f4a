/* SPDX-License-Identifier: MIT */
/* A service on its way up: conditions, start-pre, start, start-post. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/life/service_table.h"

/* A step that failed on the way up: what already runs is ended. */
static enum service_state give_up(struct service *s, enum service_result result)
{
	service_fail(s, result);
	return SERVICE_STOP_SIGTERM;
}

enum service_state service_enter_condition(struct service *s)
{
	if (!service_command(s, COMMANDS_CONDITION, 0))
		return SERVICE_START_PRE;
	if (service_spawn(s, COMMANDS_CONDITION, 0, PROCESS_CONTROL) < 0)
		return give_up(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_CONDITION;
}

enum service_state service_enter_start_pre(struct service *s)
{
	if (!service_command(s, COMMANDS_START_PRE, 0))
		return SERVICE_START;
	if (service_spawn(s, COMMANDS_START_PRE, 0, PROCESS_CONTROL) < 0)
		return give_up(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_START_PRE;
}

enum service_state service_enter_start(struct service *s)
{
	const struct service_settings *settings = service_settings(s);
	enum process_role role = settings->type == SERVICE_FORKING ? PROCESS_CONTROL : PROCESS_MAIN;

	s->main_index = 0;
	if (!service_command(s, COMMANDS_START, 0)) { /* a oneshot with ExecStop= only */
		unit_set_state(s->unit, UNIT_ACTIVATING, SERVICE_START);
		return SERVICE_START_POST;
	}
	service_watch_bus(s);
	if (service_spawn(s, COMMANDS_START, 0, role) < 0)
		return give_up(s, SERVICE_FAILURE_RESOURCES);

	switch (settings->type) {
	case SERVICE_SIMPLE:
	case SERVICE_IDLE:
		return SERVICE_START_POST;
	case SERVICE_DBUS:
		return s->bus_name ? SERVICE_START : SERVICE_START_POST;
	case SERVICE_EXEC:
	case SERVICE_FORKING:
	case SERVICE_ONESHOT:
	case SERVICE_NOTIFY:
	case SERVICE_NOTIFY_RELOAD:
	case SERVICE_TYPE_MAX:
		break;
	}
	return SERVICE_START;
}

enum service_state service_enter_start_post(struct service *s)
{
	service_arm_watchdog(s);
	if (!service_command(s, COMMANDS_START_POST, 0))
		return SERVICE_RUNNING;
	if (service_spawn(s, COMMANDS_START_POST, 0, PROCESS_CONTROL) < 0)
		return give_up(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_START_POST;
}

static uint64_t random_up_to(uint64_t limit_usec)
{
	uint64_t n;

	if (!limit_usec || limit_usec == USEC_INFINITY ||
		getrandom(&n, sizeof(n), GRND_NONBLOCK) != sizeof(n))
		return 0;
	return n % (limit_usec + 1);
}

enum service_state service_on_start(struct service *s, const struct unit_event *event)
{
	(void)event;
	s->result = SERVICE_SUCCESS;
	s->reload_result = SERVICE_SUCCESS;
	s->main_record = (struct exit_record){0};
	service_forget_control(s);
	free(s->exec_failure);
	s->exec_failure = NULL;
	s->main_is_adopted = false;
	s->forbid_restart = false;
	s->stop_asked = false;
	s->ready = false;
	s->skipped = false;
	s->directories_made = false;
	s->unit->will_restart = false;
	s->watchdog_usec = service_settings(s)->watchdog_usec;
	free(s->status_text);
	s->status_text = NULL;
	s->status_errno = 0;
	if (!s->restarting)
		s->restarts = 0;
	s->restarting = false;
	s->runtime_extra_usec = random_up_to(service_settings(s)->runtime_randomized_extra_usec);
	service_new_invocation(s);
	return SERVICE_CONDITION;
}

/* After a control process ended well: its next command, if there is one. True: one was started. */
static bool run_next(struct service *s, enum service_state *ret)
{
	if (!service_command(s, s->list, s->index + 1))
		return false;
	service_arm_state_timer(s);
	if (service_spawn(s, s->list, s->index + 1, PROCESS_CONTROL) < 0)
		*ret = give_up(s, SERVICE_FAILURE_RESOURCES);
	return true;
}

enum service_state service_on_condition_exit(struct service *s, const struct unit_event *event)
{
	enum service_state next = SERVICE_CONDITION;
	enum service_result result = service_control_result(s, event);

	/* 1 to 254: not to be started, and no failure; 255 or a signal: a failure
	 * (systemd.service(5)). */
	if (result == SERVICE_FAILURE_EXIT_CODE && event->status < 255) {
		s->skipped = true;
		return give_up(s, SERVICE_SKIP_CONDITION);
	}
	if (result != SERVICE_SUCCESS)
		return give_up(s, result);
	return run_next(s, &next) ? next : SERVICE_START_PRE;
}

enum service_state service_on_start_pre_exit(struct service *s, const struct unit_event *event)
{
	enum service_state next = SERVICE_START_PRE;
	enum service_result result = service_control_result(s, event);

	if (result != SERVICE_SUCCESS)
		return give_up(s, result);
	return run_next(s, &next) ? next : SERVICE_START;
}

/* Whom the PID file names is the main process. 0: nobody yet; negative errno: refused. */
static pid_t take_pid_file(struct service *s, bool may_be_missing)
{
	pid_t pid = service_read_pid_file(s, may_be_missing);
	int r = pid > 0 ? service_set_main_pid(s, pid) : 0;

	return r < 0 ? r : pid;
}

/* Type=forking: the PID file says who the main process is; it may be written a little later. */
static enum service_state await_pid_file(struct service *s, bool may_be_missing)
{
	enum service_state here = (enum service_state)s->unit->sub_state;
	pid_t pid = take_pid_file(s, may_be_missing);

	if (pid <= 0 && here == SERVICE_START && service_command(s, COMMANDS_START_POST, 0))
		return SERVICE_START_POST; /* ExecStartPost= may write it */
	if (pid <= 0 && (service_watch_pid_file(s) < 0 || !service_tree_is_alive(s)))
		return give_up(s, SERVICE_FAILURE_PROTOCOL);
	if (pid == 0 || pid == -ENOENT) /* it may have come before the watch was there */
		pid = take_pid_file(s, may_be_missing);
	if (pid <= 0)
		return here;
	service_unwatch_pid_file(s);
	return here == SERVICE_START ? SERVICE_START_POST : SERVICE_RUNNING;
}

enum service_state service_on_forking_exit(struct service *s, const struct unit_event *event)
{
	const struct service_settings *settings = service_settings(s);

	if (settings->type != SERVICE_FORKING)
		return SERVICE_START;
	enum service_result result = service_control_result(s, event);
	if (result != SERVICE_SUCCESS)
		return give_up(s, result);
	if (settings->pid_file)
		return await_pid_file(s, true);

	pid_t pid = service_guess_main_pid(s);
	if (pid > 0)
		(void)service_set_main_pid(s, pid);
	return SERVICE_START_POST;
}

enum service_state service_on_start_post_exit(struct service *s, const struct unit_event *event)
{
	enum service_state next = SERVICE_START_POST;
	enum service_result result = service_control_result(s, event);

	if (result != SERVICE_SUCCESS)
		return give_up(s, result);
	if (run_next(s, &next))
		return next;
	if (service_settings(s)->pid_file && !s->main && !s->main_record.code)
		return await_pid_file(s, false);
	return SERVICE_RUNNING;
}

enum service_state service_on_pid_file(struct service *s, const struct unit_event *event)
{
	(void)event;
	if (s->control || s->main)
		return (enum service_state)s->unit->sub_state;
	return await_pid_file(s, true);
}

/* The main process ended before the service was up. */
enum service_state service_on_main_exit_starting(struct service *s, const struct unit_event *event)
{
	const struct service_settings *settings = service_settings(s);
	enum service_result result = service_main_result(s, event);

	switch (settings->type) {
	case SERVICE_ONESHOT:
		if (result != SERVICE_SUCCESS)
			return give_up(s, result);
		if (!service_command(s, COMMANDS_START, s->main_index + 1))
			return SERVICE_START_POST;
		service_arm_state_timer(s);
		if (service_spawn(s, COMMANDS_START, ++s->main_index, PROCESS_MAIN) < 0)
			return give_up(s, SERVICE_FAILURE_RESOURCES);
		return SERVICE_START;
	case SERVICE_NOTIFY:
	case SERVICE_NOTIFY_RELOAD:
		return give_up(s, result != SERVICE_SUCCESS ? result : SERVICE_FAILURE_PROTOCOL);
	case SERVICE_SIMPLE:
	case SERVICE_DBUS:
	case SERVICE_EXEC:
	case SERVICE_FORKING:
	case SERVICE_IDLE:
	case SERVICE_TYPE_MAX:
		break;
	}
	service_fail(s, result);
	return SERVICE_RUNNING;
}

enum service_state service_on_exec_done(struct service *s, const struct unit_event *event)
{
	(void)event;
	return service_settings(s)->type == SERVICE_EXEC ? SERVICE_START_POST : SERVICE_START;
}

/* Nothing of it runs any more, and it never said that it was up. */
enum service_state service_on_never_ready(struct service *s, const struct unit_event *event)
{
	const struct service_settings *settings = service_settings(s);

	(void)event;
	if (s->main || s->control)
		return (enum service_state)s->unit->sub_state;
	if (settings->pid_file && settings->type == SERVICE_FORKING)
		log_line(LOG_WARNING, 0, s->unit->id, "it ended without writing its PID file %s",
			settings->pid_file);
	return give_up(s, SERVICE_FAILURE_PROTOCOL);
}

enum service_state service_on_start_timeout(struct service *s, const struct unit_event *event)
{
	_cleanup_(freep) char *late = service_limit_text(s, (enum service_state)s->unit->sub_state);

	(void)event;
	log_line(LOG_WARNING, 0, s->unit->id, "%s; ending it", late ? late : "late");
	service_fail(s, SERVICE_FAILURE_TIMEOUT);
	switch (service_settings(s)->timeout_start_failure_mode) {
	case TIMEOUT_ABORT:
		return SERVICE_STOP_WATCHDOG;
	case TIMEOUT_KILL:
		return SERVICE_STOP_SIGKILL;
	case TIMEOUT_TERMINATE:
	case TIMEOUT_FAILURE_MODE_MAX:
		break;
	}
	return SERVICE_STOP_SIGTERM;
}
