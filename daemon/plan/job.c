/* SPDX-License-Identifier: MIT */
#include "daemon/plan/job.h"

#include <errno.h>
#include <stdlib.h>

static void queue_run(struct job_table *t, struct job *j)
{
	if (j && !j->in_end_queue && j->state == JOB_WAITING)
		run_queue_push(&t->runs, j);
}

/* Those that may have waited for the unit's job. */
static void queue_neighbours(struct job_table *t, const struct unit *u)
{
	UNIT_FOREACH (later, u, DEP_BEFORE)
		queue_run(t, later->job);
	UNIT_FOREACH (earlier, u, DEP_AFTER)
		queue_run(t, earlier->job);
}

static struct job *add(struct job_table *t, struct unit *u, enum job_type type)
{
	struct job *j =
		run_queue_reserve(&t->runs, t->count + 1) < 0 ? NULL : calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->id = ++t->last_id;
	j->unit = u;
	j->type = type;
	j->rank = run_rank_of(u);
	j->begin = moment_now();
	j->prev = t->last;
	if (t->last)
		t->last->next = j;
	else
		t->first = j;
	t->last = j;
	t->count++;
	u->job = j;
	if (t->changed)
		t->changed(j, t->data);
	queue_run(t, j);
	return j;
}

static void take_out(struct job_table *t, struct job *j)
{
	run_queue_remove(&t->runs, j);
	if (j->prev)
		j->prev->next = j->next;
	else
		t->first = j->next;
	if (j->next)
		j->next->prev = j->prev;
	else
		t->last = j->prev;
	t->count--;
	if (j->unit->job == j)
		j->unit->job = NULL;
}

/* A running job does for a new one of the same meaning; a reload has to see what changed since. */
static bool covers(const struct job *j, enum job_type type)
{
	return type != JOB_RELOAD && job_types_merge(j->type, type) == (int)j->type;
}

struct job *job_install(struct job_table *t, struct unit *u, enum job_type type, bool irreversible,
	bool ignores_order)
{
	struct job *j = u->job;

	if (j && job_types_conflict(j->type, type)) {
		job_finish(t, j, JOB_CANCELED);
		j = u->job;
	}
	if (!j) {
		j = add(t, u, type);
		if (!j)
			return NULL;
	} else if (j->state == JOB_WAITING || !covers(j, type)) {
		int both = job_types_merge(j->type, type);
		j->type = job_type_collapse((enum job_type)both, u);
		j->state = JOB_WAITING;
		queue_run(t, j);
	}
	j->irreversible |= irreversible;
	j->ignores_order |= ignores_order;
	return j;
}

static bool is_blocked_by(const struct job *j, const struct unit *other, bool other_is_earlier)
{
	const struct job *o = other->job;

	if (!o || o->ignores_order)
		return false;
	return other_is_earlier ? job_types_order(o->type, j->type) < 0
				: job_types_order(j->type, o->type) > 0;
}

static bool is_runnable(const struct job *j)
{
	if (j->ignores_order || j->type == JOB_NOP)
		return true;
	UNIT_FOREACH (earlier, j->unit, DEP_AFTER)
		if (is_blocked_by(j, earlier, true))
			return false;
	UNIT_FOREACH (later, j->unit, DEP_BEFORE)
		if (is_blocked_by(j, later, false))
			return false;
	return true;
}

struct job *job_next_runnable(struct job_table *t)
{
	for (struct job *j = run_queue_pop(&t->runs); j; j = run_queue_pop(&t->runs)) {
		if (j->state != JOB_WAITING || !is_runnable(j))
			continue;
		j->state = JOB_RUNNING;
		j->went_down = j->failed = false;
		j->running_usec = clock_monotonic_usec();
		if (t->changed)
			t->changed(j, t->data);
		return j;
	}
	return NULL;
}

void job_postpone(struct job_table *t, struct job *j)
{
	(void)t;
	j->state = JOB_WAITING;
}

void job_wake(struct job_table *t, struct unit *u)
{
	queue_run(t, u->job);
}

/* Once here a job may not run any more, whatever becomes free meanwhile. */
static void end_later(struct job_table *t, struct job *j)
{
	if (j->in_end_queue)
		return;
	run_queue_remove(&t->runs, j);
	j->in_end_queue = true;
	j->next_end = NULL;
	if (t->end_last)
		t->end_last->next_end = j;
	else
		t->end_first = j;
	t->end_last = j;
}

static void unqueue_end(struct job_table *t, struct job *j)
{
	struct job *before = NULL;

	if (!j->in_end_queue)
		return;
	for (struct job *k = t->end_first; k != j; k = k->next_end)
		before = k;
	if (before)
		before->next_end = j->next_end;
	else
		t->end_first = j->next_end;
	if (t->end_last == j)
		t->end_last = before;
	j->in_end_queue = false;
}

static void fail_each(struct job_table *t, const struct unit *u, enum dep_kind kind)
{
	UNIT_FOREACH (other, u, kind) {
		struct job *j = other->job;

		if (j && (j->type == JOB_START || j->type == JOB_VERIFY_ACTIVE))
			end_later(t, j);
	}
}

/* Whose jobs cannot happen any more, now that this one ended so. */
static void fail_dependents(
	struct job_table *t, const struct unit *u, enum job_type type, enum job_result result)
{
	bool starts = type == JOB_START || type == JOB_VERIFY_ACTIVE;

	if (starts && result != JOB_DONE) {
		fail_each(t, u, DEP_REQUIRED_BY);
		fail_each(t, u, DEP_REQUISITE_OF);
		fail_each(t, u, DEP_BOUND_BY);
	} else if (starts && !unit_is_active(u)) {
		/* A condition kept it from starting: no failure, but it is not active either. */
		fail_each(t, u, DEP_REQUISITE_OF);
	} else if (type == JOB_STOP && result != JOB_DONE && result != JOB_CANCELED) {
		fail_each(t, u, DEP_CONFLICTED_BY);
	}
}

static void end_one(struct job_table *t, struct job *j, enum job_result result)
{
	struct unit *u = j->unit;

	unqueue_end(t, j);
	take_out(t, j);
	if (result != JOB_CANCELED)
		fail_dependents(t, u, j->type, result);
	if (t->finished)
		t->finished(j, result, t->data);
	queue_neighbours(t, u);
	free(j);
}

/* Comes back to itself where the hook ends other jobs: what is queued ends once, whoever gets there
 * first. */
void job_finish(struct job_table *t, struct job *job, enum job_result result)
{
	if (result == JOB_DONE && job->type == JOB_RESTART) {
		job->type = JOB_START;
		job->state = JOB_WAITING;
		queue_run(t, job);
		queue_neighbours(t, job->unit);
		return;
	}
	end_one(t, job, result);
	while (t->end_first)
		end_one(t, t->end_first, JOB_DEPENDENCY);
}

void job_cancel_all(struct job_table *t)
{
	while (t->first)
		job_finish(t, t->first, JOB_CANCELED);
	run_queue_done(&t->runs);
}
