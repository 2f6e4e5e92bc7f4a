/* SPDX-License-Identifier: MIT */
/* What a transaction can do without: needless, orphaned and conflicting jobs. */
#include <errno.h>

#include "daemon/plan/transaction.h"

void transaction_find_matters(struct transaction *t)
{
	struct tjob *work = t->anchor;

	for (struct tjob *j = t->first; j; j = j->next)
		j->matters = false;
	t->anchor->matters = true;
	t->anchor->next_work = NULL;
	while (work) {
		struct tjob *now = work;

		work = now->next_work;
		for (struct link *l = now->needs; l; l = l->next_of_subject)
			if (!l->gone && l->matters && !l->object->matters && !l->object->gone) {
				l->object->matters = true;
				l->object->next_work = work;
				work = l->object;
			}
	}
}

static bool is_wanted(const struct tjob *j)
{
	for (const struct link *l = j->needed_by; l; l = l->next_of_object)
		if (!l->gone)
			return true;
	return false;
}

static void push_work(struct tjob **work, struct tjob *j)
{
	if (j->in_work || j->gone)
		return;
	j->in_work = true;
	j->next_work = *work;
	*work = j;
}

void transaction_collect_garbage(struct transaction *t)
{
	struct tjob *work = NULL;

	/* As systemd has it: what is up there brings up again what it wants. */
	if (t->mode == JOB_MODE_ISOLATE)
		return;
	for (struct tjob *j = t->first; j; j = j->next)
		push_work(&work, j);
	while (work) {
		struct tjob *now = work;

		work = now->next_work;
		now->in_work = false;
		if (now->gone || now == t->anchor || is_wanted(now))
			continue;
		transaction_delete(t, now);
		for (struct link *l = now->needs; l; l = l->next_of_subject)
			push_work(&work, l->object);
	}
}

/* Whether all that is wanted of the unit holds already. */
static bool unit_is_redundant(const struct transaction *t, const struct unit *u)
{
	for (struct tjob *j = tjob_of(t, u); j; j = tjob_next_of_unit(j)) {
		const struct job *old = u->job;

		if (j == t->anchor || !job_type_is_redundant(j->type, u->active) ||
			(old && job_types_conflict(old->type, j->type)))
			return false;
	}
	return true;
}

/* Only the job goes; those that needed it have what they need. */
static void drop(struct tjob *j)
{
	j->gone = true;
	for (struct link *l = j->needs; l; l = l->next_of_subject)
		l->gone = true;
	for (struct link *l = j->needed_by; l; l = l->next_of_object)
		l->gone = true;
}

void transaction_drop_redundant(struct transaction *t)
{
	for (struct tjob *j = t->first; j; j = j->next) {
		if (j->gone || !unit_is_redundant(t, j->unit))
			continue;
		for (struct tjob *k = tjob_of(t, j->unit); k; k = tjob_next_of_unit(k))
			drop(k);
	}
}

/* Mode fail: nothing that runs is stopped, and no job changed, for what is only wished for. */
void transaction_minimize_impact(struct transaction *t)
{
	for (struct tjob *j = t->first; j; j = j->next) {
		const struct job *old = j->unit->job;
		bool stops = j->type == JOB_STOP && unit_is_active(j->unit);
		bool changes = old && job_types_conflict(j->type, old->type);

		if (!j->gone && !j->matters && (stops || changes))
			transaction_delete(t, j);
	}
}

static bool is_conflicted(const struct tjob *j)
{
	for (const struct link *l = j->needed_by; l; l = l->next_of_object)
		if (!l->gone && l->conflicts)
			return true;
	return false;
}

/* Which of two that exclude each other goes; NULL: the anchor needs both. */
static struct tjob *weaker_of(struct tjob *a, struct tjob *b)
{
	if (a->matters && b->matters)
		return NULL;
	if (a->matters != b->matters)
		return a->matters ? b : a;
	if (a->type == JOB_STOP)
		return is_conflicted(a) ? b : a;
	if (b->type == JOB_STOP)
		return is_conflicted(b) ? a : b;
	return a;
}

/* 1: one of a pair that excludes each other was deleted; 0: there is no such pair. */
static int delete_unmergeable(struct transaction *t, const struct unit *u)
{
	for (struct tjob *a = tjob_of(t, u); a; a = tjob_next_of_unit(a))
		for (struct tjob *b = tjob_next_of_unit(a); b; b = tjob_next_of_unit(b)) {
			if (!job_types_conflict(a->type, b->type))
				continue;
			struct tjob *weaker = weaker_of(a, b);
			if (!weaker)
				return transaction_fail(t, u, -ENOEXEC,
					"%s would have to be started and stopped at once", u->id);
			transaction_delete(t, weaker);
			return 1;
		}
	return 0;
}

static void take_over_links(struct tjob *to, struct tjob *from)
{
	while (from->needs) {
		struct link *l = from->needs;
		from->needs = l->next_of_subject;
		l->subject = to;
		l->next_of_subject = to->needs;
		to->needs = l;
	}
	while (from->needed_by) {
		struct link *l = from->needed_by;
		from->needed_by = l->next_of_object;
		l->object = to;
		l->next_of_object = to->needed_by;
		to->needed_by = l;
	}
}

static void merge_unit(struct transaction *t, struct tjob *first)
{
	int type = (int)first->type;

	for (struct tjob *k = tjob_next_of_unit(first); k; k = tjob_next_of_unit(first)) {
		type = job_types_merge((enum job_type)type, k->type);
		take_over_links(first, k);
		first->matters |= k->matters;
		first->ignores_order &= k->ignores_order;
		k->gone = true;
		if (t->anchor == k)
			t->anchor = first;
	}
	first->type = job_type_collapse((enum job_type)type, first->unit);
}

int transaction_merge(struct transaction *t)
{
	for (struct tjob *j = t->first; j; j = j->next) {
		int r = j->gone ? 0 : 1;

		while (r > 0) {
			r = delete_unmergeable(t, j->unit);
			if (r > 0)
				transaction_collect_garbage(t);
		}
		if (r < 0)
			return r;
	}
	for (struct tjob *j = t->first; j; j = j->next)
		if (!j->gone && tjob_of(t, j->unit) == j)
			merge_unit(t, j);
	return t->anchor->gone ? transaction_fail(t, t->anchor->unit, -ENOEXEC,
					 "%s conflicts with what it needs", t->anchor->unit->id)
			       : 0;
}
