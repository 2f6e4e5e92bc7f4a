/* SPDX-License-Identifier: MIT */
/* Processes: the tree, orphans, zombies, the sweep, the counters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/own.h"
#include "common/text.h"
#include "ctl/process_tree.h"
#include "ctl/render.h"

static const char *unit_or_dash(const json_t *row, const char *key)
{
	const char *unit = get_string(row, key);

	return *unit ? unit : "-";
}

int verb_tree(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *reply, *parameters = json_object();

	if (!names)
		return EXIT_FAILED;
	if (json_array_size(names))
		json_object_set(parameters, "unit", json_array_get(names, 0));
	json_decref(names);
	int r = ctl_call(c, "Tree", parameters, &reply);
	if (r)
		return r;
	const json_t *tree = json_object_get(reply, "tree");
	if (c->options.format == OUTPUT_JSON)
		r = print_json(tree);
	else
		process_tree_print(tree, &c->options);
	json_decref(reply);
	return r;
}

static void since(struct table *t, const json_t *row)
{
	char buffer[FORMAT_MAX];

	table_cell(t, PLAIN,
		format_relative(
			buffer, (uint64_t)get_int(row, "since_usec"), clock_realtime_usec()));
}

int verb_orphans(struct ctl *c, char **arguments)
{
	struct table t = {.columns = 4,
		.headings = {"PID", "NAME", "FROM UNIT", "ADOPTED"},
		.to_right = {true}};
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "Orphans", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	const json_t *list = json_object_get(reply, "orphans");
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(list);
		json_decref(reply);
		return r;
	}
	json_array_foreach (list, i, row) {
		table_number(&t, get_int(row, "pid"));
		table_cell(&t, PLAIN, get_string(row, "name"));
		table_cell(&t, PLAIN, unit_or_dash(row, "unit"));
		since(&t, row);
	}
	if (i)
		table_print(&t, &c->options);
	if (!c->options.no_legend)
		printf(i ? "\n%zu adopted: their parents ended before them.\n" : "No orphans.\n",
			i);
	json_decref(reply);
	return EXIT_DONE;
}

/* What to do about it, and how much time there is. */
static void advise(const json_t *reply, size_t count)
{
	const json_t *max = json_object_get(reply, "pids_max");

	if (!count) {
		puts("No zombies.");
		return;
	}
	printf("\n%zu dead and not waited for. Only the parent can do that: mend it, or end it and "
	       "reaperd "
	       "reaps them.\n",
		count);
	if (json_integer_value(max) > 0)
		printf("%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
		       " processes are in use here; each zombie holds one.\n",
			get_int(reply, "pids_current"), json_integer_value(max));
}

int verb_zombies(struct ctl *c, char **arguments)
{
	struct table t = {.columns = 6,
		.headings = {"PID", "NAME", "STARTED", "PARENT", "ITS UNIT", "PARENT HOLDS"},
		.to_right = {true}};
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "Zombies", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	const json_t *list = json_object_get(reply, "zombies");
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(list);
		json_decref(reply);
		return r;
	}
	json_array_foreach (list, i, row) {
		char parent[128], held[32];

		snprintf(parent, sizeof(parent), "%d (%s)", (int)get_int(row, "ppid"),
			get_string(row, "parent_name"));
		snprintf(held, sizeof(held), "%d", (int)get_int(row, "parent_zombies"));
		table_number(&t, get_int(row, "pid"));
		table_cell(&t, PLAIN, get_string(row, "name"));
		since(&t, row);
		table_cell(&t, RED, parent);
		table_cell(&t, PLAIN, unit_or_dash(row, "parent_unit"));
		table_cell(&t, PLAIN, held);
	}
	if (i)
		table_print(&t, &c->options);
	if (!c->options.no_legend)
		advise(reply, i);
	json_decref(reply);
	return EXIT_DONE;
}

int verb_reap(struct ctl *c, char **arguments)
{
	json_t *reply;
	int r = ctl_call(c, "Reap", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	if (c->options.format == OUTPUT_JSON)
		r = print_json(reply);
	else if (!c->options.quiet)
		printf("%" JSON_INTEGER_FORMAT " reaped\n", get_int(reply, "reaped"));
	json_decref(reply);
	return r;
}

int verb_stats(struct ctl *c, char **arguments)
{
	char buffer[FORMAT_MAX];
	const char *name;
	json_t *reply, *value;
	int r = ctl_call(c, "Stats", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	json_t *stats = json_object_get(reply, "stats");
	if (c->options.format == OUTPUT_JSON)
		r = print_json(stats);
	else
		json_object_foreach (stats, name, value) {
			if (text_ends_with(name, "_usec"))
				printf("%-18.*s %s\n", (int)strlen(name) - 5, name,
					format_timespan(buffer, (uint64_t)json_integer_value(value),
						USEC_PER_MSEC));
			else
				printf("%-18s %" JSON_INTEGER_FORMAT "\n", name,
					json_integer_value(value));
		}
	json_decref(reply);
	return r;
}
