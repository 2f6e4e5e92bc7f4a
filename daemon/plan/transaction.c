/* SPDX-License-Identifier: MIT */
#include "daemon/plan/transaction.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void transaction_error_done(struct transaction_error *e)
{
	free(e->unit);
	free(e->reason);
	*e = (struct transaction_error){0};
}

int transaction_fail(struct transaction *t, const struct unit *u, int r, const char *fmt, ...)
{
	va_list args;

	if (!t->error || t->error->reason)
		return r;
	va_start(args, fmt);
	if (vasprintf(&t->error->reason, fmt, args) < 0)
		t->error->reason = NULL;
	va_end(args);
	t->error->unit = strdup(u->id);
	t->error->load_state = u->load_state;
	return r;
}

static struct tjob *skip_gone(struct tjob *j)
{
	while (j && j->gone)
		j = j->next_of_unit;
	return j;
}

struct tjob *tjob_of(const struct transaction *t, const struct unit *u)
{
	return skip_gone(t->by_unit[u->number]);
}

struct tjob *tjob_next_of_unit(const struct tjob *j)
{
	return skip_gone(j->next_of_unit);
}

void transaction_delete(struct transaction *t, struct tjob *j)
{
	struct tjob *work = j;

	(void)t;
	if (j->gone)
		return;
	j->gone = true;
	j->next_work = NULL;
	while (work) {
		struct tjob *now = work;

		work = now->next_work;
		for (struct link *l = now->needs; l; l = l->next_of_subject)
			l->gone = true;
		for (struct link *l = now->needed_by; l; l = l->next_of_object) {
			if (!l->gone && l->matters && !l->subject->gone) {
				l->subject->gone = true;
				l->subject->next_work = work;
				work = l->subject;
			}
			l->gone = true;
		}
	}
}

/* A dependency that is still to be added. */
struct pending {
	struct unit *unit;
	enum job_type type;
	struct tjob *by; /* NULL: the anchor itself */
	bool matters, conflicts;
};

struct pending_list {
	struct pending *list;
	size_t count, done;
};

static int add_pending(struct pending_list *p, struct unit *u, enum job_type type, struct tjob *by,
	bool matters, bool conflicts)
{
	if ((p->count & (p->count - 1)) == 0) {
		size_t room = p->count ? 2 * p->count : 1;
		struct pending *grown = reallocarray(p->list, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		p->list = grown;
	}
	p->list[p->count++] = (struct pending){u, type, by, matters, conflicts};
	return 0;
}

static int pull(struct pending_list *p, struct tjob *j, enum dep_kind kind, enum job_type type,
	bool matters)
{
	UNIT_FOREACH (other, j->unit, kind) {
		enum job_type collapsed = job_type_collapse(type, other);

		if (collapsed == JOB_NOP)
			continue;
		int r = add_pending(p, other, collapsed, j, matters,
			kind == DEP_CONFLICTS || kind == DEP_CONFLICTED_BY);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What a job of one type asks of others, as data: systemd.unit(5). */
static const struct {
	enum job_type when;
	enum dep_kind kind;
	enum job_type then;
	bool matters;
} rules[] = {
	{JOB_START, DEP_REQUIRES, JOB_START, true},
	{JOB_START, DEP_BINDS_TO, JOB_START, true},
	{JOB_START, DEP_WANTS, JOB_START, false},
	{JOB_START, DEP_UPHOLDS, JOB_START, false},
	{JOB_START, DEP_REQUISITE, JOB_VERIFY_ACTIVE, true},
	{JOB_START, DEP_CONFLICTS, JOB_STOP, true},
	{JOB_START, DEP_CONFLICTED_BY, JOB_STOP, false},
	{JOB_STOP, DEP_REQUIRED_BY, JOB_STOP, true},
	{JOB_STOP, DEP_REQUISITE_OF, JOB_STOP, true},
	{JOB_STOP, DEP_BOUND_BY, JOB_STOP, true},
	{JOB_STOP, DEP_CONSISTS_OF, JOB_STOP, true},
	{JOB_STOP, DEP_PROPAGATES_STOP_TO, JOB_STOP, true},
	{JOB_RESTART, DEP_REQUIRES, JOB_START, true},
	{JOB_RESTART, DEP_BINDS_TO, JOB_START, true},
	{JOB_RESTART, DEP_WANTS, JOB_START, false},
	{JOB_RESTART, DEP_UPHOLDS, JOB_START, false},
	{JOB_RESTART, DEP_REQUISITE, JOB_VERIFY_ACTIVE, true},
	{JOB_RESTART, DEP_CONFLICTS, JOB_STOP, true},
	{JOB_RESTART, DEP_CONFLICTED_BY, JOB_STOP, false},
	{JOB_RESTART, DEP_REQUIRED_BY, JOB_TRY_RESTART, true},
	{JOB_RESTART, DEP_REQUISITE_OF, JOB_TRY_RESTART, true},
	{JOB_RESTART, DEP_BOUND_BY, JOB_TRY_RESTART, true},
	{JOB_RESTART, DEP_CONSISTS_OF, JOB_TRY_RESTART, true},
	{JOB_RELOAD, DEP_PROPAGATES_RELOAD_TO, JOB_TRY_RELOAD, false},
};

static int pull_all(struct transaction *t, struct pending_list *p, struct tjob *j)
{
	if (t->mode == JOB_MODE_IGNORE_DEPENDENCIES || t->mode == JOB_MODE_IGNORE_REQUIREMENTS)
		return 0;
	for (size_t i = 0; i < ELEMENTS(rules); i++) {
		int r = rules[i].when != j->type
				? 0
				: pull(p, j, rules[i].kind, rules[i].then, rules[i].matters);
		if (r < 0)
			return r;
	}
	return 0;
}

static int fail_for_setting(struct transaction *t, struct unit *u)
{
	for (size_t i = 0; i < u->diags.count; i++)
		if (u->diags.list[i].level == DIAG_ERROR) {
			_cleanup_(freep) char *text = diag_format(&u->diags.list[i]);
			return transaction_fail(t, u, -ENOEXEC, "unit %s has a bad setting: %s",
				u->id, text ? text : "?");
		}
	return transaction_fail(t, u, -ENOEXEC, "unit %s could not be loaded", u->id);
}

static int check_unit(struct transaction *t, const struct pending *p)
{
	struct unit *u = p->unit;
	const char *by = p->by ? p->by->unit->id : NULL;

	if (p->type == JOB_STOP)
		return 0;
	switch (u->load_state) {
	case LOAD_LOADED:
		break;
	case LOAD_NOT_FOUND:
	case LOAD_STUB:
		return transaction_fail(t, u, -ENOENT, "unit %s not found%s%s", u->id,
			by ? ", needed by " : "", by ? by : "");
	case LOAD_MASKED:
		return transaction_fail(t, u, -ESHUTDOWN, "unit %s is masked%s%s", u->id,
			by ? ", needed by " : "", by ? by : "");
	default:
		return fail_for_setting(t, u);
	}
	if (!job_type_is_applicable(p->type, u))
		return transaction_fail(t, u, -EOPNOTSUPP,
			"unit %s cannot be reloaded: it has no ExecReload=", u->id);
	return 0;
}

/* The job of that type for the unit, made when it is not there; *ret_new tells. */
static struct tjob *get_tjob(
	struct transaction *t, struct unit *u, enum job_type type, bool *ret_new)
{
	struct tjob *j = tjob_of(t, u);

	*ret_new = false;
	for (; j; j = tjob_next_of_unit(j))
		if (j->type == type)
			return j;
	j = calloc(1, sizeof(*j));
	if (!j)
		return NULL;
	*ret_new = true;
	j->unit = u;
	j->type = type;
	j->ignores_order = t->mode == JOB_MODE_IGNORE_DEPENDENCIES;
	j->next_of_unit = t->by_unit[u->number];
	t->by_unit[u->number] = j;
	if (t->last)
		t->last->next = j;
	else
		t->first = j;
	t->last = j;
	return j;
}

static int add_link(
	struct transaction *t, struct tjob *by, struct tjob *object, bool matters, bool conflicts)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	*l = (struct link){
		.subject = by, .object = object, .matters = matters, .conflicts = conflicts};
	l->next_of_subject = by->needs;
	by->needs = l;
	l->next_of_object = object->needed_by;
	object->needed_by = l;
	l->next = t->links;
	t->links = l;
	return 0;
}

/* One pending job with what it pulls in. -ECANCELED: it cannot be, and whoever needs it is gone. */
static int add_one(struct transaction *t, struct pending_list *list, const struct pending p)
{
	bool is_new;

	if (p.by && p.by->gone)
		return 0;
	int r = check_unit(t, &p);
	if (r < 0 && !p.by)
		return r;
	if (r < 0) {
		if (p.matters && r != -EOPNOTSUPP)
			transaction_delete(t, p.by);
		return t->anchor->gone ? r : 0;
	}
	struct tjob *j = get_tjob(t, p.unit, p.type, &is_new);
	if (!j)
		return -ENOMEM;
	if (p.by) {
		r = add_link(t, p.by, j, p.matters, p.conflicts);
		if (r < 0)
			return r;
	} else {
		t->anchor = j;
	}
	return is_new ? pull_all(t, list, j) : 0;
}

static int build(struct transaction *t, struct unit *anchor, enum job_type type)
{
	struct pending_list list = {0};
	int r = add_pending(&list, anchor, type, NULL, true, false);

	while (r >= 0 && list.done < list.count) {
		r = add_one(t, &list, list.list[list.done++]);
		/* An error that only concerned what is not needed is not the transaction's. */
		if (r >= 0 && t->error)
			transaction_error_done(t->error);
	}
	for (size_t i = 0; r >= 0 && t->mode == JOB_MODE_ISOLATE && i < t->units->count; i++) {
		struct unit *u = t->units->list[i];

		if (tjob_of(t, u) || u->config->unit->ignore_on_isolate ||
			(unit_is_inactive_or_failed(u) && !u->job))
			continue;
		r = add_one(t, &list, (struct pending){u, JOB_STOP, t->anchor, true, false});
	}
	while (r >= 0 && list.done < list.count)
		r = add_one(t, &list, list.list[list.done++]);
	free(list.list);
	return r;
}

static int check_destructive(struct transaction *t)
{
	for (const struct tjob *j = t->first; j; j = j->next) {
		const struct job *old = j->unit->job;

		if (j->gone || !old || !job_types_conflict(old->type, j->type) ||
			!(t->mode == JOB_MODE_FAIL || old->irreversible))
			continue;
		return transaction_fail(t, j->unit, -EEXIST, "%s has a conflicting %s job already",
			j->unit->id, job_type_to_string(old->type));
	}
	return 0;
}

static int reduce(struct transaction *t)
{
	int r;

	transaction_find_matters(t);
	if (t->mode == JOB_MODE_FAIL)
		transaction_minimize_impact(t);
	transaction_drop_redundant(t);
	transaction_collect_garbage(t);
	r = transaction_verify_order(t);
	if (r < 0)
		return r;
	transaction_collect_garbage(t);
	r = transaction_merge(t);
	if (r < 0)
		return r;
	transaction_drop_redundant(t);
	return check_destructive(t);
}

static int install(struct transaction *t, struct job **ret_job)
{
	int made = 0;

	if (t->mode == JOB_MODE_ISOLATE || t->mode == JOB_MODE_FLUSH)
		for (struct job *j = t->jobs->first, *next; j; j = next) {
			next = j->next;
			if (!tjob_of(t, j->unit)) {
				job_finish(t->jobs, j, JOB_CANCELED);
				next = t->jobs->first;
			}
		}
	for (struct tjob *j = t->first; j; j = j->next) {
		if (j->gone || j->type == JOB_NOP)
			continue;
		struct job *job = job_install(t->jobs, j->unit, j->type,
			t->mode == JOB_MODE_REPLACE_IRREVERSIBLY, j->ignores_order);
		if (!job)
			return -ENOMEM;
		if (j->unit == t->anchor->unit) {
			made = 1;
			if (ret_job)
				*ret_job = job;
		}
	}
	return made;
}

static void transaction_done(struct transaction *t)
{
	for (struct tjob *j = t->first, *next; j; j = next) {
		next = j->next;
		free(j);
	}
	for (struct link *l = t->links, *next; l; l = next) {
		next = l->next;
		free(l);
	}
	free(t->by_unit);
}

int transaction_run(struct job_table *jobs, struct unit_table *units, struct unit *anchor,
	enum job_type type, enum job_mode mode, struct job **ret_job,
	struct transaction_error *ret_error)
{
	struct transaction t = {.jobs = jobs, .units = units, .mode = mode, .error = ret_error};

	if (ret_job)
		*ret_job = NULL;
	type = job_type_collapse(type, anchor);
	if (type == JOB_NOP)
		return 0;
	if (mode == JOB_MODE_ISOLATE && !anchor->config->unit->allow_isolate)
		return transaction_fail(
			&t, anchor, -EINVAL, "%s may not be isolated: AllowIsolate=no", anchor->id);
	t.by_unit = calloc(units->number_end, sizeof(struct tjob *));
	if (!t.by_unit)
		return -ENOMEM;
	int r = build(&t, anchor, type);
	if (r >= 0)
		r = reduce(&t);
	if (r >= 0)
		r = install(&t, ret_job);
	transaction_done(&t);
	return r;
}
