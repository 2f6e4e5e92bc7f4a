/* SPDX-License-Identifier: MIT */
#include "daemon/process/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/process/kin.h"

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct tree_node *)a)->info.pid,
	      y = ((const struct tree_node *)b)->info.pid;

	return x < y ? -1 : x > y;
}

const struct tree_node *tree_find(const struct tree *t, pid_t pid)
{
	const struct tree_node key = {.info.pid = pid};

	return t->count ? bsearch(&key, t->nodes, t->count, sizeof(key), by_pid) : NULL;
}

void tree_done(struct tree *t)
{
	free(t->nodes);
	*t = (struct tree){0};
}

/*
 * Whether our own PID is among the ancestors. One that ended during the scan is missing there; then
 * the one below it has a new parent by now.
 */
static bool is_below_us(const struct proc_info *all, size_t count, const struct proc_info *p)
{
	pid_t self = getpid();

	for (size_t step = 0; step < count && p; step++) {
		const struct proc_info *parent = proc_find(all, count, p->ppid);

		if (p->ppid == self)
			return true;
		if (!parent)
			return p->ppid > 0 && proc_is_below_us(p->pid) > 0;
		p = parent;
	}
	return false;
}

static int keep_ours(const struct proc_info *all, size_t count, struct tree *ret)
{
	ret->nodes = calloc(count ? count : 1, sizeof(*ret->nodes));
	if (!ret->nodes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (all[i].pid != getpid() && is_below_us(all, count, &all[i]))
			ret->nodes[ret->count++].info = all[i];
	return 0;
}

static void identify(struct tree_node *n, const struct mark_space *space,
	const struct process_table *processes, mark_owner_fn *owner, void *data)
{
	const struct process *p = process_find(processes, n->info.pid);

	n->is_known = p != NULL;
	n->mark = kin_mark(space, processes, n->info.pid);
	if (p)
		n->unit = p->unit;
	else
		n->unit = n->mark ? owner(n->mark, data) : NULL;
	/* A daemon's main process came to us the same way, and is where it should be. */
	n->is_orphan = n->info.ppid == getpid() && !p;
}

/* Where nothing could be marked, by descent, else by session. */
static void identify_by_kin(struct tree *t, struct tree_node *n)
{
	size_t step = 0;

	for (struct tree_node *up = n->parent; up && step < t->count; up = up->parent, step++)
		if (up->unit) {
			n->unit = up->unit;
			return;
		}
	const struct tree_node *leader = tree_find(t, n->info.sid);
	if (leader && leader != n)
		n->unit = leader->unit;
}

/* Who is whose, once all processes are there. */
static void relate(struct tree *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->nodes[i].parent = (struct tree_node *)tree_find(t, t->nodes[i].info.ppid);
	for (size_t i = 0; i < t->count; i++)
		if (!t->nodes[i].unit && !t->nodes[i].is_known)
			identify_by_kin(t, &t->nodes[i]);
}

int tree_scan(const struct mark_space *space, const struct process_table *processes,
	mark_owner_fn *owner, void *data, struct tree *ret)
{
	struct proc_info *all;
	ssize_t count = proc_all(&all);

	*ret = (struct tree){0};
	if (count < 0)
		return (int)count;
	int r = keep_ours(all, (size_t)count, ret);
	free(all);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ret->count; i++)
		identify(&ret->nodes[i], space, processes, owner, data);
	relate(ret);
	return 0;
}

static int add_node(pid_t pid, void *data)
{
	struct tree *t = data;
	struct proc_info info;

	if (proc_read(pid, &info) < 0)
		return 0;
	if ((t->count & (t->count - 1)) == 0) {
		struct tree_node *grown =
			reallocarray(t->nodes, t->count ? 2 * t->count : 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		t->nodes = grown;
	}
	t->nodes[t->count++] = (struct tree_node){.info = info};
	return 0;
}

/* By its mark, else by its session: one of several children of ours. */
static bool is_of_unit(
	const struct tree_node *n, const struct process_table *processes, const struct unit *unit)
{
	const struct process *leader =
		n->unit || n->is_known ? NULL : process_find(processes, n->info.sid);

	return leader ? leader->unit == unit : n->unit == unit;
}

int tree_scan_unit(const struct mark_space *space, const struct process_table *processes,
	mark_owner_fn *owner, void *data, const struct unit *unit, const pid_t *roots, size_t count,
	struct tree *ret)
{
	int r = 0;

	*ret = (struct tree){0};
	for (size_t i = 0; i < count && r >= 0; i++) {
		size_t before = ret->count;

		r = add_node(roots[i], ret);
		if (ret->count == before)
			continue;
		identify(&ret->nodes[before], space, processes, owner, data);
		if (!is_of_unit(&ret->nodes[before], processes, unit)) {
			ret->count = before;
			continue;
		}
		ret->nodes[before].unit = (struct unit *)unit;
		for (size_t k = before; k < ret->count && r >= 0; k++)
			r = proc_each_child(ret->nodes[k].info.pid, add_node, ret);
		for (size_t k = before + 1; k < ret->count && r >= 0; k++)
			identify(&ret->nodes[k], space, processes, owner, data);
	}
	if (r < 0) {
		tree_done(ret);
		return r;
	}
	if (ret->count)
		qsort(ret->nodes, ret->count, sizeof(*ret->nodes), by_pid);
	relate(ret);
	return 0;
}
