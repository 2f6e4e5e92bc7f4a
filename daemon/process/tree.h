/* SPDX-License-Identifier: MIT */
/*
 * All the processes below us and the unit that each belongs to: by its mark, else by descent from a
 * process that is known, else by session. One scan answers for every unit.
 */
#pragma once

#include "daemon/process/mark.h"
#include "daemon/process/process.h"
#include "daemon/process/procfs.h"

struct tree_node {
	struct proc_info info;
	uint64_t mark;		  /* of its activation; 0: unknown */
	struct unit *unit;	  /* NULL: none that is known */
	bool is_orphan;		  /* our child, and not spawned by us */
	bool is_known;		  /* in the process table */
	struct tree_node *parent; /* NULL: it is our child */
};

struct tree {
	struct tree_node *nodes; /* sorted by PID; processes below us only */
	size_t count;
};

/* Who wears which mark. The manager fills it; `data` is its own. */
typedef struct unit *mark_owner_fn(uint64_t mark, void *data);

/* Scans /proc once. 0, or a negative errno; tree_done() frees. */
int tree_scan(const struct mark_space *space, const struct process_table *processes,
	mark_owner_fn *owner, void *data, struct tree *ret);
/* The same for one unit alone: `roots` are children of ours that may be its own, and what is below
 * them is looked at, nothing else. -ENOENT where the kernel does not tell of children. */
int tree_scan_unit(const struct mark_space *space, const struct process_table *processes,
	mark_owner_fn *owner, void *data, const struct unit *unit, const pid_t *roots, size_t count,
	struct tree *ret);
void tree_done(struct tree *t);
const struct tree_node *tree_find(const struct tree *t, pid_t pid);
