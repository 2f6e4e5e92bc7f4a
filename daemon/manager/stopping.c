/* SPDX-License-Identifier: MIT */
/*
 * The ordered stop: units by stop jobs in reverse order, then TERM for whoever is left, then KILL;
 * one deadline for all of it, and gone at once when all is dead.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/signal_name.h"
#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/manager/manager.h"
#include "daemon/process/tree.h"

/* What is kept of the budget for the last SIGKILL to take effect. */
#define LAST_MOMENT_USEC (300 * USEC_PER_MSEC)
#define STOP_AGAIN_USEC (100 * USEC_PER_MSEC)
#define LAST_LINES 10
#define LAST_WORDS_MSEC 1000 /* for a reader that is slow to take them */

static bool has_children(void)
{
	siginfo_t info;
	int r;

	do
		r = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
	while (r < 0 && errno == EINTR);
	return r == 0 || errno != ECHILD;
}

static void on_stop_timer(struct loop_timer *t)
{
	manager_hurry(t->data, "the time for stopping is over");
}

static void arm(struct manager *m, uint64_t at_usec)
{
	m->stop_timer.fn = on_stop_timer;
	m->stop_timer.data = m;
	(void)loop_timer_set(m->loop, &m->stop_timer, at_usec);
}

static int signal_child(pid_t pid, void *data)
{
	const int *sig = data;

	(void)kill(pid, *sig);
	if (*sig != SIGKILL)
		(void)kill(pid, SIGCONT);
	return 0;
}

static void signal_everyone(struct manager *m, int sig)
{
	struct tree tree;
	int r = tree_scan(&m->life.marks, &m->life.processes, life_mark_owner, &m->life, &tree);

	if (r < 0) { /* no /proc: in a PID namespace of our own, everyone is ours */
		if (m->is_pid1)
			(void)kill(-1, sig);
		else
			(void)proc_each_own_child(signal_child, &sig);
		return;
	}
	for (size_t i = 0; i < tree.count; i++)
		if (tree.nodes[i].info.state != 'Z') {
			(void)proc_signal(&tree.nodes[i].info, sig);
			if (sig != SIGKILL)
				(void)proc_signal(&tree.nodes[i].info, SIGCONT);
		}
	tree_done(&tree);
}

static void finish(struct manager *m)
{
	if (m->stop_phase == STOP_NOT)
		return;
	if (m->last_words)
		log_last_words(m->last_words, LAST_WORDS_MSEC);
	loop_exit(m->loop, m->exit_status);
}

static void stop_units(struct manager *m);

static void on_stop_again(struct loop_timer *t)
{
	struct manager *m = t->data;

	if (m->stop_phase == STOP_UNITS)
		stop_units(m);
}

/* What could not be asked for now (no memory) is asked for again. */
static void stop_units(struct manager *m)
{
	struct life *life = &m->life;
	bool refused = false;

	for (size_t i = 0; i < life->units.count; i++) {
		struct unit *u = life->units.list[i];

		if (!unit_is_inactive_or_failed(u) || (u->job && u->job->type != JOB_STOP))
			refused |= life_request(life, u, JOB_STOP, JOB_MODE_REPLACE) < 0;
	}
	m->stop_again.fn = on_stop_again;
	m->stop_again.data = m;
	if (refused)
		(void)loop_timer_set(
			m->loop, &m->stop_again, usec_add(clock_monotonic_usec(), STOP_AGAIN_USEC));
}

static bool units_are_down(const struct manager *m)
{
	const struct life *life = &m->life;

	if (life->jobs.count)
		return false;
	for (size_t i = 0; i < life->units.count; i++)
		if (!unit_is_inactive_or_failed(life->units.list[i]))
			return false;
	return true;
}

void manager_stop(struct manager *m, int exit_status, const char *why)
{
	uint64_t now = clock_monotonic_usec();

	m->exit_status = exit_status;
	if (m->state == MANAGER_STOPPING)
		return;
	if (m->life.units.count)
		log_info("stopping: %s", why);
	m->state = MANAGER_STOPPING;
	outside_stopping(m);
	m->life.stopping = true;
	m->stop_phase = STOP_UNITS;
	m->stop_deadline_usec = usec_add(now, m->settings.stop_budget_usec);
	if (m->stop_deadline_usec != USEC_INFINITY) {
		uint64_t reserve = m->settings.stop_budget_usec / 2 < LAST_MOMENT_USEC
					   ? m->settings.stop_budget_usec / 2
					   : LAST_MOMENT_USEC;
		m->life.stop_deadline_usec = m->stop_deadline_usec - reserve;
		arm(m, m->life.stop_deadline_usec);
	}
	stop_units(m);
	loop_turn_again(m->loop);
}

void manager_hurry(struct manager *m, const char *why)
{
	if (m->state != MANAGER_STOPPING)
		return;
	if (m->stop_phase == STOP_KILL) { /* what outlives SIGKILL cannot be waited for */
		log_warning("processes outlive SIGKILL; going without them");
		finish(m);
		return;
	}
	if (has_children())
		log_warning("%s: killing what is left", why);
	m->stop_phase = STOP_KILL;
	m->life.killing = true;
	signal_everyone(m, SIGKILL);
	arm(m, usec_add(clock_monotonic_usec(), 2 * LAST_MOMENT_USEC));
	loop_turn_again(m->loop);
}

void stopping_turn(struct manager *m)
{
	struct entrypoint *e = &m->entrypoint;

	if (m->state != MANAGER_STOPPING)
		return;
	if (!has_children() && (m->stop_phase == STOP_KILL || units_are_down(m))) {
		finish(m);
		return;
	}
	if (m->stop_phase == STOP_KILL) /* whose parent has ended by now */
		(void)proc_each_own_child(signal_child, &(int){SIGKILL});
	if (m->stop_phase != STOP_UNITS || !units_are_down(m) || e->process)
		return;

	m->stop_phase = STOP_REST;
	journal_close(m);
	log_files_close(m);
	signal_everyone(m, SIGTERM);
	if (m->stop_deadline_usec == USEC_INFINITY)
		arm(m, usec_add(clock_monotonic_usec(), m->life.loader.default_timeout_stop_usec));
}

static void add_line(const struct output_line *line, void *data)
{
	fprintf(data, "\n  | %.*s", (int)line->length, line->text);
}

/* Which unit decided, how it ended, and the last that it said. */
static char *make_last_words(const struct unit *u, int status, const char *why)
{
	const struct service *s = u->service;
	char *text = NULL, name[SIGNAL_NAME_MAX];
	size_t length;
	FILE *f = open_memstream(&text, &length);

	if (!f)
		return NULL;
	fprintf(f, "reaperd: %s ended everything (%s)", u->id, why);
	if (s && s->main_record.code == CLD_EXITED)
		fprintf(f, ": its main process exited with status %d", s->main_record.status);
	else if (s && s->main_record.code)
		fprintf(f, ": its main process was ended by %s",
			signal_to_string(s->main_record.status, name));
	else if (s && s->result != SERVICE_SUCCESS)
		fprintf(f, ": %s", service_result_to_string(s->result));
	fprintf(f, "; exit status %d", status);
	if (s && s->output)
		(void)output_foreach(s->output, LAST_LINES, 0, add_line, f);
	fputc('\n', f);
	fclose(f);
	return text;
}

static int status_of(const struct unit *u)
{
	const struct service *s = u->service;

	if (!s)
		return 0;
	if (s->main_record.code == CLD_EXITED)
		return s->main_record.status;
	if (s->main_record.code)
		return 128 + s->main_record.status;
	return s->result == SERVICE_SUCCESS ? 0 : 1;
}

void manager_action(
	struct unit *u, enum emergency_action action, int status, const char *why, void *manager)
{
	struct manager *m = manager;

	if (m->state == MANAGER_STOPPING)
		return;
	int code = status >= 0 ? status : status_of(u);
	free(m->last_words);
	m->last_words = make_last_words(u, code, why);
	manager_stop(m, code, why);
	if (action == ACTION_EXIT_FORCE || action == ACTION_POWEROFF_FORCE ||
		action == ACTION_REBOOT_FORCE || action == ACTION_POWEROFF_IMMEDIATE ||
		action == ACTION_REBOOT_IMMEDIATE)
		manager_hurry(m, why);
}
