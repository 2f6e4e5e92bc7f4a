/* SPDX-License-Identifier: MIT */
/* list-timers and list-sockets, in systemctl's columns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/own.h"
#include "ctl/render.h"

/* A new array of the rows that are asked for, sorted. */
static json_t *select_rows(
	const json_t *rows, char **patterns, int (*compare)(const void *, const void *))
{
	size_t size = json_array_size(rows), count = 0, i;
	_cleanup_(freep) json_t **list = calloc(size + 1, sizeof(*list));
	json_t *row, *sorted = json_array();

	json_array_foreach (rows, i, row)
		if (list && is_wanted_name(patterns, get_string(row, "unit")))
			list[count++] = row;
	if (count)
		qsort(list, count, sizeof(*list), compare);
	for (i = 0; i < count; i++)
		json_array_append(sorted, list[i]);
	return sorted;
}

/* The next first; those that never come last. */
static int by_next(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	uint64_t m = (uint64_t)get_int(x, "next_usec") - 1,
		 n = (uint64_t)get_int(y, "next_usec") - 1;

	if (m != n)
		return m < n ? -1 : 1;
	return strcmp(get_string(x, "unit"), get_string(y, "unit"));
}

static int by_address(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int r = strcmp(get_string(x, "listen"), get_string(y, "listen"));

	return r ? r : strcmp(get_string(x, "unit"), get_string(y, "unit"));
}

static void print_moment(struct table *t, json_int_t usec, uint64_t now)
{
	char when[FORMAT_MAX], span[FORMAT_MAX];

	table_cell(t, PLAIN, usec ? format_timestamp(when, (uint64_t)usec) : "-");
	table_cell(t, PLAIN, usec ? format_relative(span, (uint64_t)usec, now) : "-");
}

static void print_legend(const struct options *o, size_t count, const char *what)
{
	if (o->no_legend)
		return;
	printf("\n%zu %s listed.\n", count, what);
	if (!o->all)
		printf("Pass --all to see loaded but inactive %s, too.\n", what);
}

int verb_list_timers(struct ctl *c, char **arguments)
{
	struct table t = {
		.columns = 6, .headings = {"NEXT", "LEFT", "LAST", "PASSED", "UNIT", "ACTIVATES"}};
	uint64_t now = clock_realtime_usec();
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "ListTimers", json_pack("{s:b}", "all", c->options.all), &reply);

	if (r)
		return r;
	json_t *rows = select_rows(json_object_get(reply, "timers"), arguments, by_next);
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(rows);
	} else {
		json_array_foreach (rows, i, row) {
			print_moment(&t, get_int(row, "next_usec"), now);
			print_moment(&t, get_int(row, "last_usec"), now);
			table_cell(&t, PLAIN, get_string(row, "unit"));
			table_cell(&t, PLAIN, get_string(row, "activates"));
		}
		table_print(&t, &c->options);
		print_legend(&c->options, i, "timers");
	}
	json_decref(rows);
	json_decref(reply);
	return r;
}

int verb_list_sockets(struct ctl *c, char **arguments)
{
	bool types = c->options.show_types;
	struct table t = {.columns = types ? 4 : 3,
		.headings = {"LISTEN", types ? "TYPE" : "UNIT", types ? "UNIT" : "ACTIVATES",
			"ACTIVATES"}};
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "ListSockets", json_pack("{s:b}", "all", c->options.all), &reply);

	if (r)
		return r;
	json_t *rows = select_rows(json_object_get(reply, "sockets"), arguments, by_address);
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(rows);
	} else {
		json_array_foreach (rows, i, row) {
			table_cell(&t, PLAIN, get_string(row, "listen"));
			if (types)
				table_cell(&t, PLAIN, get_string(row, "type"));
			table_cell(&t, PLAIN, get_string(row, "unit"));
			table_cell(&t, PLAIN, get_string(row, "activates"));
		}
		table_print(&t, &c->options);
		print_legend(&c->options, i, "sockets");
	}
	json_decref(rows);
	json_decref(reply);
	return r;
}
