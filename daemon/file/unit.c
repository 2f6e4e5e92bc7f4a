/* SPDX-License-Identifier: MIT */
#include "daemon/file/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/limits.h"

DEFINE_ENUM_TABLE(unit_load_state, LOAD_STATE_MAX, [LOAD_STUB] = "stub", [LOAD_LOADED] = "loaded",
	[LOAD_NOT_FOUND] = "not-found", [LOAD_BAD_SETTING] = "bad-setting", [LOAD_ERROR] = "error",
	[LOAD_MASKED] = "masked", );

DEFINE_ENUM_TABLE(unit_active_state, UNIT_ACTIVE_STATE_MAX, [UNIT_INACTIVE] = "inactive",
	[UNIT_ACTIVE] = "active", [UNIT_RELOADING] = "reloading", [UNIT_FAILED] = "failed",
	[UNIT_ACTIVATING] = "activating", [UNIT_DEACTIVATING] = "deactivating", );

static struct unit *unit_free(struct unit *u)
{
	if (!u)
		return NULL;
	config_free(u->config);
	diags_done(&u->diags);
	strv_free(u->aliases);
	strv_free(u->trigger_details);
	free(u->edges);
	free(u->start_refusal);
	free(u);
	return NULL;
}

DEFINE_CLEANUP(struct unit, unit_free)

struct unit *unit_table_find(const struct unit_table *t, const char *name)
{
	struct unit_entry *e;

	HASH_FIND_STR(t->by_name, name, e);
	return e ? e->unit : NULL;
}

/* The name as the table has it; NULL: out of memory. */
static const char *add_name(struct unit_table *t, struct unit *u, const char *name)
{
	size_t size = strlen(name) + 1;
	struct unit_entry *e = malloc(sizeof(*e) + size);

	if (!e)
		return NULL;
	*e = (struct unit_entry){.unit = u};
	memcpy(e->name, name, size);
	HASH_ADD_STR(t->by_name, name, e);
	if (HASH_IS_IN(hh, e))
		return e->name;
	free(e);
	return NULL;
}

static void drop_name(struct unit_table *t, const char *name)
{
	struct unit_entry *e;

	HASH_FIND_STR(t->by_name, name, e);
	if (!e)
		return;
	HASH_DEL(t->by_name, e);
	free(e);
}

/* Room for one more in a list that grows by doubling: at each power of two. */
static int make_room(struct unit ***list, size_t count)
{
	if ((count & (count - 1)) != 0)
		return 0;
	struct unit **grown = reallocarray(*list, count ? 2 * count : 1, sizeof(struct unit *));
	if (!grown)
		return -ENOMEM;
	*list = grown;
	return 0;
}

static int add_to_list(struct unit_table *t, struct unit *u)
{
	bool is_new = t->free_count == 0;
	int r = make_room(&t->list, t->count);

	if (r >= 0 && is_new)
		r = make_room(&t->by_number, t->number_end);
	if (r < 0)
		return r;
	u->table = t;
	u->number = is_new ? t->number_end++ : t->free_numbers[--t->free_count];
	t->by_number[u->number] = u;
	t->list[t->count++] = u;
	return 0;
}

struct unit *unit_at(const struct unit_table *t, uint32_t number)
{
	return t->by_number[number];
}

int unit_table_get(struct unit_table *t, const char *name, struct unit **ret)
{
	struct unit *found = unit_table_find(t, name);

	if (found) {
		*ret = found;
		return 0;
	}
	if (!unit_name_is_valid(name) || unit_name_is_template(name))
		return -EINVAL;
	if (t->count >= LIMIT_UNITS)
		return -E2BIG;

	_cleanup_(unit_freep) struct unit *u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->type = (enum unit_type)unit_name_type(name);
	u->config = config_new(u->type);
	u->id = u->config ? add_name(t, u, name) : NULL;
	if (!u->id)
		return -ENOMEM;
	int r = add_to_list(t, u);
	if (r < 0) {
		drop_name(t, u->id);
		return r;
	}
	*ret = TAKE_PTR(u);
	return 0;
}

int unit_table_add_alias(struct unit_table *t, struct unit *u, const char *name)
{
	struct unit *other = unit_table_find(t, name);

	if (other)
		return other == u ? 0 : -EEXIST;
	int r = strv_push(&u->aliases, strdup(name));
	return r < 0 || add_name(t, u, name) ? r : -ENOMEM;
}

int unit_table_remove(struct unit_table *t, struct unit *u)
{
	uint32_t *grown = reallocarray(t->free_numbers, t->free_count + 1, sizeof(*grown));
	size_t kept = 0;

	if (!grown)
		return -ENOMEM;
	t->free_numbers = grown;
	t->free_numbers[t->free_count++] = u->number;
	unit_drop_edges(u);
	t->by_number[u->number] = NULL;
	drop_name(t, u->id);
	for (char **a = u->aliases; a && *a; a++)
		drop_name(t, *a);
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i] != u)
			t->list[kept++] = t->list[i];
	t->count = kept;
	unit_free(u);
	return 0;
}

void unit_table_done(struct unit_table *t)
{
	struct unit_entry *e, *next;

	HASH_ITER(hh, t->by_name, e, next)
	{
		HASH_DEL(t->by_name, e);
		free(e);
	}
	for (size_t i = 0; i < t->count; i++)
		unit_free(t->list[i]);
	free(t->list);
	free(t->by_number);
	free(t->free_numbers);
	*t = (struct unit_table){0};
}

void unit_table_drop_aliases(struct unit_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct unit *u = t->list[i];

		for (char **a = u->aliases; a && *a; a++)
			drop_name(t, *a);
		u->aliases = strv_free(u->aliases);
	}
}

const char *unit_description(const struct unit *u)
{
	const char *text = u->config->description;

	return text && *text ? text : u->id;
}

bool unit_is_active(const struct unit *u)
{
	return u->active == UNIT_ACTIVE || u->active == UNIT_RELOADING;
}

bool unit_is_inactive_or_failed(const struct unit *u)
{
	return u->active == UNIT_INACTIVE || u->active == UNIT_FAILED;
}
