/* SPDX-License-Identifier: MIT */
#include "daemon/process/process.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "daemon/process/procfs.h"

DEFINE_ENUM_TABLE(process_role,
	PROCESS_ROLE_MAX, [PROCESS_MAIN] = "main", [PROCESS_CONTROL] = "control",
	[PROCESS_COMMAND] = "command", [PROCESS_HELPER] = "helper", );

struct process *process_track(
	struct process_table *t, pid_t pid, enum process_role role, struct unit *unit)
{
	struct process *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->pid = pid;
	p->role = role;
	p->unit = unit;
	p->started = moment_now();
	HASH_ADD_INT(t->by_pid, pid, p);
	if (HASH_IS_IN(hh, p))
		return p;
	free(p);
	return NULL;
}

struct process *process_find(const struct process_table *t, pid_t pid)
{
	struct process *p = NULL;

	HASH_FIND_INT(t->by_pid, &pid, p);
	return p;
}

void process_gone(struct process_table *t, struct process *p, int code, int status)
{
	HASH_DEL(t->by_pid, p);
	p->is_gone = true;
	p->code = code;
	p->status = status;
	p->next_gone = NULL;
	if (t->gone_last)
		t->gone_last->next_gone = p;
	else
		t->gone_first = p;
	t->gone_last = p;
}

struct process *process_next_gone(struct process_table *t)
{
	struct process *p = t->gone_first;

	if (!p)
		return NULL;
	t->gone_first = p->next_gone;
	if (!t->gone_first)
		t->gone_last = NULL;
	return p;
}

/* Forgotten before its turn came. */
static void leave_line(struct process_table *t, const struct process *p)
{
	struct process *before = NULL, *at = t->gone_first;

	for (; at && at != p; at = at->next_gone)
		before = at;
	if (!at)
		return;
	if (before)
		before->next_gone = p->next_gone;
	else
		t->gone_first = p->next_gone;
	if (t->gone_last == p)
		t->gone_last = before;
}

int process_signal(const struct process *p, int sig)
{
	const struct proc_info identity = {.pid = p->pid, .start_ticks = p->start_ticks};

	if (p->is_gone)
		return 0;
	if (p->spawned)
		return kill(p->pid, sig) < 0 ? -errno : 0;
	return proc_signal(&identity, sig);
}

struct process *process_forget(struct process_table *t, struct process *p)
{
	if (!p)
		return NULL;
	if (p->is_gone)
		leave_line(t, p);
	else
		HASH_DEL(t->by_pid, p);
	free(p);
	return NULL;
}

void process_table_done(struct process_table *t)
{
	while (t->by_pid)
		(void)process_forget(t, t->by_pid);
	while (t->gone_first)
		(void)process_forget(t, t->gone_first);
}
