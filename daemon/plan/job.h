/* SPDX-License-Identifier: MIT */
/*
 * What is wanted of a unit: at most one job a unit, merged by systemd's rules, ordered by Before=
 * and After=. Decides which job may run and what a job's end means for others; it runs nothing
 * itself.
 */
#pragma once

#include "daemon/base/loop.h"
#include "daemon/file/unit.h"
#include "daemon/plan/run_queue.h"

enum job_type {
	JOB_START,
	JOB_VERIFY_ACTIVE,
	JOB_STOP,
	JOB_RELOAD,
	JOB_RESTART,
	JOB_TYPE_INSTALLED, /* those above may be installed; those below collapse into them first */
	JOB_TRY_RESTART = JOB_TYPE_INSTALLED,
	JOB_TRY_RELOAD,
	JOB_RELOAD_OR_START,
	JOB_NOP,
	JOB_TYPE_MAX,
};

ENUM_TABLE(job_type)

enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_STATE_MAX,
};

ENUM_TABLE(job_state)

enum job_result {
	JOB_DONE,
	JOB_CANCELED,
	JOB_TIMEOUT,
	JOB_FAILED,
	JOB_DEPENDENCY,
	JOB_SKIPPED,
	JOB_INVALID,
	JOB_ASSERT,
	JOB_UNSUPPORTED,
	JOB_COLLECTED,
	JOB_ONCE,
	JOB_RESULT_MAX,
};

ENUM_TABLE(job_result)

struct job {
	uint32_t id;
	struct unit *unit;
	enum job_type type;
	enum job_state state;
	bool irreversible;
	bool ignores_order;
	bool went_down,
		failed;	       /* the unit did, since the job runs; it may be on its way up again */
	struct moment begin;   /* when it was asked for */
	uint64_t running_usec; /* CLOCK_MONOTONIC when it began to run; 0: waits */
	struct loop_timer limit; /* of daemon/life/job_limit.h */
	struct job *prev, *next; /* of the table's list, oldest first */
	struct job *next_end;	 /* of those about to end for want of another */
	struct run_rank rank;
	bool in_run_queue, in_end_queue;
};

/* Told what a transaction went on without: a sentence. */
typedef void job_warning_fn(const struct unit *unit, const char *text, void *data);

/* Told of a job that was made, or begins to run. */
typedef void job_changed_fn(struct job *job, void *data);

/* Told of each job's end, after the unit has let go of it. */
typedef void job_finished_fn(struct job *job, enum job_result result, void *data);

struct job_table {
	struct job *first, *last;
	struct run_queue runs;		  /* jobs that may have become runnable */
	struct job *end_first, *end_last; /* jobs that cannot happen any more */
	size_t count;
	uint32_t last_id;
	job_changed_fn *changed;
	job_finished_fn *finished;
	job_warning_fn *warning;
	void *data; /* of all */
};

/* Why a transaction was refused; `unit` is the one at fault. */
struct transaction_error {
	char *unit;
	char *reason; /* a sentence: a cycle is named in full, a missing unit with what asked for it
		       */
	enum unit_load_state load_state;
};

void transaction_error_done(struct transaction_error *e);

/*
 * Builds the transaction of `type` on `anchor` by systemd's rules (requirements pulled in,
 * conflicts stopped, redundant and conflicting jobs dropped, ordering cycles broken by deleting a
 * job that the anchor does not need), checks it against the jobs there are, and installs it: all or
 * nothing. Returns 1 when the anchor got a job (*ret_job), 0 when there was nothing to do, or a
 * negative errno with *ret_error filled: -ENOENT unit not found, -ENOEXEC bad setting, -ESHUTDOWN
 * masked, -EDEADLK cycle, -EINVAL refused (RefuseManualStart=, isolate not allowed), -EEXIST a
 * conflicting job with mode fail, -ENOMEM. Iterative: the depth of dependency is never the depth of
 * the stack.
 */
int transaction_run(struct job_table *jobs, struct unit_table *units, struct unit *anchor,
	enum job_type type, enum job_mode mode, struct job **ret_job,
	struct transaction_error *ret_error);

/*
 * The next job that may run now: nothing it is ordered after has a job in its way. Marks it
 * JOB_RUNNING and returns it; NULL: none. The caller acts on the unit, then calls job_finish() at
 * once or when the unit gets there.
 */
struct job *job_next_runnable(struct job_table *jobs);

/* A running job goes back to waiting (the unit is not ready for it yet); it is looked at again when
 * told. */
void job_postpone(struct job_table *jobs, struct job *job);
/* The unit's state changed: its postponed job may run now. Harmless without a job. */
void job_wake(struct job_table *jobs, struct unit *u);

/*
 * Ends a job: frees it, queues those that waited for it, and ends with JOB_DEPENDENCY those that
 * cannot happen without it (a failed start of what is required; by a queue, not recursion). A
 * finished JOB_RESTART whose unit has stopped becomes a JOB_START instead, when result is JOB_DONE.
 */
void job_finish(struct job_table *jobs, struct job *job, enum job_result result);

/* Whether `a` and `b` cannot both be wanted of one unit. */
bool job_types_conflict(enum job_type a, enum job_type b);
/* The one type that does what both do (systemd's table), or -EEXIST: they conflict. */
int job_types_merge(enum job_type a, enum job_type b);
/* A type that may be installed, from one that depends on the unit's state (try-restart, ...). */
enum job_type job_type_collapse(enum job_type type, const struct unit *u);
/* Whether a unit in that state needs no job of that type. */
bool job_type_is_redundant(enum job_type type, enum unit_active_state state);
/*
 * Where `a` stands before `b` by Before=: -1 when its job comes first, 1 when that of `b` does.
 * Stops run in reverse order, and before starts.
 */
int job_types_order(enum job_type a, enum job_type b);
/* Whether systemd would ever let such a job exist for the unit (a reload of what cannot be
 * reloaded). */
bool job_type_is_applicable(enum job_type type, const struct unit *u);

/*
 * Puts a job of `type` on the unit, merged with the one that it may have (a conflicting one is
 * canceled). NULL: out of memory.
 */
struct job *job_install(struct job_table *jobs, struct unit *u, enum job_type type,
	bool irreversible, bool ignores_order);

/* Cancels every job. */
void job_cancel_all(struct job_table *jobs);
