/* SPDX-License-Identifier: MIT */
/* Processes: the tree, orphans, zombies and their parents, the sweep, the counters. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/life/service.h"
#include "daemon/process/tree.h"

/* Names of processes are whatever their programs made them. */
static json_t *text(const char *name)
{
	_cleanup_(freep) char *escaped = text_escape(name, strlen(name));

	return json_string(escaped ? escaped : "?");
}

static json_t *unit_name(const struct unit *u)
{
	return u ? json_string(u->id) : json_null();
}

/* Of one unit: its own processes and those that we adopted may be at the top of what is its. */
static int scan_unit(struct manager *m, const struct unit *u, struct tree *tree)
{
	const struct process *own[] = {
		u->service ? u->service->main : NULL, u->service ? u->service->control : NULL};
	_cleanup_(freep) pid_t *roots =
		calloc(ELEMENTS(own) + HASH_COUNT(m->life.adopted.by_pid), sizeof(*roots));
	struct life *life = &m->life;
	size_t count = 0;

	if (!roots)
		return -ENOMEM;
	for (size_t i = 0; i < ELEMENTS(own); i++)
		if (own[i])
			roots[count++] = own[i]->pid;
	for (const struct adopted *a = life->adopted.by_pid; a; a = a->hh.next)
		if (!process_find(&life->processes, a->pid))
			roots[count++] = a->pid;
	return tree_scan_unit(
		&life->marks, &life->processes, life_mark_owner, life, u, roots, count, tree);
}

/* A fresh scan, for everything or for one unit alone; false: the call is answered. */
static bool scan(struct call *c, const struct unit *only, struct tree *tree)
{
	struct manager *m = c->client->control->manager;
	struct life *life = &m->life;
	int r = -ENOENT;

	/* Who looks at all of them wants no child of ours that has just ended among them. */
	if (!only)
		(void)manager_reap(m);
	manager_notice_adopted(m);
	if (only)
		r = scan_unit(m, only, tree);
	if (r == -ENOENT)
		r = tree_scan(&life->marks, &life->processes, life_mark_owner, life, tree);
	if (r < 0)
		call_unit_error(c, "BadUnit", "", "there is no /proc to look into");
	return r >= 0;
}

static json_t *process_node(
	const struct tree *t, const struct tree_node *n, const struct unit *group)
{
	char state[2] = {n->info.state, 0};
	_cleanup_(freep) char *command = proc_cmdline(n->info.pid);
	json_t *children = json_array();

	for (size_t i = 0; i < t->count; i++)
		if (t->nodes[i].parent == n && t->nodes[i].unit == group)
			json_array_append_new(children, process_node(t, &t->nodes[i], group));
	return json_pack("{s:o, s:i, s:o, s:s, s:b, s:o*, s:o}", "unit", unit_name(n->unit), "pid",
		(int)n->info.pid, "name", text(n->info.name), "state", state, "orphan",
		n->is_orphan, "command", command ? json_string(command) : NULL, "children",
		children);
}

struct usage {
	json_int_t processes, cpu_usec, memory_bytes;
};

/* Of all processes of a unit together; memory that they share counts for each. */
static struct usage usage_of(const struct tree *t, const struct unit *u)
{
	struct usage sum = {0};

	for (size_t i = 0; i < t->count; i++) {
		if (t->nodes[i].unit != u)
			continue;
		sum.processes++;
		sum.cpu_usec += (json_int_t)t->nodes[i].info.cpu_usec;
		sum.memory_bytes += (json_int_t)t->nodes[i].info.rss_bytes;
	}
	return sum;
}

/* Processes of a unit whose parent is not of that unit: they stand at its top. */
static json_t *unit_node(const struct tree *t, const struct unit *u)
{
	json_t *children = json_array();

	for (size_t i = 0; i < t->count; i++) {
		const struct tree_node *n = &t->nodes[i];
		if (n->unit == u && (!n->parent || n->parent->unit != u))
			json_array_append_new(children, process_node(t, n, u));
	}
	if (!json_array_size(children)) {
		json_decref(children);
		return NULL;
	}
	struct usage sum = usage_of(t, u);
	return json_pack("{s:o, s:n, s:s, s:s, s:I, s:I, s:I, s:o}", "unit", unit_name(u), "pid",
		"name", u ? u->id : "-", "state", u ? unit_active_state_to_string(u->active) : "-",
		"processes", sum.processes, "cpu_usec", sum.cpu_usec, "memory_bytes",
		sum.memory_bytes, "children", children);
}

void method_usage(struct call *c)
{
	struct unit_table *units = &c->client->control->manager->life.units;
	struct tree tree;

	if (!scan(c, NULL, &tree))
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < units->count; i++) {
		const struct unit *u = units->list[i];
		struct usage sum = usage_of(&tree, u);

		if (!u->service || (!sum.processes && unit_is_inactive_or_failed(u) &&
					   !u->service->restarts && u->active != UNIT_FAILED))
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "unit", u->id,
				      "active", unit_active_state_to_string(u->active), "sub",
				      unit_sub_state_name(u), "processes", sum.processes,
				      "cpu_usec", sum.cpu_usec, "memory_bytes", sum.memory_bytes,
				      "restarts", (json_int_t)u->service->restarts, "since_usec",
				      (json_int_t)u->state_change.realtime_usec));
	}
	tree_done(&tree);
	call_reply(c, json_pack("{s:o}", "units", list));
}

void method_tree(struct call *c)
{
	struct unit_table *units = &c->client->control->manager->life.units;
	const char *name = NULL;
	struct tree tree;

	if (call_string(c, "unit", &name) < 0)
		return;
	struct unit *only = name ? call_unit(c, name) : NULL;
	if ((name && !only) || !scan(c, only, &tree))
		return;
	json_t *children = json_array();
	for (size_t i = 0; i < units->count; i++) {
		json_t *node =
			only && only != units->list[i] ? NULL : unit_node(&tree, units->list[i]);
		if (node)
			json_array_append_new(children, node);
	}
	json_t *rest = only ? NULL : unit_node(&tree, NULL);
	if (rest)
		json_array_append_new(children, rest);
	tree_done(&tree);
	call_reply(
		c, json_pack("{s:{s:n, s:i, s:s, s:s, s:o}}", "tree", "unit", "pid", (int)getpid(),
			   "name", "reaperd", "state",
			   manager_state_name(c->client->control->manager), "children", children));
}

void method_orphans(struct call *c)
{
	const struct life *life = &c->client->control->manager->life;
	struct tree tree;

	if (!scan(c, NULL, &tree))
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < tree.count; i++) {
		const struct tree_node *n = &tree.nodes[i];
		uint64_t since = adopted_since(&life->adopted, n->info.pid);
		char state[2] = {n->info.state, 0};

		if (!n->is_orphan || n->info.state == 'Z')
			continue;
		json_array_append_new(
			list, json_pack("{s:i, s:i, s:o, s:s, s:o, s:I}", "pid", (int)n->info.pid,
				      "ppid", (int)n->info.ppid, "name", text(n->info.name),
				      "state", state, "unit", unit_name(n->unit), "since_usec",
				      (json_int_t)(since ? since : clock_realtime_usec())));
	}
	tree_done(&tree);
	call_reply(c, json_pack("{s:o}", "orphans", list));
}

static size_t zombies_of(const struct tree *t, pid_t parent)
{
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++)
		count += t->nodes[i].info.ppid == parent && t->nodes[i].info.state == 'Z';
	return count;
}

/* A number from a small file of the cgroup; -1: "max", or not to be read. */
static json_int_t read_number(const char *path)
{
	long long n = -1;
	_cleanup_(fclosep) FILE *f = fopen(path, "re");

	return f && fscanf(f, "%lld", &n) == 1 ? n : -1;
}

static void add_pids(json_t *reply)
{
	json_int_t now = read_number("/sys/fs/cgroup/pids.current");
	json_int_t max = read_number("/sys/fs/cgroup/pids.max");

	if (now >= 0)
		json_object_set_new(reply, "pids_current", json_integer(now));
	if (max >= 0)
		json_object_set_new(reply, "pids_max", json_integer(max));
}

void method_zombies(struct call *c)
{
	struct tree tree;

	if (!scan(c, NULL, &tree))
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < tree.count; i++) {
		const struct tree_node *n = &tree.nodes[i];
		const struct tree_node *parent = n->parent;

		if (n->info.state != 'Z')
			continue;
		json_array_append_new(list,
			json_pack("{s:i, s:i, s:o, s:s, s:o, s:I, s:o, s:o, s:I}", "pid",
				(int)n->info.pid, "ppid", (int)n->info.ppid, "name",
				text(n->info.name), "state", "Z", "unit", unit_name(n->unit),
				"since_usec", (json_int_t)proc_started_realtime_usec(&n->info),
				"parent_name", text(parent ? parent->info.name : "reaperd"),
				"parent_unit", unit_name(parent ? parent->unit : NULL),
				"parent_zombies", (json_int_t)zombies_of(&tree, n->info.ppid)));
	}
	tree_done(&tree);
	json_t *reply = json_pack("{s:o}", "zombies", list);
	add_pids(reply);
	call_reply(c, reply);
}

void method_reap(struct call *c)
{
	struct manager *m = c->client->control->manager;
	json_int_t reaped = 0;
	unsigned n;

	do {
		n = manager_reap(m);
		reaped += n;
	} while (n && reaped < 1 << 20);
	call_reply(c, json_pack("{s:I}", "reaped", reaped));
}

void method_stats(struct call *c)
{
	const struct control *control = c->client->control;
	const struct manager *m = control->manager;
	const struct life *life = &m->life;
	uint64_t uptime = clock_monotonic_usec() - m->start.monotonic_usec;
	uint64_t dropped = log_dropped() + (life->output ? output_hub_dropped(life->output) : 0);

	call_reply(c,
		json_pack("{s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}}",
			"stats", "spawned", (json_int_t)life->counters.spawned, "reaped",
			(json_int_t)life->reaping.reaped, "orphans_adopted",
			(json_int_t)life->counters.orphans_adopted, "orphans_reaped",
			(json_int_t)life->reaping.orphans_reaped, "sigchld_wakeups",
			(json_int_t)life->reaping.sigchld_wakeups, "restarts",
			(json_int_t)life->counters.restarts, "units_loaded",
			(json_int_t)life->units.count, "clients", (json_int_t)control->client_count,
			"uptime_usec", (json_int_t)uptime, "loop_turns",
			(json_int_t)loop_turns(m->loop), "traced_detached",
			(json_int_t)life->reaping.detached, "lines_dropped", (json_int_t)dropped));
}
