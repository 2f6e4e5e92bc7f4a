/* SPDX-License-Identifier: MIT */
#include "ctl/status_unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/exit_name.h"
#include "common/format.h"
#include "common/signal_name.h"
#include "ctl/lines.h"
#include "ctl/process_tree.h"
#include "ctl/render.h"

#define INDENT "             "

static void print_loaded(const json_t *u)
{
	const char *load = get_string(u, "LoadState"), *path = get_string(u, "FragmentPath");
	const char *state = get_string(u, "UnitFileState");
	const char *preset = get_string(u, "UnitFilePreset");
	bool fine = strcmp(load, "loaded") == 0, enabled = strncmp(state, "enabled", 7) == 0;
	bool has_preset = enabled || strcmp(state, "disabled") == 0;

	printf("     Loaded: %s%s%s (%s", colour_on(fine ? PLAIN : RED), load,
		fine ? "" : colour_off(), *path ? path : "built into reaperd");
	if (*state)
		printf("; %s%s%s",
			colour_on(enabled      ? GREEN
				  : has_preset ? YELLOW
					       : PLAIN),
			state, colour_off());
	printf(has_preset ? "; preset: %s)\n" : ")\n", preset);
	const json_t *dropins = json_object_get(u, "DropInPaths");
	json_t *dropin;
	size_t i;
	json_array_foreach (dropins, i, dropin)
		printf("%s%s\n", i ? INDENT : "    Drop-In: ", json_string_value(dropin));
	if (get_bool(u, "NeedDaemonReload"))
		printf("%s%sIts files changed since they were read: reaperctl daemon-reload%s\n",
			INDENT, colour_on(YELLOW), colour_off());
}

static void print_active(const json_t *u)
{
	const char *load = get_string(u, "LoadState"), *active = get_string(u, "ActiveState");
	const char *result = get_string(u, "Result"), *sub = get_string(u, "SubState");
	char when[FORMAT_MAX], ago[FORMAT_MAX];
	const char *key = strcmp(active, "active") == 0 || strcmp(active, "reloading") == 0
				  ? "ActiveEnterTimestamp"
			  : strcmp(active, "activating") == 0	? "InactiveExitTimestamp"
			  : strcmp(active, "deactivating") == 0 ? "ActiveExitTimestamp"
								: "InactiveEnterTimestamp";
	uint64_t moment = (uint64_t)get_int(u, key);

	printf("     Active: %s%s", colour_on(dot_colour(load, active)), active);
	if (strcmp(active, sub) != 0)
		printf(" (%s)", sub);
	fputs(colour_off(), stdout);
	if (strcmp(result, "success") != 0 && *result)
		printf(" (Result: %s)", result);
	if (strcmp(get_string(u, "FreezerState"), "running") != 0)
		printf(" (%s)", get_string(u, "FreezerState"));
	if (moment)
		printf(" since %s; %s", format_timestamp(when, moment),
			format_relative(ago, moment, clock_realtime_usec()));
	putchar('\n');
}

static void print_reason(const json_t *u)
{
	const char *reason = get_string(u, "Reason");

	if (*reason)
		printf("        Why: %s\n", reason);
}

static void print_strings(const json_t *u, const char *key, const char *heading)
{
	json_t *value;
	size_t i;

	json_array_foreach (json_object_get(u, key), i, value)
		printf("%*s%s %s\n", 11, i ? "" : heading, i ? " " : ":", json_string_value(value));
}

/* What starts it, and what it starts when. */
static void print_trigger(const json_t *u)
{
	uint64_t next = (uint64_t)get_int(u, "NextElapseUSecRealtime");
	char when[FORMAT_MAX], left[FORMAT_MAX];

	if (next)
		printf("    Trigger: %s; %s\n", format_timestamp(when, next),
			format_relative(left, next, clock_realtime_usec()));
	print_strings(u, "TriggeredBy", "TriggeredBy");
	print_strings(u, "Triggers", "Triggers");
	print_strings(u, "Listen", "Listen");
}

static void print_end(json_int_t code, int status)
{
	const char *name = exit_name_to_string(status);
	char signal[SIGNAL_NAME_MAX];

	if (code == CLD_EXITED)
		printf(" (code=exited, status=%d%s%s)", status, name ? "/" : "", name ? name : "");
	else if (code)
		printf(" (code=%s, signal=%s)", code == CLD_DUMPED ? "dumped" : "killed",
			signal_to_short_string(status, signal));
}

/* The name of a process in the tree, or NULL. */
static const char *find_name(const json_t *node, json_int_t pid)
{
	json_t *child;
	size_t i;

	if (get_int(node, "pid") == pid)
		return get_string(node, "name");
	json_array_foreach (json_object_get(node, "children"), i, child) {
		const char *name = find_name(child, pid);
		if (name)
			return name;
	}
	return NULL;
}

/* What its cgroup says; without one, what its processes use together. */
static void print_accounting(const json_t *u)
{
	const json_t *tasks = json_object_get(u, "TasksCurrent");
	const json_t *memory = json_object_get(u, "MemoryCurrent");
	const json_t *cpu = json_object_get(u, "CPUUsageNSec");
	char text[FORMAT_MAX];

	if (json_is_integer(tasks)) {
		printf("      Tasks: %d", (int)json_integer_value(tasks));
		if (json_is_integer(json_object_get(u, "TasksMax")))
			printf(" (limit: %d)", (int)get_int(u, "TasksMax"));
		putchar('\n');
	}
	if (json_is_integer(memory)) {
		printf("     Memory: %s", format_bytes(text, (uint64_t)json_integer_value(memory)));
		if (json_is_integer(json_object_get(u, "MemoryMax")))
			printf(" (max: %s)", format_bytes(text, (uint64_t)get_int(u, "MemoryMax")));
		putchar('\n');
	}
	if (json_is_integer(cpu))
		printf("        CPU: %s\n",
			format_timespan(
				text, (uint64_t)json_integer_value(cpu) / 1000, USEC_PER_MSEC));
}

static void print_usage(const json_t *tree)
{
	const json_t *unit = json_array_get(json_object_get(tree, "children"), 0);
	char cpu[FORMAT_MAX], memory[FORMAT_MAX];

	if (get_int(unit, "processes"))
		printf("       Uses: %d process%s, %s, CPU %s\n", (int)get_int(unit, "processes"),
			get_int(unit, "processes") == 1 ? "" : "es",
			format_bytes(memory, (uint64_t)get_int(unit, "memory_bytes")),
			format_timespan(cpu, (uint64_t)get_int(unit, "cpu_usec"), USEC_PER_MSEC));
}

static void print_processes(const json_t *u, const json_t *tree)
{
	json_int_t main_pid = get_int(u, "MainPID"), ended = get_int(u, "ExecMainPID");
	json_int_t control = get_int(u, "ControlPID"), restarts = get_int(u, "NRestarts");
	const char *name = find_name(tree, main_pid), *status = get_string(u, "StatusText");

	if (main_pid || ended)
		printf("   Main PID: %d", (int)(main_pid ? main_pid : ended));
	if (main_pid)
		printf(" (%s)\n", name ? name : "?");
	else if (ended) {
		print_end(get_int(u, "ExecMainCode"), (int)get_int(u, "ExecMainStatus"));
		putchar('\n');
	}
	if (control) {
		name = find_name(tree, control);
		printf("    Control: %d (%s)\n", (int)control, name ? name : "?");
	}
	if (*status)
		printf("     Status: \"%s\"\n", status);
	if (restarts)
		printf("   Restarts: %d\n", (int)restarts);
}

/* What its files say and reaperd does not do here; errors too. */
static void print_diagnostics(const json_t *u)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(u, "Diagnostics"), i, row) {
		const char *level = get_string(row, "level"), *file = get_string(row, "file");
		enum colour colour = strcmp(level, "error") == 0     ? RED
				     : strcmp(level, "warning") == 0 ? YELLOW
								     : GREY;

		printf("%*s%s %s", 11, i ? "" : "Notes", i ? " " : ":", colour_on(colour));
		if (get_int(row, "line"))
			printf("%s:%d: ", file, (int)get_int(row, "line"));
		else if (*file)
			printf("%s: ", file);
		printf("%s%s\n", get_string(row, "text"), colour_off());
	}
}

static void print_lines(const json_t *lines)
{
	json_t *row;
	size_t i;

	json_array_foreach (lines, i, row) {
		if (!i)
			putchar('\n');
		line_print(row, OUTPUT_SHORT);
	}
}

void status_print_unit(
	const json_t *u, const json_t *tree, const json_t *lines, const struct options *options)
{
	const char *load = get_string(u, "LoadState"), *active = get_string(u, "ActiveState");
	const char *id = get_string(u, "Id"), *description = get_string(u, "Description");
	const char *cgroup = get_string(u, "ControlGroup");

	printf("%s%s%s %s", colour_on(dot_colour(load, active)), dot(load, active), colour_off(),
		id);
	printf(strcmp(id, description) != 0 ? " - %s\n" : "\n", description);
	print_loaded(u);
	print_active(u);
	print_reason(u);
	print_trigger(u);
	print_strings(u, "Documentation", "Docs");
	print_processes(u, tree);
	if (*cgroup)
		print_accounting(u);
	else
		print_usage(tree);
	if (json_array_size(json_object_get(tree, "children"))) {
		printf("%s%s\n", *cgroup ? "     CGroup: " : "  Processes:", cgroup);
		process_tree_print_unit(tree, INDENT, options);
	}
	print_diagnostics(u);
	print_lines(lines);
}
