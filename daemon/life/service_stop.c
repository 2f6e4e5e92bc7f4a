/* SPDX-License-Identifier: MIT */
/* A service on its way down, and what follows: rest, failure, or another start. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/life/service_table.h"

static enum service_state state_of(const struct service *s)
{
	return (enum service_state)s->unit->sub_state;
}

static bool is_final(enum service_state state)
{
	return state == SERVICE_FINAL_WATCHDOG || state == SERVICE_FINAL_SIGTERM ||
	       state == SERVICE_FINAL_SIGKILL;
}

/* Where it comes to rest, with the verdict whether it is started again. */
static enum service_state end_of_life(struct service *s)
{
	const struct restart_facts facts = {
		.result = s->result,
		.forbidden = s->forbid_restart || unit_life(s->unit)->stopping,
		.main_exited = s->main_record.code != 0,
		.main_code = s->main_record.code,
		.main_status = s->main_record.status,
		.restarts = s->restarts,
	};

	s->verdict = restart_decide(service_settings(s), &facts);
	s->unit->will_restart = s->verdict.again;
	return s->result == SERVICE_SUCCESS || s->result == SERVICE_SKIP_CONDITION ? SERVICE_DEAD
										   : SERVICE_FAILED;
}

/* A restart, by itself or asked for, finds its descriptors again. */
static bool keeps_store(const struct service *s)
{
	const struct job *job = s->unit->job;

	switch (service_settings(s)->fd_store_preserve) {
	case PRESERVE_YES:
		return true;
	case PRESERVE_RESTART:
		/* A start that runs has just failed: nothing follows. */
		return s->verdict.again ||
		       (job && job->type != JOB_STOP &&
			       !(job->type == JOB_START && job->state == JOB_RUNNING));
	default:
		return false;
	}
}

enum service_state service_enter_dead(struct service *s)
{
	service_release(s);
	/* What was not to be killed goes on without us. */
	service_forget_process(s, &s->main);
	service_forget_process(s, &s->control);
	if (!keeps_store(s))
		service_limit_store(s, 0);
	if (!s->verdict.again) {
		service_leave_cgroup(s);
		service_end_connection(s);
		return state_of(s);
	}
	return SERVICE_AUTO_RESTART;
}

enum service_state service_enter_auto_restart(struct service *s)
{
	log_line(LOG_NOTICE, 0, s->unit->id, "starting it again in %llu ms (%s, restart %u)",
		(unsigned long long)(s->verdict.after_usec / USEC_PER_MSEC), s->verdict.why,
		s->restarts + 1);
	service_arm_timer(s, s->verdict.after_usec);
	return SERVICE_AUTO_RESTART;
}

enum service_state service_on_restart_due(struct service *s, const struct unit_event *event)
{
	struct life *life = unit_life(s->unit);
	const struct job *job = s->unit->job;

	(void)event;
	/* What was asked for meanwhile goes first: a stop is not undone by a restart. */
	if (job && (job->type == JOB_STOP || job->type == JOB_RESTART))
		return SERVICE_AUTO_RESTART;
	s->restarting = true;
	s->restarts++;
	life->counters.restarts++;
	if (life_request(life, s->unit, JOB_RESTART, JOB_MODE_REPLACE) >= 0)
		return SERVICE_AUTO_RESTART;
	s->verdict.again = false;
	service_fail(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_FAILED;
}

/* A stop while it waits for its restart; a restart job is the restart itself. */
enum service_state service_on_stop_waiting(struct service *s, const struct unit_event *event)
{
	const struct job *job = s->unit->job;

	(void)event;
	if (!job || job->type != JOB_RESTART)
		s->restarting = false;
	s->verdict.again = false;
	s->unit->will_restart = s->restarting;
	return SERVICE_DEAD;
}

enum service_state service_enter_stop(struct service *s)
{
	if (!service_command(s, COMMANDS_STOP, 0))
		return SERVICE_STOP_SIGTERM;
	if (service_spawn(s, COMMANDS_STOP, 0, PROCESS_CONTROL) >= 0)
		return SERVICE_STOP;
	service_fail(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_STOP_SIGTERM;
}

/* After the signals of STOP_*: harder ones, or on to ExecStopPost=. */
enum service_state service_enter_stop_signal(struct service *s)
{
	enum service_state here = state_of(s);

	if (s->stops_itself && here == SERVICE_STOP_SIGTERM) {
		s->stops_itself = false;
		return here;
	}
	if (service_kill(s, here))
		return here;
	if (here != SERVICE_STOP_SIGKILL && service_settings_kill(s)->send_sigkill)
		return SERVICE_STOP_SIGKILL;
	return SERVICE_STOP_POST;
}

enum service_state service_enter_stop_post(struct service *s)
{
	service_unwatch_pid_file(s);
	if (!service_command(s, COMMANDS_STOP_POST, 0))
		return SERVICE_FINAL_SIGTERM;
	if (service_spawn(s, COMMANDS_STOP_POST, 0, PROCESS_CONTROL) >= 0)
		return SERVICE_STOP_POST;
	service_fail(s, SERVICE_FAILURE_RESOURCES);
	return SERVICE_FINAL_SIGTERM;
}

enum service_state service_enter_final_signal(struct service *s)
{
	enum service_state here = state_of(s);

	if (service_kill(s, here))
		return here;
	if (here != SERVICE_FINAL_SIGKILL && service_settings_kill(s)->send_sigkill)
		return SERVICE_FINAL_SIGKILL;
	return end_of_life(s);
}

enum service_state service_on_stop(struct service *s, const struct unit_event *event)
{
	(void)event;
	s->forbid_restart = true;
	s->stop_asked = true;
	return SERVICE_STOP;
}

enum service_state service_on_stop_early(struct service *s, const struct unit_event *event)
{
	(void)service_on_stop(s, event);
	return SERVICE_STOP_SIGTERM;
}

enum service_state service_on_stop_again(struct service *s, const struct unit_event *event)
{
	(void)event;
	s->forbid_restart = true;
	s->stop_asked = true;
	return state_of(s);
}

/* A command of ExecStop= or ExecStopPost= ended: the next one, or `then`. */
static enum service_state after_command(
	struct service *s, const struct unit_event *event, enum service_state then)
{
	enum service_result result = service_control_result(s, event);

	service_fail(s, result);
	if (result != SERVICE_SUCCESS || !service_command(s, s->list, s->index + 1))
		return then;
	service_arm_state_timer(s);
	if (service_spawn(s, s->list, s->index + 1, PROCESS_CONTROL) >= 0)
		return state_of(s);
	service_fail(s, SERVICE_FAILURE_RESOURCES);
	return then;
}

enum service_state service_on_stop_exit(struct service *s, const struct unit_event *event)
{
	return after_command(s, event, SERVICE_STOP_SIGTERM);
}

enum service_state service_on_stop_post_exit(struct service *s, const struct unit_event *event)
{
	/* A main process that was not to be killed has the time of this step. */
	return after_command(s, event, s->main ? SERVICE_STOP_POST : SERVICE_FINAL_SIGTERM);
}

enum service_state service_on_stop_post_main_exit(struct service *s, const struct unit_event *event)
{
	service_fail(s, service_main_result(s, event));
	return s->control ? SERVICE_STOP_POST : SERVICE_FINAL_SIGTERM;
}

/* One of the signalled ended; the last of main and control leads on. */
enum service_state service_on_killed(struct service *s, const struct unit_event *event)
{
	if (event->kind == EVENT_MAIN_EXITED)
		service_fail(s, service_main_result(s, event));
	else
		service_fail(s, service_control_result(s, event));
	if (s->main || s->control)
		return state_of(s);
	if (!is_final(state_of(s)))
		return SERVICE_STOP_POST;
	return service_tree_is_alive(s) ? state_of(s) : end_of_life(s);
}

enum service_state service_on_tree_empty(struct service *s, const struct unit_event *event)
{
	enum service_state here = state_of(s);

	(void)event;
	if (s->main || s->control)
		return here;
	if (here == SERVICE_RUNNING)
		return service_enter_running(s);
	if (is_final(here))
		return end_of_life(s);
	if (here == SERVICE_STOP_SIGTERM || here == SERVICE_STOP_SIGKILL ||
		here == SERVICE_STOP_WATCHDOG)
		return SERVICE_STOP_POST;
	return here;
}

/* What comes after a step of stopping that took too long. */
static enum service_state after_timeout(struct service *s, enum service_state here)
{
	bool may_kill = service_settings_kill(s)->send_sigkill;
	bool dumps = service_settings(s)->timeout_stop_failure_mode == TIMEOUT_ABORT;
	bool kills = service_settings(s)->timeout_stop_failure_mode == TIMEOUT_KILL;

	switch (here) {
	case SERVICE_STOP:
		return dumps   ? SERVICE_STOP_WATCHDOG
		       : kills ? SERVICE_STOP_SIGKILL
			       : SERVICE_STOP_SIGTERM;
	case SERVICE_STOP_SIGTERM:
		if (dumps)
			return SERVICE_STOP_WATCHDOG;
		return may_kill ? SERVICE_STOP_SIGKILL : SERVICE_STOP_POST;
	case SERVICE_STOP_WATCHDOG:
		return may_kill ? SERVICE_STOP_SIGKILL : SERVICE_STOP_POST;
	case SERVICE_STOP_POST:
		return dumps   ? SERVICE_FINAL_WATCHDOG
		       : kills ? SERVICE_FINAL_SIGKILL
			       : SERVICE_FINAL_SIGTERM;
	case SERVICE_FINAL_SIGTERM:
		if (dumps)
			return SERVICE_FINAL_WATCHDOG;
		return may_kill ? SERVICE_FINAL_SIGKILL : end_of_life(s);
	case SERVICE_FINAL_WATCHDOG:
		return may_kill ? SERVICE_FINAL_SIGKILL : end_of_life(s);
	case SERVICE_FINAL_SIGKILL:
		return end_of_life(s);
	default: /* SIGKILL was not enough: nothing more can be done about it */
		return SERVICE_STOP_POST;
	}
}

enum service_state service_on_stop_timeout(struct service *s, const struct unit_event *event)
{
	enum service_state here = state_of(s);
	_cleanup_(freep) char *late = service_limit_text(s, here);

	(void)event;
	service_fail(s, SERVICE_FAILURE_TIMEOUT);
	enum service_state next = after_timeout(s, here);
	if (here == SERVICE_STOP_SIGKILL || here == SERVICE_FINAL_SIGKILL)
		log_line(LOG_ERR, 0, s->unit->id,
			"processes outlive SIGKILL (unkillable); going on without them");
	else
		log_line(LOG_WARNING, 0, s->unit->id, "%s; going on to %s", late ? late : "late",
			service_state_to_string(next));
	return next;
}
