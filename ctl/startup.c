/* SPDX-License-Identifier: MIT */
#include "ctl/startup.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"

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

/* A moment of the unit since reaperd began; 0: it has not come, or an earlier life had it. */
static uint64_t moment(
	const struct bars *b, const json_t *unit, const char *property, uint64_t since)
{
	uint64_t at = (uint64_t)get_int(unit, property);

	return at && at >= b->origin_usec + since ? at - b->origin_usec : 0;
}

/* Whether it only waited for a restart that came to nothing: all that it ran had ended before. */
static bool only_waited(const json_t *unit)
{
	static const char *const lists[] = {"ExecCondition", "ExecStartPre", "ExecStart",
		"ExecStartPost", "ExecStop", "ExecStopPost"};
	int64_t last = 0;
	json_t *command;
	size_t i;

	for (size_t list = 0; list < ELEMENTS(lists); list++)
		json_array_foreach (json_object_get(unit, lists[list]), i, command) {
			int64_t stop = get_int(command, "stop_usec");

			if (get_int(command, "start_usec") && !stop)
				return false;
			last = stop > last ? stop : last;
		}
	return last && last <= get_int(unit, "InactiveExitTimestamp");
}

static void add_bar(struct bars *b, const json_t *unit)
{
	uint64_t begin = (uint64_t)get_int(unit, "InactiveExitTimestampMonotonic");

	if (!begin || begin < b->origin_usec)
		return;
	begin -= b->origin_usec;
	struct bar bar = {
		.unit = get_string(unit, "Id"),
		.after = json_object_get(unit, "After"),
		.begin_usec = begin,
		.main_usec = moment(b, unit, "ExecMainStartTimestampMonotonic", begin),
		.end_usec = moment(b, unit, "ActiveEnterTimestampMonotonic", begin),
		.down_usec = moment(b, unit, "ActiveExitTimestampMonotonic", begin),
		.gone_usec = moment(b, unit, "InactiveEnterTimestampMonotonic", begin),
		.failed = strcmp(get_string(unit, "ActiveState"), "failed") == 0,
	};
	bar.was_up = bar.end_usec != 0;
	if (!bar.was_up)
		bar.end_usec = bar.gone_usec && !only_waited(unit) ? bar.gone_usec : begin;
	b->list[b->count++] = bar;
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
	json_array_foreach (b->units, i, unit)
		if (b->list)
			add_bar(b, unit);
	return EXIT_DONE;
}
