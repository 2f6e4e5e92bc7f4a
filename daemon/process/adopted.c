/* SPDX-License-Identifier: MIT */
#include "daemon/process/adopted.h"

#include <errno.h>
#include <stdlib.h>

#include "common/clock.h"
#include "daemon/base/reserve.h"
#include "daemon/process/kin.h"

static struct adopted *find(const struct adopted_table *t, pid_t pid)
{
	struct adopted *a = NULL;

	HASH_FIND_INT(t->by_pid, &pid, a);
	return a;
}

struct look {
	struct adopted_table *table;
	const struct process_table *processes;
	const struct mark_space *space;
	adopted_fn *fn;
	void *data;
};

static int remember(const struct look *look, const struct proc_info *p)
{
	struct adopted *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	*a = (struct adopted){.pid = p->pid,
		.mark = kin_mark(look->space, look->processes, p->pid),
		.since_usec = clock_realtime_usec()};
	HASH_ADD_INT(look->table->by_pid, pid, a);
	if (!HASH_IS_IN(hh, a)) {
		free(a);
		return -ENOMEM;
	}
	look->fn(p, look->data);
	return 0;
}

static int look_at(pid_t pid, void *data)
{
	const struct look *look = data;
	struct proc_info info;

	if (process_find(look->processes, pid) || find(look->table, pid))
		return 0;
	int r = proc_read(pid, &info);
	if (r >= 0 && info.state != 'Z')
		r = remember(look, &info);
	look->table->is_incomplete |= is_lack(r);
	return 0;
}

int adopted_look(struct adopted_table *t, const struct process_table *processes,
	const struct mark_space *space, adopted_fn *fn, void *data)
{
	struct look look = {t, processes, space, fn, data};

	t->is_incomplete = false;
	int r = proc_each_own_child(look_at, &look);
	t->is_incomplete |= is_lack(r);
	return r;
}

uint64_t adopted_since(const struct adopted_table *t, pid_t pid)
{
	const struct adopted *a = find(t, pid);

	return a ? a->since_usec : 0;
}

static bool is_of(const struct adopted *a, const struct process_table *processes, uint64_t mark)
{
	return a->mark == mark && !process_find(processes, a->pid);
}

static bool is_alive(const struct adopted *a, const struct process_table *processes, uint64_t mark)
{
	struct proc_info info;

	return is_of(a, processes, mark) && proc_read(a->pid, &info) >= 0 && info.state != 'Z' &&
	       info.state != 'X';
}

bool adopted_has_mark(
	const struct adopted_table *t, const struct process_table *processes, uint64_t mark)
{
	for (const struct adopted *a = t->by_pid; a; a = a->hh.next)
		if (is_alive(a, processes, mark))
			return true;
	return t->is_incomplete;
}

bool adopted_has_dead(
	const struct adopted_table *t, const struct process_table *processes, uint64_t mark)
{
	for (const struct adopted *a = t->by_pid; a; a = a->hh.next)
		if (is_of(a, processes, mark) && !is_alive(a, processes, mark))
			return true;
	return false;
}

pid_t adopted_only(
	const struct adopted_table *t, const struct process_table *processes, uint64_t mark)
{
	pid_t found = 0;

	for (const struct adopted *a = t->by_pid; a; a = a->hh.next) {
		if (!is_alive(a, processes, mark))
			continue;
		if (found)
			return 0;
		found = a->pid;
	}
	return found;
}

bool adopted_forget(struct adopted_table *t, pid_t pid)
{
	struct adopted *a = find(t, pid);

	if (!a)
		return false;
	HASH_DEL(t->by_pid, a);
	free(a);
	return true;
}

void adopted_done(struct adopted_table *t)
{
	while (t->by_pid)
		(void)adopted_forget(t, t->by_pid->pid);
}
