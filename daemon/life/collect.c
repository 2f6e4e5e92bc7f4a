/* SPDX-License-Identifier: MIT */
#include "daemon/life/collect.h"

void collect_later(struct life *life, size_t from)
{
	for (size_t i = from; i < life->units.count; i++) {
		life->units.list[i]->passing = true;
		life->has_passing = true;
	}
}

/* Something came of it that somebody may ask for again. */
static bool has_lived(const struct unit *u)
{
	return u->active != UNIT_INACTIVE || u->job || u->queued || u->in_upkeep || u->service ||
	       u->trigger || u->start_refusal || u->condition_time.monotonic_usec;
}

/* A unit that stays speaks of it. One that stays too may have been loaded after it, and then both
 * may say so. */
static bool is_spoken_of(const struct unit *u)
{
	for (uint32_t i = 0; i < u->edge_count; i++) {
		const struct unit *other = unit_at(u->table, u->edges[i].to);
		if (!other->passing && (!u->edges[i].origin || other->stays))
			return true;
	}
	return false;
}

static bool keep(struct unit *u)
{
	u->passing = false;
	u->stays = true;
	return true;
}

/* Until there is nothing more to be kept: who stays keeps those that it names. */
static void keep_what_is_needed(struct life *life)
{
	bool again = true;

	for (size_t i = 0; i < life->units.count; i++)
		if (life->units.list[i]->passing && has_lived(life->units.list[i]))
			keep(life->units.list[i]);
	while (again) {
		again = false;
		for (size_t i = life->units.count; i-- > 0;) {
			struct unit *u = life->units.list[i];

			if (u->passing && is_spoken_of(u))
				again = keep(u);
		}
	}
}

static void forget(struct life *life, struct unit *u)
{
	unit_machine(u)->done(u);
	(void)unit_table_remove(&life->units, u);
}

void collect_turn(struct life *life)
{
	if (!life->has_passing)
		return;
	life->has_passing = false;
	keep_what_is_needed(life);
	for (size_t i = life->units.count; i-- > 0;) {
		struct unit *u = life->units.list[i];

		u->stays = false;
		if (u->passing)
			forget(life, u);
	}
}

void collect_instance(struct life *life, struct unit *u)
{
	if (u->collect && u->active == UNIT_INACTIVE && !u->job && !u->queued && !u->in_upkeep)
		forget(life, u);
}
