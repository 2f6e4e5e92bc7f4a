/* SPDX-License-Identifier: MIT */
/* `status`: of units, of processes by their units, of everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/own.h"
#include "common/text.h"
#include "ctl/lines.h"
#include "ctl/process_tree.h"
#include "ctl/render.h"
#include "ctl/status_unit.h"

#define LINES 10
#define INDENT "             "

/* What is printed of a unit: nothing else is asked for. */
static const char *const shown[] = {"ActiveEnterTimestamp", "ActiveExitTimestamp", "ActiveState",
	"FreezerState", "CPUUsageNSec", "ControlGroup", "ControlPID", "Description", "Diagnostics",
	"Documentation", "DropInPaths", "ExecMainCode", "ExecMainPID", "ExecMainStatus",
	"FragmentPath", "Id", "InactiveEnterTimestamp", "InactiveExitTimestamp", "Listen",
	"LoadState", "MainPID", "MemoryCurrent", "MemoryMax", "NRestarts", "NeedDaemonReload",
	"UnitFilePreset", "UnitFileState", "NextElapseUSecRealtime", "Reason", "Result",
	"StatusText", "SubState", "TasksCurrent", "TasksMax", "TriggeredBy", "Triggers", NULL};

/* That part of the next answer, or NULL. A new reference. */
static json_t *take_part(struct ctl *c, const char *key)
{
	json_t *reply, *part;

	if (ctl_answer(c, &reply))
		return NULL;
	part = json_incref(json_object_get(reply, key));
	json_decref(reply);
	return part;
}

static json_t *ask_tree(struct ctl *c)
{
	return ctl_ask(c, "Tree", NULL) ? NULL : take_part(c, "tree");
}

static json_int_t lines_shown(const struct ctl *c)
{
	return c->options.lines ? lines_wanted(&c->options, LINES) : LINES;
}

/* What is printed of a unit besides its properties; answered in status_of_unit(). */
static int ask_details(struct ctl *c, const char *unit)
{
	int r = ctl_ask(c, "Tree", json_pack("{s:s}", "unit", unit));

	if (!r && lines_shown(c))
		r = ctl_ask(c, "Logs",
			json_pack("{s:[s], s:I}", "units", unit, "lines", lines_shown(c)));
	return r;
}

static int exit_status(const json_t *u)
{
	const char *load = get_string(u, "LoadState"), *active = get_string(u, "ActiveState");

	if (strcmp(load, "not-found") == 0)
		return EXIT_NO_SUCH_UNIT;
	return strcmp(active, "active") == 0 || strcmp(active, "reloading") == 0 ? EXIT_DONE
										 : EXIT_NOT_ACTIVE;
}

static void print_missing(struct ctl *c, const char *unit)
{
	_cleanup_(freep) char *text = NULL;

	if (asprintf(&text, "there is no unit %s in the unit path", unit) >= 0)
		hint_tell_unit(c, unit, text);
}

static int ask_properties(struct ctl *c, json_t *names)
{
	bool whole = c->options.format == OUTPUT_JSON;

	return ctl_ask(c, "Show",
		json_pack("{s:O, s:o*}", "units", names, "properties",
			whole ? NULL : string_array((char *const *)shown)));
}

static int status_as_json(struct ctl *c, json_t *names)
{
	json_t *reply, *unit;
	int status = EXIT_DONE;
	size_t i;
	int r = ask_properties(c, names);

	if (!r)
		r = ctl_answer(c, &reply);
	if (r)
		return r;
	print_json(json_object_get(reply, "units"));
	json_array_foreach (json_object_get(reply, "units"), i, unit)
		if (!status)
			status = exit_status(unit);
	json_decref(reply);
	return status;
}

static int status_of_unit(struct ctl *c, const json_t *u)
{
	json_t *tree = take_part(c, "tree");
	json_t *lines = lines_shown(c) ? take_part(c, "lines") : NULL;

	if (strcmp(get_string(u, "LoadState"), "not-found") == 0)
		print_missing(c, get_string(u, "Id"));
	else
		status_print_unit(u, tree, lines, &c->options);
	json_decref(tree);
	json_decref(lines);
	return exit_status(u);
}

/* The details of a unit are asked for before the answers to what was asked before are read. */
static int status_of_units(struct ctl *c, json_t *names)
{
	json_t *reply, *unit;
	int status = EXIT_DONE;
	size_t i;
	int r = ask_properties(c, names);

	if (!r)
		r = ask_details(c, json_string_value(json_array_get(names, 0)));
	if (!r)
		r = ctl_answer(c, &reply);
	if (r)
		return r;
	json_array_foreach (json_object_get(reply, "units"), i, unit) {
		if (i) {
			putchar('\n');
			r = ask_details(c, get_string(unit, "Id"));
		}
		if (r)
			break;
		int one = status_of_unit(c, unit);
		status = status ? status : one;
	}
	json_decref(reply);
	return r ? r : status;
}

/* The failed ones by name: what somebody looks for who is told of them. */
static void print_failed(struct ctl *c)
{
	json_t *reply, *row;
	bool is_first = true;
	size_t i;

	if (ctl_call(c, "ListUnits", NULL, &reply))
		return;
	json_t *rows = sorted_by_unit(json_object_get(reply, "units"), "unit");
	json_array_foreach (rows, i, row) {
		if (strcmp(get_string(row, "active"), "failed") != 0)
			continue;
		printf("%s%s%s%s\n", is_first ? "     Failed: " : INDENT, colour_on(RED),
			get_string(row, "unit"), colour_off());
		is_first = false;
	}
	json_decref(rows);
	json_decref(reply);
}

static void print_system(struct ctl *c, const json_t *u, const json_t *tree)
{
	const char *state = get_string(u, "SystemState"), *socket = get_string(u, "ControlSocket");
	enum colour colour = strcmp(state, "running") == 0    ? GREEN
			     : strcmp(state, "degraded") == 0 ? RED
							      : YELLOW;
	char when[FORMAT_MAX], ago[FORMAT_MAX];
	uint64_t start = (uint64_t)get_int(u, "UserspaceTimestamp");

	printf("%s●%s reaperd %s\n", colour_on(colour), colour_off(), get_string(u, "Version"));
	printf("      State: %s%s%s\n", colour_on(colour), state, colour_off());
	printf("      Units: %d loaded, %d failed\n", (int)get_int(u, "NNames"),
		(int)get_int(u, "NFailedUnits"));
	if (get_int(u, "NFailedUnits"))
		print_failed(c);
	printf("       Jobs: %d queued\n", (int)get_int(u, "NJobs"));
	printf("      Since: %s; %s\n", format_timestamp(when, start),
		format_relative(ago, start, clock_realtime_usec()));
	if (*socket)
		printf("     Socket: %s\n", socket);
	if (!json_array_size(json_object_get(tree, "children")))
		return;
	puts("  Processes:");
	process_tree_print_below(tree, INDENT, &c->options);
}

static int status_of_all(struct ctl *c)
{
	json_t *reply, *tree;
	int r = ctl_call(c, "Show", NULL, &reply);

	if (r)
		return r;
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(json_object_get(reply, "units"));
	} else {
		tree = ask_tree(c);
		print_system(c, json_array_get(json_object_get(reply, "units"), 0), tree);
		json_decref(tree);
	}
	json_decref(reply);
	return r;
}

/* A process stands for its unit. A vector for the caller to free; NULL: told. */
static char **with_units_of_processes(struct ctl *c, char **words)
{
	_cleanup_(strv_freep) char **names = NULL;
	json_t *tree = NULL;

	for (; *words; words++) {
		bool is_pid = **words && strspn(*words, "0123456789") == strlen(*words);
		const char *name = *words;

		if (is_pid && !tree)
			tree = ask_tree(c);
		if (is_pid)
			name = process_tree_unit_of(tree, atoll(*words));
		if (!name)
			fprintf(stderr, "reaperctl: process %s is of no unit of reaperd's\n",
				*words);
		if (!name || strv_push(&names, strdup(name)) < 0)
			break;
	}
	json_decref(tree);
	return *words ? NULL : TAKE_PTR(names);
}

int verb_status(struct ctl *c, char **arguments)
{
	_cleanup_(strv_freep) char **words = NULL;
	json_t *names;

	if (!*arguments)
		return status_of_all(c);
	if (c->options.lines && !lines_are_valid(c->options.lines))
		return EXIT_USAGE;
	words = with_units_of_processes(c, arguments);
	names = words ? ctl_unit_names(c, words) : NULL;
	if (!names)
		return EXIT_FAILED;
	int status = !json_array_size(names)		? EXIT_DONE
		     : c->options.format == OUTPUT_JSON ? status_as_json(c, names)
							: status_of_units(c, names);
	json_decref(names);
	return status;
}
