/* SPDX-License-Identifier: MIT */
/*
 * The processes that reaperd itself started, from fork to reap, by PID. A PID in this table is safe
 * to signal: it is ours until we reap it.
 */
#pragma once

#include <sys/types.h>

#include "common/table.h"
#include "common/clock.h"
#include "daemon/base/loop.h"
#include "daemon/file/unit.h"

enum process_role {
	PROCESS_MAIN,
	PROCESS_CONTROL,
	PROCESS_COMMAND, /* entrypoint mode: no unit */
	PROCESS_HELPER,	 /* of reaperd itself; with a unit: it removes folders of it */
	PROCESS_ROLE_MAX,
};

ENUM_TABLE(process_role)

struct process {
	pid_t pid;
	enum process_role role : 8;
	bool spawned;	      /* by us; false: adopted as a main process (forking, MAINPID=) */
	bool not_executed;    /* it told why */
	struct unit *unit;    /* NULL: the entrypoint's command */
	uint64_t mark;	      /* of its activation; see mark.h */
	uint64_t start_ticks; /* of an adopted one: with the PID, an identity */
	struct moment started;
	/* It is reaped, but its end has not been acted on: its number is no longer its own. */
	bool is_gone;
	int code, status; /* then; of waitid(2) */
	struct process *next_gone;
	UT_hash_handle hh;
};

struct process_table {
	struct process *by_pid;
	struct process *gone_first, *gone_last; /* whose ends are to be acted on */
	/* The mark of the activation whose process, ended by now, had that number; 0: none. */
	uint64_t (*ended)(pid_t pid, void *data);
	void *data;
};

/* Adds a process; ours to free by process_forget(). NULL: out of memory. */
struct process *process_track(
	struct process_table *t, pid_t pid, enum process_role role, struct unit *unit);
struct process *process_find(const struct process_table *t, pid_t pid);
/* It was reaped: its number, which may be another's by now, no longer finds it. It waits for
 * process_next_gone(). */
void process_gone(struct process_table *t, struct process *p, int code, int status);
/* Takes the first of them out of the line; NULL: none waits. The caller forgets it. */
struct process *process_next_gone(struct process_table *t);
/* Signals it. One that is gone takes it as a zombie does. An adopted one may have another parent,
 * who reaps it without our knowing: its number is then not used. 0 or negative errno. */
int process_signal(const struct process *p, int sig);
/* Takes it out of the table and frees it. Accepts NULL. */
struct process *process_forget(struct process_table *t, struct process *p);
/* Forgets those too that outlive us. */
void process_table_done(struct process_table *t);
