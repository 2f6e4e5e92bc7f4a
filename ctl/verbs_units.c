/* SPDX-License-Identifier: MIT */
/* Lists, and questions with a yes or no. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/render.h"
#include "ctl/unit_rows.h"

static bool is_wanted(const struct options *o, const struct unit_row *row)
{
	return (!o->failed || strcmp(row->active, "failed") == 0) && is_wanted_type(o, row->unit) &&
	       is_wanted_state(o, row->load, row->active, row->sub);
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

static bool any_has_job(const struct unit_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (*rows[i].job)
			return true;
	return false;
}

static void print_units(const struct options *o, const struct unit_row *rows, size_t count)
{
	bool has_jobs = any_has_job(rows, count);
	struct table t = {.columns = 7,
		.headings = {" ", "UNIT", "LOAD", "ACTIVE", "SUB", "JOB", "DESCRIPTION"},
		.hidden = {[0] = o->plain, [5] = !has_jobs}};

	for (const struct unit_row *row = rows; row < rows + count; row++) {
		enum colour colour = dot_colour(row->load, row->active);
		bool bad = colour == RED, odd = strcmp(row->load, "loaded") != 0;

		table_cell(&t, colour, bad || odd ? "●" : " ");
		table_cell(&t, bad ? RED : PLAIN, row->unit);
		table_cell(&t, odd ? RED : PLAIN, row->load);
		table_cell(&t, bad ? RED : PLAIN, row->active);
		table_cell(&t, bad ? RED : PLAIN, row->sub);
		table_cell(&t, PLAIN, row->job);
		table_cell(&t, PLAIN, row->description);
	}
	table_print(&t, o);
	print_legend(o, count, has_jobs);
}

static int print_units_json(const struct unit_row *rows, size_t count)
{
	json_t *list = json_array();

	for (const struct unit_row *row = rows; row < rows + count; row++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "unit", row->unit, "load",
				      row->load, "active", row->active, "sub", row->sub,
				      "description", row->description));
	int r = print_json(list);
	json_decref(list);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return compare_unit_names(
		((const struct unit_row *)a)->unit, ((const struct unit_row *)b)->unit);
}

/* Those rows that are asked for, by name; how many. */
static size_t select_rows(const struct options *o, struct unit_row *rows, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (is_wanted(o, &rows[i]))
			rows[kept++] = rows[i];
	if (kept)
		qsort(rows, kept, sizeof(*rows), by_name);
	return kept;
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
	_cleanup_(freep) struct unit_row *rows = NULL;
	_cleanup_(freep) char *text = NULL;
	size_t count = 0;
	int r = ctl_call_text(c, "ListUnits",
		json_pack("{s:o, s:b}", "patterns", patterns_of(arguments), "all", all), &text);

	if (r)
		return r;
	if (unit_rows_read(text, &rows, &count) < 0) {
		fputs("reaperctl: reaperd's list of units cannot be read; it is of another "
		      "version\n",
			stderr);
		return EXIT_FAILED;
	}
	count = select_rows(&c->options, rows, count);
	if (c->options.format == OUTPUT_JSON)
		return print_units_json(rows, count);
	print_units(&c->options, rows, count);
	return EXIT_DONE;
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
