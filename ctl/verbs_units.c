/* SPDX-License-Identifier: MIT */
/* Lists, and questions with a yes or no. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "ctl/render.h"

static bool is_wanted(const struct options *o, const json_t *row)
{
	const char *type = strrchr(get_string(row, "unit"), '.');

	if (o->types && !(type && strv_contains(o->types, type + 1)))
		return false;
	if (o->failed && strcmp(get_string(row, "active"), "failed") != 0)
		return false;
	return !o->states || strv_contains(o->states, get_string(row, "load")) ||
	       strv_contains(o->states, get_string(row, "active")) ||
	       strv_contains(o->states, get_string(row, "sub"));
}

static json_t *string_array(char **words)
{
	json_t *list = json_array();

	for (; words && *words; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

static void print_units(const struct options *o, const json_t *units)
{
	struct table t = {
		.columns = 6, .headings = {" ", "UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"}};
	json_t *row;
	size_t i;

	json_array_foreach (units, i, row) {
		const char *load = get_string(row, "load"), *active = get_string(row, "active");
		enum colour colour = dot_colour(load, active);
		bool bad = colour == RED;

		table_cell(&t, colour, bad && !o->plain ? "●" : " ");
		table_cell(&t, bad ? RED : PLAIN, get_string(row, "unit"));
		table_cell(&t, strcmp(load, "loaded") == 0 ? PLAIN : RED, load);
		table_cell(&t, bad ? RED : PLAIN, active);
		table_cell(&t, bad ? RED : PLAIN, get_string(row, "sub"));
		table_cell(&t, PLAIN, get_string(row, "description"));
	}
	table_print(&t, o);
	if (o->no_legend)
		return;
	printf("%s%zu units%s.%s\n", i ? "\n" : "", i,
		o->all ? "" : " that are up, failed, or have a job",
		o->all ? "" : " --all shows the others.");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		get_string(*(json_t *const *)a, "unit"), get_string(*(json_t *const *)b, "unit"));
}

/* Those rows that are asked for, by name. */
static json_t *select_rows(const struct options *o, const json_t *units)
{
	size_t size = json_array_size(units), count = 0, i;
	_cleanup_(freep) json_t **rows = calloc(size + 1, sizeof(*rows));
	json_t *row, *list = json_array();

	json_array_foreach (units, i, row)
		if (rows && is_wanted(o, row))
			rows[count++] = row;
	if (count)
		qsort(rows, count, sizeof(*rows), by_name);
	for (i = 0; i < count; i++)
		json_array_append(list, rows[i]);
	return list;
}

int verb_list_units(struct ctl *c, char **arguments)
{
	bool all = c->options.all || c->options.states || c->options.failed;
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "ListUnits",
		json_pack("{s:o, s:b}", "patterns", string_array(arguments), "all", all), &reply);

	if (r)
		return r;
	json_t *list = select_rows(&c->options, json_object_get(reply, "units"));
	if (c->options.format == OUTPUT_JSON) {
		json_array_foreach (list, i, row)
			json_object_del(row, "job");
		r = print_json(list);
	} else {
		print_units(&c->options, list);
	}
	json_decref(list);
	json_decref(reply);
	return r;
}

int verb_list_jobs(struct ctl *c, char **arguments)
{
	struct table t = {
		.columns = 4, .headings = {"JOB", "UNIT", "TYPE", "STATE"}, .to_right = {true}};
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "ListJobs", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	const json_t *jobs = json_object_get(reply, "jobs");
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(jobs);
		json_decref(reply);
		return r;
	}
	json_array_foreach (jobs, i, row) {
		table_number(&t, get_int(row, "id"));
		table_cell(&t, PLAIN, get_string(row, "unit"));
		table_cell(&t, PLAIN, get_string(row, "type"));
		table_cell(&t, PLAIN, get_string(row, "state"));
	}
	table_print(&t, &c->options);
	if (!c->options.no_legend)
		printf(i ? "\n%zu jobs listed.\n" : "No jobs running.\n", i);
	json_decref(reply);
	return EXIT_DONE;
}

/* Prints each unit's state; 0 when one of them is in a good one, else `otherwise`. */
static int check_state(
	struct ctl *c, char **words, const char *good, const char *good_too, int otherwise)
{
	bool found = false;
	json_t *names = ctl_unit_names(c, words), *reply, *unit;
	size_t i;

	if (!names)
		return EXIT_FAILED;
	if (!json_array_size(names)) {
		json_decref(names);
		return otherwise;
	}
	int r = ctl_call(c, "Show", json_pack("{s:o}", "units", names), &reply);
	if (r)
		return r;
	json_array_foreach (json_object_get(reply, "units"), i, unit) {
		const char *active = get_string(unit, "ActiveState");

		if (!c->options.quiet && c->options.format != OUTPUT_JSON)
			puts(active);
		found = found || strcmp(active, good) == 0 || strcmp(active, good_too) == 0;
	}
	if (c->options.format == OUTPUT_JSON) {
		json_t *list = json_array();
		json_array_foreach (json_object_get(reply, "units"), i, unit)
			json_array_append(list, json_object_get(unit, "ActiveState"));
		print_json(list);
		json_decref(list);
	}
	json_decref(reply);
	return found ? EXIT_DONE : otherwise;
}

int verb_is_active(struct ctl *c, char **arguments)
{
	return check_state(c, arguments, "active", "reloading", EXIT_NOT_ACTIVE);
}

int verb_is_failed(struct ctl *c, char **arguments)
{
	return check_state(c, arguments, "failed", "failed", EXIT_FAILED);
}

int verb_is_system_running(struct ctl *c, char **arguments)
{
	json_t *reply;
	int r = ctl_call(c, "Show", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	const json_t *system = json_array_get(json_object_get(reply, "units"), 0);
	const char *state = get_string(system, "SystemState");
	bool good = strcmp(state, "running") == 0;

	if (c->options.format == OUTPUT_JSON)
		print_json(json_object_get(system, "SystemState"));
	else if (!c->options.quiet)
		puts(state);
	json_decref(reply);
	return good ? EXIT_DONE : EXIT_FAILED;
}
