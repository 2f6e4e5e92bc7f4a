/* SPDX-License-Identifier: MIT */
/* The processes of a service: from its settings to a child, from a signal to all of them, to the
 * last exit. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/signal_name.h"
#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/file/types.h"
#include "daemon/life/idle.h"
#include "daemon/life/service.h"

const struct command *service_command(const struct service *s, enum command_list list, size_t index)
{
	struct commands c = config_commands(s->unit->config, list);

	return index < c.count ? &c.list[index] : NULL;
}

/* Whether what it writes is kept by us. */
static bool is_captured(const struct exec_settings *exec)
{
	return stdio_is_journal(exec->output.kind) || stdio_is_journal(exec->error.kind);
}

static const char *kept_setting(const struct service *s, const char *key)
{
	return kept_get(s->unit->config, directive_find("Service", key));
}

static int output_fd(struct service *s)
{
	struct life *life = unit_life(s->unit);

	if (!life->output || !is_captured(s->unit->config->exec))
		return -1;
	if (!s->output)
		s->output = output_new(life->output, s->unit->id);
	if (!s->output)
		return -1;
	service_set_output(s);
	int fd = output_open(s->output);
	if (fd < 0)
		log_line(LOG_WARNING, fd, s->unit->id, "cannot keep its output");
	return fd < 0 ? -1 : fd;
}

static int wear_mark(struct service *s)
{
	struct life *life = unit_life(s->unit);

	if (s->mark)
		return 0;
	do
		s->mark = mark_next(&life->marks);
	while (s->mark && life_mark_owner(s->mark, life));
	if (!s->mark)
		return 0;
	HASH_ADD(hh_mark, life->by_mark, mark, sizeof(s->mark), s);
	if (HASH_IS_IN(hh_mark, s))
		return 0;
	s->mark = 0;
	return -ENOMEM;
}

int service_expect_control(struct service *s)
{
	if (!s->control_record)
		s->control_record = calloc(1, sizeof(*s->control_record));
	return s->control_record ? 0 : -ENOMEM;
}

void service_forget_control(struct service *s)
{
	if (s->control_record)
		*s->control_record = (struct exit_record){0};
}

static void book_process(struct service *s, struct process *p)
{
	struct exit_record record = {.pid = p->pid, .start = p->started};

	if (p->role == PROCESS_MAIN) {
		s->main = p;
		s->main_record = record;
	} else {
		s->control = p;
		*s->control_record = record;
	}
}

static int follow(struct service *s, enum process_role role, pid_t pid)
{
	struct process *p = process_track(&unit_life(s->unit)->processes, pid, role, s->unit);

	if (!p) {
		(void)kill(pid, SIGKILL);
		return log_line(
			LOG_ERR, ENOMEM, s->unit->id, "cannot follow a new process; ended it");
	}
	p->spawned = true;
	p->mark = s->mark;
	book_process(s, p);
	return 0;
}

static bool waits_for_jobs(const struct service *s, enum command_list list)
{
	return list == COMMANDS_START && service_settings(s)->type == SERVICE_IDLE;
}

/* What there has to be before a child. */
static int get_ready(struct service *s, enum command_list list, char ***ret_variables)
{
	if (service_takes_notify(s))
		(void)service_open_notify(s);
	int r = life_prepare_births(unit_life(s->unit));
	r = r < 0 ? r : wear_mark(s);
	return r < 0 ? r : service_collect_variables(s, list, ret_variables);
}

int service_spawn(struct service *s, enum command_list list, size_t index, enum process_role role)
{
	struct life *life = unit_life(s->unit);
	_cleanup_(strv_freep) char **variables = NULL;

	if (role == PROCESS_CONTROL) {
		s->list = list;
		s->index = (unsigned)index;
	}
	if (life->killing)
		return -ESHUTDOWN;
	service_signal_others_now(s); /* it is not for those that come now */
	int r = role == PROCESS_CONTROL ? service_expect_control(s) : 0;
	r = r < 0 ? r : get_ready(s, list, &variables);
	if (r < 0)
		return log_line(LOG_ERR, r, s->unit->id, "cannot start a process");

	_cleanup_(freep) int *fds = NULL;
	_cleanup_(strv_freep) char **fd_names = NULL;
	int fd_count = list == COMMANDS_START ? service_collect_fds(s, &fds, &fd_names) : 0;
	if (fd_count < 0)
		return log_line(LOG_ERR, fd_count, s->unit->id, "cannot start a process");
	_cleanup_(closep) int cgroup_fd = service_enter_cgroup(s, list);
	_cleanup_(closep) int until_exec_fd = -1;
	if (role == PROCESS_MAIN && (r = service_watch_exec(s, &until_exec_fd)) < 0)
		return log_line(LOG_ERR, r, s->unit->id, "cannot watch how its start goes");
	const struct spawn_request request = {
		.context = &life->spawn,
		.unit_id = s->unit->id,
		.exec = s->unit->config->exec,
		.config = s->unit->config,
		.private_tmp = service_private_tmp(s),
		.dynamic_uid = service_dynamic_uid(s),
		.network_pid = service_namespace_pid(s, "PrivateNetwork"),
		.ipc_pid = service_namespace_pid(s, "PrivateIPC"),
		.command = service_command(s, list, index),
		.list = list,
		.is_first = !s->directories_made,
		.mark = s->mark,
		.cgroup_fd = cgroup_fd,
		.delegates = service_delegates(s),
		.output_fd = output_fd(s),
		.until_exec_fd = until_exec_fd,
		.variables = variables,
		.fds = fds,
		.fd_count = (size_t)fd_count,
		.fd_names = fd_names,
		.idle = waits_for_jobs(s, list) ? idle_pipe_of(life) : NULL,
		.root_start_only = service_settings(s)->root_directory_start_only,
		.permissions_start_only = service_settings(s)->permissions_start_only,
	};
	pid_t pid = spawn_command(&request);
	if (s->output)
		output_release(s->output);
	if (pid < 0)
		return log_line(
			LOG_ERR, pid, s->unit->id, "cannot start %s", request.command->path);
	life->counters.spawned++;
	s->directories_made = true;
	return follow(s, role, pid);
}

void service_forget_process(struct service *s, struct process **p)
{
	if (!*p)
		return;
	process_forget(&unit_life(s->unit)->processes, *p);
	*p = NULL;
}

static int signal_for(const struct service *s, enum service_state state)
{
	const struct kill_settings *k = service_settings_kill(s);
	const struct job *job = s->unit->job;

	switch (state) {
	case SERVICE_STOP_SIGKILL:
	case SERVICE_FINAL_SIGKILL:
		return k->final_signal;
	case SERVICE_STOP_WATCHDOG:
	case SERVICE_FINAL_WATCHDOG:
		return k->watchdog_signal;
	default:
		return job && job->type == JOB_RESTART && k->restart_signal ? k->restart_signal
									    : k->signal;
	}
}

/* A stopped process acts on no signal but SIGKILL, so it is woken too. */
static bool signal_process(struct service *s, struct process **process, int sig, bool hangup)
{
	const struct process *p = *process;
	int r = p ? process_signal(p, sig) : -ESRCH;

	if (r == -ESRCH && p && !p->spawned) /* whose child it was has reaped it */
		service_forget_process(s, process);
	if (r < 0)
		return false;
	if (sig != SIGKILL && sig != SIGCONT)
		(void)process_signal(p, SIGCONT);
	if (hangup)
		(void)process_signal(p, SIGHUP);
	return true;
}

bool service_kill(struct service *s, enum service_state state)
{
	const struct kill_settings *k = service_settings_kill(s);
	bool kills = state == SERVICE_STOP_SIGKILL || state == SERVICE_FINAL_SIGKILL;
	int sig = signal_for(s, state);

	if (k->mode == KILL_NONE)
		return false;
	bool found = signal_process(s, &s->main, sig, k->send_sighup && !kills);
	found |= signal_process(s, &s->control, sig, k->send_sighup && !kills);
	if ((k->mode == KILL_MIXED && !kills) || k->mode == KILL_PROCESS)
		return found;
	if (!found) {
		(void)service_forget_signal(s);
		return service_signal_others(s, sig, !kills) > 0;
	}
	service_signal_others_later(s, sig, !kills);
	return true;
}

static enum service_result result_of(const struct unit_event *event)
{
	return event->code == CLD_EXITED   ? SERVICE_FAILURE_EXIT_CODE
	       : event->code == CLD_DUMPED ? SERVICE_FAILURE_CORE_DUMP
					   : SERVICE_FAILURE_SIGNAL;
}

/* As systemd does it, SuccessExitStatus= is for every command; the signals that end a daemon well
 * are for what ExecStart= began. */
static enum service_result judge(const struct service *s, enum command_list list, size_t index,
	const struct unit_event *event)
{
	const struct service_settings *settings = service_settings(s);
	const struct command *c = service_command(s, list, index);
	bool daemon = settings->type != SERVICE_ONESHOT && list == COMMANDS_START;

	if (exit_is_clean(event->code, event->status, daemon, settings->success_status) ||
		(c && c->flags & COMMAND_IGNORE_FAILURE))
		return SERVICE_SUCCESS;
	return result_of(event);
}

enum service_result service_main_result(const struct service *s, const struct unit_event *event)
{
	return judge(s, COMMANDS_START, s->main_index, event);
}

enum service_result service_control_result(const struct service *s, const struct unit_event *event)
{
	return judge(s, s->list, s->index, event);
}

static void remove_runtime_folders(struct service *s)
{
	const struct exec_settings *exec = s->unit->config->exec;
	int r = directories_remove(
		&unit_life(s->unit)->spawn, exec, DIRECTORY_RUNTIME, LIMIT_FOLDER_ENTRIES);

	if (r == -E2BIG)
		log_line(LOG_WARNING, 0, s->unit->id,
			"RuntimeDirectory= stays: more than %d files in it, or %d folders deep",
			LIMIT_FOLDER_ENTRIES, LIMIT_FOLDER_DEPTH);
	else if (r < 0)
		log_line(LOG_WARNING, r, s->unit->id, "cannot remove RuntimeDirectory=");
}

void service_release(struct service *s)
{
	struct life *life = unit_life(s->unit);
	const struct service_settings *settings = service_settings(s);
	const struct exec_settings *exec = s->unit->config->exec;
	enum preserve_mode preserve = exec->runtime_directory_preserve;

	service_disarm_watchdog(s);
	service_unwatch_pid_file(s);
	notify_close(s->notify);
	if (s->output)
		output_end_line(s->output);
	if (settings->pid_file && s->main_record.pid)
		(void)unlink(settings->pid_file);
	if (s->directories_made && preserve != PRESERVE_YES &&
		!(preserve == PRESERVE_RESTART && s->verdict.again))
		remove_runtime_folders(s);
	service_leave_private_tmp(s);
	service_remove_ipc(s);
	if (s->directories_made &&
		(kept_setting(s, "LoadCredential") || kept_setting(s, "SetCredential") ||
			kept_setting(s, "ImportCredential")))
		(void)credentials_remove(&life->spawn, s->unit->id);
	/* What is kept for a restart is released once more when there is none. */
	if (!s->verdict.again)
		s->directories_made = false;
}
