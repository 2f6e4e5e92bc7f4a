/* SPDX-License-Identifier: MIT */
#include "daemon/process/kin.h"

#include <errno.h>
#include <unistd.h>

#include "daemon/process/procfs.h"

#define MAX_STEPS                                                                                  \
	64 /* up a line of parents: whoever is further away has another way to be known            \
	    */

/* Of one that we started, or that wears both limits as they were given. */
static uint64_t certain_mark(
	const struct mark_space *space, const struct process_table *processes, pid_t pid)
{
	const struct process *known = process_find(processes, pid);
	struct mark_limits limits;

	if (known)
		return known->mark;
	return mark_read(pid, &limits) >= 0 ? mark_of_limits(space, &limits) : 0;
}

static uint64_t mark_of_parents(
	const struct mark_space *space, const struct process_table *processes, pid_t pid)
{
	struct proc_info info;

	for (int step = 0; step < MAX_STEPS && pid > 1 && pid != getpid(); step++) {
		uint64_t mark = certain_mark(space, processes, pid);

		if (mark)
			return mark;
		if (proc_read(pid, &info) < 0)
			return 0;
		pid = info.ppid;
	}
	return 0;
}

/* Nobody can enter a session that he was not born into (setsid(2)), and its number is not given
 * away while it has members. */
static uint64_t mark_of_session(
	const struct mark_space *space, const struct process_table *processes, pid_t sid)
{
	int r = sid > 1 ? proc_is_below_us(sid) : 0;

	if (r == -ESRCH && processes->ended)
		return processes->ended(sid, processes->data);
	return r > 0 ? certain_mark(space, processes, sid) : 0;
}

uint64_t kin_mark(const struct mark_space *space, const struct process_table *processes, pid_t pid)
{
	const struct process *known = process_find(processes, pid);
	struct mark_limits limits;
	struct proc_info info;

	if (known)
		return known->mark;
	if (mark_read(pid, &limits) < 0)
		return 0;
	uint64_t mark = mark_of_limits(space, &limits);
	if (mark || proc_read(pid, &info) < 0)
		return mark;
	mark = mark_of_parents(space, processes, info.ppid);
	if (!mark)
		mark = mark_of_session(space, processes, info.sid);
	return mark ? mark : mark_hint(space, &limits);
}
