/* SPDX-License-Identifier: MIT */
/*
 * The processes that reaperd itself started, from fork to reap, by PID. A PID in this table is safe
 * to signal: it is ours until we reap it.
 */
#pragma once

#include <sys/types.h>
#include <uthash.h>

#include "common/clock.h"
#include "daemon/base/loop.h"
#include "daemon/file/unit.h"

enum process_role {
	PROCESS_MAIN,
	PROCESS_CONTROL,
	PROCESS_COMMAND, /* entrypoint mode: no unit */
	PROCESS_HELPER,	 /* of reaperd itself: no unit */
	PROCESS_ROLE_MAX,
};

ENUM_TABLE(process_role)

struct process {
	pid_t pid;
	enum process_role role;
	struct unit *unit; /* NULL: the entrypoint's command */
	uint64_t mark;	   /* of its activation; see mark.h */
	bool spawned;	   /* by us; false: adopted as a main process (forking, MAINPID=) */
	struct moment started;
	UT_hash_handle hh;
};

struct process_table {
	struct process *by_pid;
};

/* Adds a process; ours to free by process_forget(). NULL: out of memory. */
struct process *process_track(
	struct process_table *t, pid_t pid, enum process_role role, struct unit *unit);
struct process *process_find(const struct process_table *t, pid_t pid);
/* Takes it out of the table and frees it. Accepts NULL. */
struct process *process_forget(struct process_table *t, struct process *p);
