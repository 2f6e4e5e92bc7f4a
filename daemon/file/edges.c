/* SPDX-License-Identifier: MIT */
/*
 * The edges of units, both halves of each. Those of a unit are kept in order, by kind and then by
 * the number of the other unit; what is added stands behind until somebody asks or the room ends,
 * so that a thousand edges cost a few sorts and not a thousand insertions.
 */
#include <errno.h>
#include <stdlib.h>

#include "daemon/file/unit.h"

static int compare(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->to < y->to ? -1 : x->to > y->to;
}

/* Puts what was added into its place; an edge that is said twice is one of both origins. */
static void put_in_order(struct unit *u)
{
	uint32_t kept = 0;

	if (u->edges_in_order == u->edge_count)
		return;
	qsort(u->edges, u->edge_count, sizeof(*u->edges), compare);
	for (uint32_t i = 0; i < u->edge_count; i++)
		if (kept && compare(&u->edges[kept - 1], &u->edges[i]) == 0)
			u->edges[kept - 1].origin |= u->edges[i].origin;
		else
			u->edges[kept++] = u->edges[i];
	u->edge_count = u->edges_in_order = kept;
}

static int make_room(struct unit *u)
{
	if (u->edge_count < u->edge_room)
		return 0;
	put_in_order(u);
	if (u->edge_count < u->edge_room / 4 * 3)
		return 0;

	uint32_t room = u->edge_room + u->edge_room / 2 + 4;
	struct edge *grown = reallocarray(u->edges, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	u->edges = grown;
	u->edge_room = room;
	return 0;
}

static int add_half(struct unit *u, enum dep_kind kind, const struct unit *to, unsigned origin)
{
	int r = make_room(u);

	if (r >= 0)
		u->edges[u->edge_count++] = (struct edge){
			.to = to->number, .kind = (uint8_t)kind, .origin = (uint8_t)origin};
	return r;
}

int unit_add_edge(struct unit *u, enum dep_kind kind, struct unit *to, unsigned origin)
{
	if (u == to)
		return 0;
	int r = add_half(u, kind, to, origin);
	return r < 0 ? r : add_half(to, kind ^ 1, u, 0);
}

/* Where an edge of (kind, to) is, or would be. */
static uint32_t position(const struct unit *u, enum dep_kind kind, uint32_t to)
{
	const struct edge wanted = {.to = to, .kind = (uint8_t)kind};
	uint32_t low = 0, high = u->edge_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (compare(&u->edges[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct edge *unit_edges(const struct unit *u, enum dep_kind kind, size_t *ret_count)
{
	put_in_order((struct unit *)u); /* it has the same edges afterwards */
	uint32_t from = position(u, kind, 0);

	*ret_count = position(u, kind + 1, 0) - from;
	return u->edges ? u->edges + from : NULL;
}

bool unit_has_edge(const struct unit *u, enum dep_kind kind, const struct unit *to)
{
	put_in_order((struct unit *)u);
	uint32_t at = position(u, kind, to->number);

	return at < u->edge_count && u->edges[at].kind == kind && u->edges[at].to == to->number;
}

static void drop_edges_to(struct unit *from, const struct unit *u)
{
	uint32_t kept = 0;

	put_in_order(from);
	for (uint32_t i = 0; i < from->edge_count; i++)
		if (from->edges[i].to != u->number)
			from->edges[kept++] = from->edges[i];
	from->edge_count = from->edges_in_order = kept;
}

void unit_drop_edges(struct unit *u)
{
	for (uint32_t i = 0; i < u->edge_count; i++)
		drop_edges_to(unit_at(u->table, u->edges[i].to), u);
	u->edge_count = u->edges_in_order = 0;
}

void unit_fit_edges(struct unit *u)
{
	put_in_order(u);
	struct edge *fitting =
		u->edge_count ? reallocarray(u->edges, u->edge_count, sizeof(*fitting)) : NULL;

	if (!fitting)
		return;
	u->edges = fitting;
	u->edge_room = u->edge_count;
}

void unit_table_drop_edges(struct unit_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->list[i]->edge_count = t->list[i]->edges_in_order = 0;
}
