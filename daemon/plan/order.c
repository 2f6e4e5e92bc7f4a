/* SPDX-License-Identifier: MIT */
/* Ordering cycles in a transaction: found by a walk with a stack of its own, named in full, broken
 * where it hurts least. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/plan/transaction.h"

enum colour {
	WHITE, /* not seen */
	GREY,  /* on the path */
	BLACK, /* leads into no cycle */
};

struct step {
	struct unit *unit;
	size_t next; /* of its neighbours: first those of Before=, then those of After= */
};

struct walk {
	struct transaction *t;
	uint8_t *colour; /* by unit->number */
	struct step *path;
	size_t depth;
};

/* The type of the unit's job in the transaction, else of its present job; -1: none. */
static int type_of(const struct transaction *t, const struct unit *u)
{
	const struct tjob *j = tjob_of(t, u);

	if (j)
		return j->ignores_order ? -1 : (int)j->type;
	return u->job && !u->job->ignores_order ? (int)u->job->type : -1;
}

/* The n-th neighbour whose job comes after this unit's; NULL and *ret_end: there are no more. */
static struct unit *neighbour(const struct transaction *t, struct unit *u, size_t n, bool *ret_end)
{
	size_t before, after;
	const struct edge *later = unit_edges(u, DEP_BEFORE, &before);
	const struct edge *earlier = unit_edges(u, DEP_AFTER, &after);
	int mine = type_of(t, u);

	*ret_end = n >= before + after;
	if (*ret_end || mine < 0)
		return NULL;
	struct unit *other = unit_at(u->table, n < before ? later[n].to : earlier[n - before].to);
	int theirs = type_of(t, other);
	if (theirs < 0)
		return NULL;
	int order = n < before ? job_types_order((enum job_type)mine, (enum job_type)theirs)
			       : -job_types_order((enum job_type)theirs, (enum job_type)mine);
	return order < 0 ? other : NULL;
}

static char *name_cycle(const struct walk *w, size_t from)
{
	char *text = NULL;
	size_t length;
	FILE *f = open_memstream(&text, &length);

	if (!f)
		return NULL;
	for (size_t i = from; i < w->depth; i++)
		fprintf(f, "%s before ", w->path[i].unit->id);
	fputs(w->path[from].unit->id, f);
	fclose(f);
	return text;
}

/* The last on the cycle that the anchor can do without. */
static struct tjob *expendable(const struct walk *w, size_t from)
{
	for (size_t i = w->depth; i > from; i--) {
		struct tjob *j = tjob_of(w->t, w->path[i - 1].unit);
		bool needed = !j;

		for (struct tjob *k = j; k; k = tjob_next_of_unit(k))
			needed |= k->matters;
		if (!needed)
			return j;
	}
	return NULL;
}

/* -EAGAIN: a job was deleted, look again. */
static int break_cycle(const struct walk *w, const struct unit *back)
{
	struct transaction *t = w->t;
	size_t from = w->depth - 1;
	char text[1024];

	while (w->path[from].unit != back)
		from--;
	_cleanup_(freep) char *cycle = name_cycle(w, from);
	struct tjob *victim = expendable(w, from);
	if (!victim)
		return transaction_fail(t, back, -EDEADLK,
			"ordering cycle: %s; take one Before= or After= out",
			cycle ? cycle : back->id);
	snprintf(text, sizeof(text), "ordering cycle: %s; broken by leaving out %s",
		cycle ? cycle : back->id, victim->unit->id);
	if (t->jobs->warning)
		t->jobs->warning(victim->unit, text, t->jobs->data);
	for (struct tjob *k = victim; k; k = tjob_of(t, victim->unit))
		transaction_delete(t, k);
	return -EAGAIN;
}

static void push(struct walk *w, struct unit *u)
{
	w->colour[u->number] = GREY;
	w->path[w->depth++] = (struct step){.unit = u};
}

static int walk_from(struct walk *w, struct unit *start)
{
	push(w, start);
	while (w->depth) {
		struct step *here = &w->path[w->depth - 1];
		bool end;
		struct unit *to = neighbour(w->t, here->unit, here->next++, &end);

		if (end) {
			w->colour[here->unit->number] = BLACK;
			w->depth--;
		} else if (to && w->colour[to->number] == GREY) {
			return break_cycle(w, to);
		} else if (to && w->colour[to->number] == WHITE) {
			push(w, to);
		}
	}
	return 0;
}

/* From each job that was not met yet. -EAGAIN: a cycle was broken, look again. */
static int walk_all(struct walk *w)
{
	int r = 0;

	w->depth = 0;
	memset(w->colour, WHITE, w->t->units->number_end);
	for (struct tjob *j = w->t->first; j && r >= 0; j = j->next)
		if (!j->gone && w->colour[j->unit->number] == WHITE)
			r = walk_from(w, j->unit);
	return r;
}

int transaction_verify_order(struct transaction *t)
{
	size_t count = t->units->number_end;
	struct walk w = {
		.t = t, .colour = calloc(count, 1), .path = calloc(count, sizeof(struct step))};
	int r = w.colour && w.path ? walk_all(&w) : -ENOMEM;

	while (r == -EAGAIN && !t->anchor->gone) {
		transaction_collect_garbage(t);
		r = walk_all(&w);
	}
	free(w.colour);
	free(w.path);
	return r == -EAGAIN ? -EDEADLK : r;
}
