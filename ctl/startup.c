/* SPDX-License-Identifier: MIT */
#include "ctl/startup.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 256

void bars_done(struct bars *b)
{
	json_decref(b->units);
	free(b->list);
}

static int ask_manager(struct ctl *c, struct bars *b)
{
	json_t *reply;
	int r = ctl_call(c, "Show", NULL, &reply);

	if (r)
		return r;
	const json_t *m = json_array_get(json_object_get(reply, "units"), 0);
	b->origin_usec = (uint64_t)get_int(m, "UserspaceTimestampMonotonic");
	b->finish_usec = (uint64_t)get_int(m, "FinishTimestampMonotonic");
	json_decref(reply);
	return EXIT_DONE;
}

static json_t *loaded_names(struct ctl *c, int *status)
{
	json_t *reply, *row, *names = json_array();
	size_t i;

	*status = ctl_call(c, "ListUnits", json_pack("{s:b}", "all", 1), &reply);
	if (*status)
		return names;
	json_array_foreach (json_object_get(reply, "units"), i, row)
		json_array_append(names, json_object_get(row, "unit"));
	json_decref(reply);
	return names;
}

/* Properties of all of them: a request has a limit, so in batches. */
static int ask_units(struct ctl *c, const json_t *names, json_t *units)
{
	for (size_t at = 0; at < json_array_size(names); at += BATCH) {
		json_t *some = json_array(), *reply;

		for (size_t i = at; i < at + BATCH && i < json_array_size(names); i++)
			json_array_append(some, json_array_get(names, i));
		int r = ctl_call(c, "Show", json_pack("{s:o}", "units", some), &reply);
		if (r)
			return r;
		json_array_extend(units, json_object_get(reply, "units"));
		json_decref(reply);
	}
	return EXIT_DONE;
}

int ask_bars(struct ctl *c, struct bars *b)
{
	json_t *unit;
	size_t i;

	b->units = json_array();
	int r = ask_manager(c, b);
	json_t *names = r ? json_array() : loaded_names(c, &r);

	if (!r)
		r = ask_units(c, names, b->units);
	json_decref(names);
	if (r)
		return r;
	b->list = calloc(json_array_size(b->units) + 1, sizeof(*b->list));
	json_array_foreach (b->units, i, unit) {
		uint64_t begin = (uint64_t)get_int(unit, "InactiveExitTimestampMonotonic");
		uint64_t up = (uint64_t)get_int(unit, "ActiveEnterTimestampMonotonic");
		uint64_t down = (uint64_t)get_int(unit, "InactiveEnterTimestampMonotonic");

		if (!b->list || !begin || begin < b->origin_usec)
			continue;
		uint64_t end = up >= begin ? up : down >= begin ? down : begin;
		b->list[b->count++] = (struct bar){.unit = get_string(unit, "Id"),
			.after = json_object_get(unit, "After"),
			.begin_usec = begin - b->origin_usec,
			.end_usec = end - b->origin_usec,
			.failed = strcmp(get_string(unit, "ActiveState"), "failed") == 0};
	}
	return EXIT_DONE;
}
