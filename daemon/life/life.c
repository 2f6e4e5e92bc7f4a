/* SPDX-License-Identifier: MIT */
/* The ends of processes, and the turn: jobs that may run, consequences of changed states, trees
 * that emptied. */
#include "daemon/life/life.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/life/collect.h"
#include "daemon/life/idle.h"
#include "daemon/life/job_limit.h"
#include "daemon/life/react.h"
#include "daemon/life/service.h"
#include "daemon/life/upkeep.h"
#include "daemon/process/procfs.h"

DEFINE_ENUM_TABLE(unit_event_kind, EVENT_MAX, [EVENT_START] = "start", [EVENT_STOP] = "stop",
	[EVENT_RELOAD] = "reload", [EVENT_MAIN_EXITED] = "main-exited",
	[EVENT_CONTROL_EXITED] = "control-exited", [EVENT_EXEC_DONE] = "exec-done",
	[EVENT_NOTIFIED] = "notified", [EVENT_TREE_EMPTY] = "tree-empty",
	[EVENT_TIMEOUT] = "timeout", [EVENT_WATCHDOG] = "watchdog", [EVENT_OOM_KILL] = "oom-kill",
	[EVENT_PID_FILE] = "pid-file", [EVENT_BUS_NAME] = "bus-name", );

DEFINE_ENUM_TABLE(life_news_kind, NEWS_MAX, [NEWS_STATE] = "state", [NEWS_EXIT] = "exit",
	[NEWS_ADOPTED] = "adopted", [NEWS_REAPED] = "reaped", [NEWS_JOB] = "job",
	[NEWS_NOTIFY] = "notify", [NEWS_RELOADED] = "reloaded", [NEWS_CLEANED] = "cleaned", );

struct life *unit_life(const struct unit *u)
{
	return u->table->context;
}

/* The youngest with that number: those before it gave it away. Asked of those who changed their
 * marks alone. */
static uint64_t mark_of_ended(pid_t pid, void *data)
{
	const struct life *life = data;
	uint64_t mark = 0, since = 0;

	for (const struct service *s = life->by_mark; s; s = s->hh_mark.next) {
		const struct exit_record *records[] = {&s->main_record, s->control_record};

		for (size_t i = 0; i < ELEMENTS(records); i++)
			if (records[i] && records[i]->pid == pid &&
				records[i]->start.monotonic_usec >= since) {
				mark = s->mark;
				since = records[i]->start.monotonic_usec;
			}
	}
	return mark;
}

int life_open(struct life *life, struct loop *loop)
{
	*life = (struct life){.loop = loop,
		.units.context = life,
		.begin = moment_now(),
		.clock_change.fd = -1,
		.zone_change.fd = -1,
		.failures.fd = -1,
		.bus = {.loop = loop},
		.idle_pipe = {-1, -1}};
	life->spawn.console_fd = life->spawn.failure_fd = -1;
	life->jobs.changed = job_limit_set;
	life->cgroups.fd = -1;
	life->jobs.finished = react_to_job;
	life->jobs.warning = react_to_warning;
	life->jobs.data = life;
	life->processes.ended = mark_of_ended;
	life->processes.data = life;
	life->spawn.marks = &life->marks;
	int r = mark_space_open(&life->marks);
	if (r < 0)
		(void)log_warning_errno(r, "cannot mark processes (RLIMIT_LOCKS is too low); "
					   "following them by descent alone");
	return 0;
}

void life_end(struct life *life)
{
	for (size_t i = 0; i < life->units.count; i++)
		unit_machine(life->units.list[i])->done(life->units.list[i]);
	idle_close(life);
	life_end_births(life);
	life_close_cgroups(life);
}

void life_close(struct life *life)
{
	life_end(life);
	job_cancel_all(&life->jobs);
	timer_unwatch_clock(life);
	upkeep_close(life);
	unit_table_done(&life->units);
	dynamic_users_done(&life->dynamic_users);
	adopted_done(&life->adopted);
	process_table_done(&life->processes);
	free(life->bus.address);
}

void unit_handle(struct unit *u, const struct unit_event *event)
{
	unit_machine(u)->handle(u, event);
}

const char *unit_sub_state_name(const struct unit *u)
{
	return enum_to_string(unit_machine(u)->states, u->sub_state);
}

bool unit_can_reload(const struct unit *u)
{
	const struct unit_machine *m = unit_machine(u);

	return m->reload && (!m->can_reload || m->can_reload(u));
}

bool unit_start_limit_hit(struct unit *u)
{
	const struct unit_settings *settings = u->config->unit;

	u->start_limit_hit = start_limit_exceeded(settings->start_limit_interval_usec,
		settings->start_limit_burst, clock_monotonic_usec(), &u->start_limit_begin_usec,
		&u->start_limit_count);
	if (u->start_limit_hit)
		log_line(LOG_ERR, 0, u->id,
			"started %u times within its StartLimitIntervalSec=; not started again",
			settings->start_limit_burst);
	return u->start_limit_hit;
}

void unit_reset_failed(struct unit *u)
{
	u->start_limit_begin_usec = 0;
	u->start_limit_count = 0;
	u->start_limit_hit = false;
	if (u->service) {
		u->service->restarts = 0;
		u->service->result = u->service->reload_result = SERVICE_SUCCESS;
	}
	if (u->active == UNIT_FAILED && unit_machine(u)->reset_failed)
		unit_machine(u)->reset_failed(u);
}

void unit_forget_limits(struct unit *u)
{
	u->start_limit_begin_usec = u->upkeep_begin_usec = 0;
	u->start_limit_count = u->upkeep_count = 0;
	upkeep_queue(unit_life(u), u);
}

struct unit *life_mark_owner(uint64_t mark, void *data)
{
	struct life *life = data;
	struct service *s = NULL;

	HASH_FIND(hh_mark, life->by_mark, &mark, sizeof(mark), s);
	return s ? s->unit : NULL;
}

void life_enqueue(struct life *life, struct unit *u, unsigned work)
{
	bool waits = u->queued != 0;

	u->queued |= work;
	if (waits)
		return;
	u->next_in_queue = NULL;
	if (life->queue_last)
		life->queue_last->next_in_queue = u;
	else
		life->queue_first = u;
	life->queue_last = u;
}

static struct unit *dequeue(struct life *life)
{
	struct unit *u = life->queue_first;

	if (!u)
		return NULL;
	life->queue_first = u->next_in_queue;
	if (!life->queue_first)
		life->queue_last = NULL;
	u->next_in_queue = NULL;
	return u;
}

static void on_adopted(const struct proc_info *p, void *data)
{
	struct life *life = data;

	life->counters.orphans_adopted++;
	if (life->hooks.news)
		life->hooks.news(
			&(struct life_news){.kind = NEWS_ADOPTED, .pid = p->pid, .text = p->name},
			life->hooks.data);
}

void life_look_for_adopted(struct life *life)
{
	if (life->looked)
		return;
	life->looked =
		adopted_look(&life->adopted, &life->processes, &life->marks, on_adopted, life) >= 0;
}

/* It may have spoken and died at once. While it is a zombie, its user and number tell who spoke. */
static void hear_last_words(struct life *life, const struct process *p)
{
	life_hear_failures(life);
	if (p->unit && p->unit->service)
		notify_drain(p->unit->service->notify);
}

bool life_child_died(struct life *life, const struct reaped *r)
{
	const struct process *p = process_find(&life->processes, r->pid);
	bool was_adopted = adopted_forget(&life->adopted, r->pid);

	life->child_died = true;
	birth_forget(&life->places, r->pid);
	if (p)
		hear_last_words(life, p);
	if (p && process_find(&life->processes, r->pid)) /* it named nobody in its place */
		return true;
	if (!was_adopted)
		life->counters.orphans_adopted++; /* it ended before it was noticed */
	react_to_orphan_end(life, r);
	return false;
}

void life_process_ended(struct life *life, struct process *p)
{
	struct unit *u = p->unit;
	struct service *s = u->service;
	const struct reaped r = {p->pid, p->code, p->status};
	bool is_main = s->main == p;
	struct exit_record *record = is_main ? &s->main_record : s->control_record;

	if (s->output)
		output_drain(s->output);
	if (is_main && service_follow_pid_file(s))
		return;
	record->code = r.code;
	record->status = r.status;
	record->exit = moment_now();
	service_forget_process(s, is_main ? &s->main : &s->control);
	react_to_exit(life, u, &r, is_main);
	service_check_oom(s);
	unit_handle(
		u, &(struct unit_event){.kind = is_main ? EVENT_MAIN_EXITED : EVENT_CONTROL_EXITED,
			   .code = r.code,
			   .status = r.status});
}

static void do_queued_work(struct life *life)
{
	for (struct unit *u = dequeue(life); u; u = dequeue(life)) {
		unsigned work = u->queued;

		u->queued = 0;
		if (work & WORK_REACT)
			react_to_state(life, u);
		else if (work & WORK_TRIGGERS)
			react_to_triggered(u);
		if (work & WORK_JOB_FAILED)
			react_to_failed_job(life, u);
		collect_instance(life, u);
	}
}

/* Asks once for all units that wait for their last process; those that are not empty go on waiting.
 */
static void look_at_trees(struct life *life)
{
	struct service *list = life->watchers;

	if (!life->child_died && !list)
		return;
	life->child_died = false;
	life->watchers = NULL;
	while (list) {
		struct service *s = list;

		list = s->next_watcher;
		s->watches_tree = false;
		if (s->main || s->control)
			continue;
		if (service_tree_is_alive(s)) {
			s->watches_tree = true;
			s->next_watcher = life->watchers;
			life->watchers = s;
			continue;
		}
		unit_handle(s->unit, &(struct unit_event){.kind = EVENT_TREE_EMPTY});
	}
}

/* Each with what follows from it at once; false: a turn's time is over, and there may be more. */
static bool run_jobs(struct life *life)
{
	uint64_t end_usec = clock_monotonic_usec() + LIMIT_JOBS_PER_TURN_USEC;

	while (react_run_job(life)) {
		do_queued_work(life);
		if (clock_monotonic_usec() > end_usec)
			return false;
	}
	return true;
}

void life_settle(struct life *life)
{
	do_queued_work(life);
	upkeep(life);
	do_queued_work(life);
}

void life_turn(struct life *life)
{
	bool all_ran;

	do {
		life_settle(life);
		all_ran = run_jobs(life);
	} while (life->upkeep_first && all_ran);
	look_at_trees(life);
	idle_release(life);
	life_sweep_births(life);
	life->looked = false;
	collect_turn(life);
	if (life->queue_first || !all_ran)
		loop_turn_again(life->loop);
}
