/* SPDX-License-Identifier: MIT */
/* Lists, and questions with a yes or no. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/memory.h"
#include "ctl/render.h"

static bool is_wanted(const struct options *o, const json_t *row)
{
	if (o->failed && strcmp(get_string(row, "active"), "failed") != 0)
		return false;
	return (!o->types || is_wanted_type(o, get_string(row, "unit"))) &&
	       (!o->states || is_wanted_state(o, get_string(row, "load"), get_string(row, "active"),
				      get_string(row, "sub")));
}

/* What the columns mean, and how many there are: in systemctl's name systemctl's words, which
 * scripts look for. */
static void print_legend(const struct options *o, size_t count, bool has_jobs)
{
	bool is_systemctl = o->program == PROGRAM_SYSTEMCTL;

	if (o->no_legend)
		return;
	if (count)
		puts("\nLOAD   = Reflects whether the unit definition was properly loaded.\n"
		     "ACTIVE = The high-level unit activation state, i.e. generalization of SUB.\n"
		     "SUB    = The low-level unit activation state, values depend on unit type.");
	if (has_jobs)
		puts("JOB    = Pending job for the unit.\n");
	bool complete = o->all || strv_contains(o->states, "inactive"),
	     chosen = o->states || o->failed;
	printf("%zu loaded %s listed.%s\n", count, count == 1 && !is_systemctl ? "unit" : "units",
		complete || chosen ? "" : " Pass --all to see loaded but inactive units, too.");
	if (complete || !chosen)
		printf("To show all installed unit files use '%s list-unit-files'.\n",
			is_systemctl ? "systemctl" : "reaperctl");
}

static bool any_has_job(const json_t *units)
{
	json_t *row;
	size_t i;

	json_array_foreach (units, i, row)
		if (*get_string(row, "job"))
			return true;
	return false;
}

static void print_units(const struct options *o, const json_t *units)
{
	bool has_jobs = any_has_job(units);
	struct table t = {.columns = 7,
		.headings = {" ", "UNIT", "LOAD", "ACTIVE", "SUB", "JOB", "DESCRIPTION"},
		.hidden = {[0] = o->plain, [5] = !has_jobs}};
	json_t *row;
	size_t i;

	json_array_foreach (units, i, row) {
		const char *load = get_string(row, "load"), *active = get_string(row, "active");
		enum colour colour = dot_colour(load, active);
		bool bad = colour == RED, odd = strcmp(load, "loaded") != 0;

		table_cell(&t, colour, bad || odd ? "●" : " ");
		table_cell(&t, bad ? RED : PLAIN, get_string(row, "unit"));
		table_cell(&t, odd ? RED : PLAIN, load);
		table_cell(&t, bad ? RED : PLAIN, active);
		table_cell(&t, bad ? RED : PLAIN, get_string(row, "sub"));
		table_cell(&t, PLAIN, get_string(row, "job"));
		table_cell(&t, PLAIN, get_string(row, "description"));
	}
	table_print(&t, o);
	print_legend(o, i, has_jobs);
}

/* Those rows that are asked for, by name. */
static json_t *select_rows(const struct options *o, const json_t *units)
{
	json_t *wanted = json_array(), *row;
	size_t i;

	json_array_foreach (units, i, row)
		if (is_wanted(o, row))
			json_array_append(wanted, row);
	json_t *list = sorted_by_unit(wanted, "unit");
	json_decref(wanted);
	return list;
}

/* Patterns are reaperd's to match; a whole name may lack its suffix. */
static json_t *patterns_of(char **words)
{
	json_t *list = json_array();

	for (; *words; words++) {
		_cleanup_(freep) char *name =
			strpbrk(*words, "*?[") ? NULL : unit_name_mangle(*words);
		json_array_append_new(list, json_string(name ? name : *words));
	}
	return list;
}

int verb_list_units(struct ctl *c, char **arguments)
{
	bool all = c->options.all || c->options.states || c->options.failed;
	json_t *reply, *row;
	size_t i;

	memory_open();
	int r = ctl_call(c, "ListUnits",
		json_pack("{s:o, s:b}", "patterns", patterns_of(arguments), "all", all), &reply);

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

static void print_jobs(const struct options *o, const json_t *jobs, bool narrowed)
{
	struct table t = {
		.columns = 4, .headings = {"JOB", "UNIT", "TYPE", "STATE"}, .to_right = {true}};
	json_t *row;
	size_t i;

	json_array_foreach (jobs, i, row) {
		table_number(&t, get_int(row, "id"));
		table_cell(&t, PLAIN, get_string(row, "unit"));
		table_cell(&t, PLAIN, get_string(row, "type"));
		table_cell(&t, PLAIN, get_string(row, "state"));
	}
	if (i)
		table_print(&t, o);
	if (!o->no_legend)
		printf(i	   ? "\n%zu jobs listed.\n"
			: narrowed ? "No jobs listed.\n"
				   : "No jobs running.\n",
			i);
}

int verb_list_jobs(struct ctl *c, char **arguments)
{
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "ListJobs", NULL, &reply);

	if (r)
		return r;
	json_t *jobs = json_array();
	json_array_foreach (json_object_get(reply, "jobs"), i, row)
		if (is_wanted_name(arguments, get_string(row, "unit")))
			json_array_append(jobs, row);
	if (c->options.format == OUTPUT_JSON)
		r = print_json(jobs);
	else
		print_jobs(&c->options, jobs, *arguments);
	json_decref(jobs);
	json_decref(reply);
	return r;
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
	int r = ctl_call(c, "Show",
		json_pack("{s:o, s:[s]}", "units", names, "properties", "ActiveState"), &reply);
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
