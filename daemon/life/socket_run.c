/* SPDX-License-Identifier: MIT */
/*
 * A socket's way up and down (systemd.socket(5)): what it executes before and after it listens, and
 * whose its files become. Each is a control process of the unit, kept as those of services are; a
 * socket that executes nothing passes through in one step.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/exit_name.h"
#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/life/socket.h"

typedef void socket_step_fn(struct socket_unit *s, enum trigger_result result);

static socket_step_fn enter_chown, enter_start_post, enter_stop_post, enter_listening,
	interrupt_stop_pre, interrupt_stop_post, kill_stop_pre, kill_final;

/* One row a state: what it means, and where it leads when what runs there ended well, ended
 * badly, or took too long. */
struct socket_state_row {
	enum unit_active_state active;
	bool is_open; /* its descriptors are */
	socket_step_fn *done, *failed, *late;
	enum service_state kills; /* as a service does there; 0: nothing */
};

/* clang-format off */
static const struct socket_state_row rows[SOCKET_STATE_MAX] = {
	[SOCKET_DEAD]             = {UNIT_INACTIVE,     false, NULL, NULL, NULL, 0},
	[SOCKET_START_PRE]        = {UNIT_ACTIVATING,   false, enter_chown, interrupt_stop_post, interrupt_stop_post, 0},
	[SOCKET_START_CHOWN]      = {UNIT_ACTIVATING,   true,  enter_start_post, socket_enter_stop, socket_enter_stop, 0},
	[SOCKET_START_POST]       = {UNIT_ACTIVATING,   true,  enter_listening, socket_enter_stop, socket_enter_stop, 0},
	[SOCKET_LISTENING]        = {UNIT_ACTIVE,       true,  NULL, NULL, NULL, 0},
	[SOCKET_RUNNING]          = {UNIT_ACTIVE,       true,  NULL, NULL, NULL, 0},
	[SOCKET_STOP_PRE]         = {UNIT_DEACTIVATING, true,  enter_stop_post, enter_stop_post, interrupt_stop_pre, 0},
	[SOCKET_STOP_PRE_SIGTERM] = {UNIT_DEACTIVATING, true,  enter_stop_post, enter_stop_post, kill_stop_pre, SERVICE_STOP_SIGTERM},
	[SOCKET_STOP_PRE_SIGKILL] = {UNIT_DEACTIVATING, true,  enter_stop_post, enter_stop_post, enter_stop_post, SERVICE_STOP_SIGKILL},
	[SOCKET_STOP_POST]        = {UNIT_DEACTIVATING, false, socket_enter_dead, socket_enter_dead, interrupt_stop_post, 0},
	[SOCKET_FINAL_SIGTERM]    = {UNIT_DEACTIVATING, false, socket_enter_dead, socket_enter_dead, kill_final, SERVICE_FINAL_SIGTERM},
	[SOCKET_FINAL_SIGKILL]    = {UNIT_DEACTIVATING, false, socket_enter_dead, socket_enter_dead, socket_enter_dead, SERVICE_FINAL_SIGKILL},
	[SOCKET_FAILED]           = {UNIT_FAILED,       false, NULL, NULL, NULL, 0},
};
/* clang-format on */

static const struct socket_settings *settings(const struct socket_unit *s)
{
	return s->unit->config->socket;
}

static void keep_result(struct socket_unit *s, enum trigger_result result)
{
	if (s->result == TRIGGER_SUCCESS)
		s->result = result;
}

void socket_set_state(struct socket_unit *s, enum socket_state state)
{
	struct service *p = s->unit->service;

	if (!rows[state].is_open)
		socket_close_ports(s, true);
	(void)socket_watch(s, state == SOCKET_LISTENING);
	if (p)
		service_arm_timer(p, rows[state].done ? settings(s)->timeout_usec : USEC_INFINITY);
	unit_set_state(s->unit, rows[state].active, state);
}

/* Runs a command of the list and rests in `state`. Whether it does; *r is what stood in the way. */
static bool rests(struct socket_unit *s, enum socket_state state, enum command_list list,
	size_t index, int *r)
{
	*r = 0;
	if (index >= config_commands(s->unit->config, list).count)
		return false;
	struct service *p = service_of(s->unit);
	if (p && p->control) /* one that KillMode=none let live */
		service_forget_process(p, &p->control);
	*r = p ? service_spawn(p, list, index, PROCESS_CONTROL) : -ENOMEM;
	if (*r < 0)
		return false;
	socket_set_state(s, state);
	return true;
}

/* Whether there was a process to signal, which it then waits for. */
static bool waits_for_killed(struct socket_unit *s, enum socket_state state)
{
	struct service *p = s->unit->service;

	if (!p || !service_kill(p, rows[state].kills))
		return false;
	socket_set_state(s, state);
	service_await_tree(p);
	return true;
}

void socket_enter_dead(struct socket_unit *s, enum trigger_result result)
{
	keep_result(s, result);
	socket_set_state(s, s->result == TRIGGER_SUCCESS ? SOCKET_DEAD : SOCKET_FAILED);
	if (!s->unit->service)
		return;
	service_release(s->unit->service);
	service_leave_cgroup(s->unit->service);
}

static void kill_final(struct socket_unit *s, enum trigger_result result)
{
	keep_result(s, result);
	if (!s->unit->config->kill->send_sigkill || !waits_for_killed(s, SOCKET_FINAL_SIGKILL))
		socket_enter_dead(s, TRIGGER_SUCCESS);
}

static void interrupt_stop_post(struct socket_unit *s, enum trigger_result result)
{
	keep_result(s, result);
	if (!waits_for_killed(s, SOCKET_FINAL_SIGTERM))
		kill_final(s, TRIGGER_SUCCESS);
}

static void enter_stop_post(struct socket_unit *s, enum trigger_result result)
{
	int r;

	keep_result(s, result);
	if (rests(s, SOCKET_STOP_POST, COMMANDS_STOP_POST, 0, &r))
		return;
	interrupt_stop_post(s, r < 0 ? TRIGGER_FAILURE_RESOURCES : TRIGGER_SUCCESS);
}

static void kill_stop_pre(struct socket_unit *s, enum trigger_result result)
{
	keep_result(s, result);
	if (!s->unit->config->kill->send_sigkill || !waits_for_killed(s, SOCKET_STOP_PRE_SIGKILL))
		enter_stop_post(s, TRIGGER_SUCCESS);
}

static void interrupt_stop_pre(struct socket_unit *s, enum trigger_result result)
{
	keep_result(s, result);
	if (!waits_for_killed(s, SOCKET_STOP_PRE_SIGTERM))
		kill_stop_pre(s, TRIGGER_SUCCESS);
}

void socket_enter_stop(struct socket_unit *s, enum trigger_result result)
{
	int r;

	keep_result(s, result);
	if (rests(s, SOCKET_STOP_PRE, COMMANDS_STOP_PRE, 0, &r))
		return;
	enter_stop_post(s, r < 0 ? TRIGGER_FAILURE_RESOURCES : TRIGGER_SUCCESS);
}

static void enter_listening(struct socket_unit *s, enum trigger_result result)
{
	(void)result;
	socket_listen(s);
}

static void enter_start_post(struct socket_unit *s, enum trigger_result result)
{
	int r;

	(void)result;
	if (rests(s, SOCKET_START_POST, COMMANDS_START_POST, 0, &r))
		return;
	if (r < 0)
		socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
	else
		socket_listen(s);
}

/* A child of ours that executes nothing. */
static int fork_owner(struct socket_unit *s)
{
	struct life *life = unit_life(s->unit);
	struct service *p = service_of(s->unit);

	if (!p || service_expect_control(p) < 0)
		return -ENOMEM;
	pid_t pid = fork();
	if (pid == 0)
		socket_give_files(s);
	if (pid < 0)
		return -errno;
	p->control = process_track(&life->processes, pid, PROCESS_CONTROL, s->unit);
	if (!p->control) {
		(void)kill(pid, SIGKILL);
		return -ENOMEM;
	}
	p->control->spawned = true;
	*p->control_record = (struct exit_record){.pid = pid, .start = p->control->started};
	return 0;
}

static void enter_chown(struct socket_unit *s, enum trigger_result result)
{
	int r = socket_open_ports(s);

	(void)result;
	if (r >= 0 && !settings(s)->user && !settings(s)->group) {
		enter_start_post(s, TRIGGER_SUCCESS);
		return;
	}
	if (r >= 0) {
		r = fork_owner(s);
		if (r < 0)
			log_line(LOG_ERR, r, s->unit->id, "cannot give its files to SocketUser=");
	}
	if (r < 0)
		socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
	else
		socket_set_state(s, SOCKET_START_CHOWN);
}

/* Forgets how an earlier life went. */
static void begin_life(struct service *p)
{
	service_forget_control(p);
	free(p->exec_failure);
	p->exec_failure = NULL;
	p->directories_made = false;
	service_new_invocation(p);
}

void socket_enter_start(struct socket_unit *s)
{
	bool executes = s->unit->config->commands.count > 0;
	struct service *p = executes ? service_of(s->unit) : s->unit->service;
	int r;

	if (p)
		begin_life(p);
	if (rests(s, SOCKET_START_PRE, COMMANDS_START_PRE, 0, &r))
		return;
	if (r < 0)
		socket_enter_dead(s, TRIGGER_FAILURE_RESOURCES);
	else
		enter_chown(s, TRIGGER_SUCCESS);
}

void socket_interrupt_start(struct socket_unit *s)
{
	interrupt_stop_pre(s, TRIGGER_SUCCESS);
}

pid_t socket_control_pid(const struct unit *u)
{
	return u->service && u->service->control ? u->service->control->pid : 0;
}

static enum trigger_result result_of(const struct socket_unit *s, const struct unit_event *event)
{
	enum service_result r = service_control_result(s->unit->service, event);

	return r == SERVICE_SUCCESS		? TRIGGER_SUCCESS
	       : r == SERVICE_FAILURE_EXIT_CODE ? TRIGGER_FAILURE_EXIT_CODE
	       : r == SERVICE_FAILURE_CORE_DUMP ? TRIGGER_FAILURE_CORE_DUMP
						: TRIGGER_FAILURE_SIGNAL;
}

static void tell_of_owner(const struct socket_unit *s, int status)
{
	const struct socket_settings *o = settings(s);

	log_line(LOG_ERR, 0, s->unit->id, "its files cannot be given to %s:%s: %s",
		o->user ? o->user : "", o->group ? o->group : "",
		status == EXIT_USER    ? "there is no such user"
		: status == EXIT_GROUP ? "there is no such group"
				       : "only root can give files to another user");
}

static void on_control_exit(struct socket_unit *s, const struct unit_event *event)
{
	enum socket_state state = (enum socket_state)s->unit->sub_state;
	const struct socket_state_row *row = &rows[state];
	struct service *p = s->unit->service;
	enum trigger_result result = TRIGGER_SUCCESS;
	int r = 0;

	if (!row->done)
		return;
	if (state != SOCKET_START_CHOWN)
		result = result_of(s, event);
	else if (event->code != CLD_EXITED || event->status) {
		tell_of_owner(s, event->status);
		result = event->code == CLD_EXITED ? TRIGGER_FAILURE_EXIT_CODE
						   : TRIGGER_FAILURE_SIGNAL;
	}
	/* The next command of the same list. */
	if (result == TRIGGER_SUCCESS && state != SOCKET_START_CHOWN && !row->kills &&
		rests(s, state, p->list, p->index + 1, &r))
		return;
	if (r < 0)
		result = TRIGGER_FAILURE_RESOURCES;
	if (result == TRIGGER_SUCCESS)
		row->done(s, result);
	else
		row->failed(s, result);
}

void socket_handle(struct unit *u, const struct unit_event *event)
{
	struct socket_unit *s = u->trigger;
	const struct socket_state_row *row = &rows[u->sub_state];

	if (!s || !row->done)
		return;
	if (event->kind == EVENT_CONTROL_EXITED)
		on_control_exit(s, event);
	else if (event->kind == EVENT_TIMEOUT) {
		log_line(LOG_WARNING, 0, u->id,
			"%s took longer than TimeoutSec=", socket_state_to_string(u->sub_state));
		row->late(s, TRIGGER_FAILURE_TIMEOUT);
	} else if (event->kind == EVENT_TREE_EMPTY && row->kills)
		row->done(s, TRIGGER_SUCCESS);
}
