/* SPDX-License-Identifier: MIT */
/* Dead children taken in, and children that came to us by adoption. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/manager/generators.h"
#include "daemon/process/procfs.h"

/* In one turn at most so many, so that a storm of orphans does not keep everyone else waiting. */
#define REAP_BUDGET 512

static void warn_reaped(const struct reaped *r)
{
	struct proc_info info;

	log_warning("reaped orphan %d (%s)", (int)r->pid,
		proc_read(r->pid, &info) >= 0 ? info.name : "?");
}

static void helper_ended(struct manager *m, struct process *p)
{
	if (p == m->generators)
		generators_ended(m);
	else if (p == m->journal)
		journal_ended(m);
	else if (p == m->log_writer)
		log_files_ended(m);
	else if (p->unit)
		life_cleaned(&m->life, p);
	else /* whose end nobody waits for */
		(void)process_forget(&m->life.processes, p);
}

static void on_dead_child(const struct reaped *r, void *data)
{
	struct manager *m = data;

	if (!life_child_died(&m->life, r) && m->options.warn_reaped)
		warn_reaped(r);
}

static void process_ended(struct manager *m, struct process *p)
{
	if (p == m->entrypoint.process)
		entrypoint_ended(m, p);
	else if (p->role == PROCESS_HELPER)
		helper_ended(m, p);
	else
		life_process_ended(&m->life, p);
}

/* One command alone, and nobody to ask: names of orphans are of no use. */
static bool somebody_listens(const struct manager *m)
{
	return m->options.unit_count || !m->options.command || m->options.warn_reaped || m->socket;
}

unsigned manager_reap(struct manager *m)
{
	struct process_table *t = &m->life.processes;
	struct process *p;
	unsigned n =
		reap_drain(t, &m->life.reaping, REAP_BUDGET, somebody_listens(m), on_dead_child, m);

	/* What they left is ours by now: one look shows it for all. The consequences of one end
	 * before the next is acted on: the first may ask for another's. */
	m->life.looked = false;
	for (life_settle(&m->life); (p = process_next_gone(t)); life_settle(&m->life))
		process_ended(m, p);
	if (n == REAP_BUDGET)
		(void)loop_timer_set(m->loop, &m->sweep_timer, clock_monotonic_usec());
	if (m->entrypoint.process && m->entrypoint.tty_fd >= 0)
		entrypoint_child_changed(m);
	return n;
}

static void on_sweep(struct loop_timer *t)
{
	struct manager *m = t->data;

	if (manager_reap(m) < REAP_BUDGET)
		manager_arm_sweep(m);
}

void manager_arm_sweep(struct manager *m)
{
	m->sweep_timer.fn = on_sweep;
	m->sweep_timer.data = m;
	if (m->settings.reap_interval_usec)
		(void)loop_timer_set(m->loop, &m->sweep_timer,
			usec_add(clock_monotonic_usec(), m->settings.reap_interval_usec));
}

void manager_notice_adopted(struct manager *m)
{
	if (somebody_listens(m))
		life_look_for_adopted(&m->life);
}
