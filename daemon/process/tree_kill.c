/* SPDX-License-Identifier: MIT */
#include "daemon/process/tree_kill.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/process/kin.h"
#include "daemon/process/procfs.h"

#define KILL_ROUNDS 32 /* scans for new processes before we give up on a set that keeps growing */
#define GROWING 2      /* rounds after which a set counts as growing, and is stopped first */

struct walk {
	const struct mark_space *space;
	const struct process_table *processes;
	tree_signal_fn *fn;
	void *data;
	struct proc_info *strangers; /* of this scan: whom the table does not know, by PID */
	size_t count;
	struct proc_info *seen; /* who got the signal already */
	size_t seen_count;
	bool halts;    /* SIGSTOP instead of SIGKILL, nothing for others */
	bool kills;    /* somebody got SIGKILL */
	bool is_quiet; /* the last scan found nobody new */
};

static bool is_stranger(pid_t pid, void *data)
{
	const struct walk *w = data;

	return pid != getpid() && !process_find(w->processes, pid);
}

/* We have not reaped it, so the number is still its own; of one that is not our child it may be
 * another's by now. */
static bool is_ours(const struct walk *w, pid_t pid)
{
	const struct process *p = process_find(w->processes, pid);

	return pid == getpid() || (p && p->spawned);
}

/*
 * Another reaperd on this machine may use the same marks. A parent that ended during the scan is
 * missing there; then the one below it has a new one by now.
 */
static bool is_below_us(const struct walk *w, const struct proc_info *p)
{
	for (size_t step = 0; step < w->count; step++) {
		const struct proc_info *parent = proc_find(w->strangers, w->count, p->ppid);

		if (is_ours(w, p->ppid))
			return true;
		if (!parent)
			return p->ppid > 0 && proc_is_below_us(p->pid) > 0;
		p = parent;
	}
	return false;
}

static bool was_seen(const struct walk *w, const struct proc_info *p)
{
	for (size_t i = 0; i < w->seen_count; i++)
		if (w->seen[i].pid == p->pid && w->seen[i].start_ticks == p->start_ticks)
			return true;
	return false;
}

static int remember(struct walk *w, const struct proc_info *p)
{
	if ((w->seen_count & (w->seen_count - 1)) == 0) {
		struct proc_info *grown = reallocarray(
			w->seen, w->seen_count ? 2 * w->seen_count : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		w->seen = grown;
	}
	w->seen[w->seen_count++] = *p;
	return 0;
}

static int signal_for(const struct walk *w, uint64_t mark)
{
	int sig = mark ? w->fn(mark, w->data) : 0;

	if (!w->halts)
		return sig;
	return sig == SIGKILL ? SIGSTOP : 0;
}

struct check {
	const struct walk *walk;
	uint64_t mark;
};

static int has_mark(pid_t pid, const void *data)
{
	const struct check *c = data;

	return kin_mark(c->walk->space, c->walk->processes, pid) == c->mark ? 0 : -ESRCH;
}

/* Whether it is one of those that are looked for, and a new one: 1 when it was signalled. */
static int signal_stranger(struct walk *w, const struct proc_info *p)
{
	if (p->state == 'Z' || was_seen(w, p) || !is_below_us(w, p))
		return 0;
	uint64_t mark = kin_mark(w->space, w->processes, p->pid);
	int sig = signal_for(w, mark);
	if (!sig)
		return 0;
	w->kills |= sig == SIGKILL;
	int r = proc_signal_checked(p->pid, sig, has_mark, &(struct check){w, mark});
	int remembered = remember(w, p);
	return remembered < 0 ? remembered : r >= 0;
}

/* One scan: how many were signalled, or a negative errno. */
static int kill_round(struct walk *w)
{
	ssize_t count = proc_wanted(is_stranger, w, &w->strangers);
	int n = 0, r = 0;

	if (count < 0)
		return (int)count;
	w->count = (size_t)count;
	for (size_t i = 0; i < w->count && r >= 0; i++) {
		r = signal_stranger(w, &w->strangers[i]);
		n += r > 0;
	}
	free(w->strangers);
	return n ? n : r;
}

static int kill_until_quiet(struct walk *w, int rounds)
{
	int total = 0, n = 1;

	for (int round = 0; round < rounds && n > 0; round++) {
		n = kill_round(w);
		total += n > 0 ? n : 0;
	}
	w->is_quiet = n == 0;
	return n < 0 ? n : total;
}

/* It grows as fast as it is killed: nobody forks who is stopped. */
static int halt_and_kill(struct walk *w)
{
	w->seen_count = 0;
	w->halts = true;
	(void)kill_until_quiet(w, KILL_ROUNDS);
	w->seen_count = 0;
	w->halts = false;
	return kill_until_quiet(w, KILL_ROUNDS);
}

int tree_kill(const struct mark_space *space, const struct process_table *processes,
	tree_signal_fn *fn, void *data)
{
	struct walk w = {.space = space, .processes = processes, .fn = fn, .data = data};
	int more = 0, n = kill_until_quiet(&w, GROWING);

	if (n > 0 && !w.is_quiet)
		more = w.kills ? halt_and_kill(&w) : kill_until_quiet(&w, KILL_ROUNDS);
	free(w.seen);
	return more < 0 ? more : n < 0 ? n : n + more;
}

struct one {
	uint64_t mark;
	int sig;
};

static int signal_of_one(uint64_t mark, void *data)
{
	const struct one *one = data;

	return mark == one->mark ? one->sig : 0;
}

int tree_kill_mark(const struct mark_space *space, const struct process_table *processes,
	uint64_t mark, int sig)
{
	struct one one = {mark, sig};

	return tree_kill(space, processes, signal_of_one, &one);
}
