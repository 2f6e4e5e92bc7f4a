/* SPDX-License-Identifier: MIT */
/* metrics: the counters, and the state of each service, as OpenMetrics text for those who scrape.
 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/own.h"
#include "ctl/ctl.h"

/* One row a number of Stats; a counter has `_total` behind its name. */
static const struct {
	const char *stat, *name, *help;
	bool is_counter;
} rows[] = {
	{"spawned", "reaperd_processes_spawned", "Processes started for units", true},
	{"reaped", "reaperd_processes_reaped", "Dead children reaped", true},
	{"orphans_adopted", "reaperd_orphans_adopted", "Processes adopted", true},
	{"orphans_reaped", "reaperd_orphans_reaped", "Adopted processes reaped", true},
	{"sigchld_wakeups", "reaperd_sigchld_wakeups", "Wake-ups by SIGCHLD", true},
	{"restarts", "reaperd_restarts", "Automatic restarts of services", true},
	{"lines_dropped", "reaperd_output_lines_dropped",
		"Lines of output and of the log that were lost", true},
	{"units_loaded", "reaperd_units_loaded", "Units in memory", false},
	{"clients", "reaperd_clients", "Connections to the control socket", false},
};

/*
 * OpenMetrics calls the family of a counter by its name without `_total`, the older text format of
 * Prometheus by the whole name. Without a type both take the whole name, and the help with it.
 */
static void print_head(const char *name, bool is_counter, const char *help)
{
	printf("# HELP %s%s %s.\n", name, is_counter ? "_total" : "", help);
	if (!is_counter)
		printf("# TYPE %s gauge\n", name);
}

static void print_stats(const json_t *stats)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		print_head(rows[i].name, rows[i].is_counter, rows[i].help);
		printf("%s%s %" JSON_INTEGER_FORMAT "\n", rows[i].name,
			rows[i].is_counter ? "_total" : "", get_int(stats, rows[i].stat));
	}
	print_head("reaperd_uptime_seconds", false, "Since reaperd began");
	printf("reaperd_uptime_seconds %.3f\n",
		(double)get_int(stats, "uptime_usec") / USEC_PER_SEC);
}

/* A label's value: backslashes and quotes are escaped. */
static void print_unit_label(const char *unit)
{
	fputs("{unit=\"", stdout);
	for (; *unit; unit++) {
		if (*unit == '\\' || *unit == '"')
			putchar('\\');
		putchar(*unit);
	}
	fputs("\"", stdout);
}

static void print_states(const json_t *units)
{
	static const char *const states[] = {
		"active", "reloading", "inactive", "failed", "activating", "deactivating"};
	json_t *unit;
	size_t i;

	print_head("reaperd_unit_state", false, "1 for the state that the service is in");
	json_array_foreach (units, i, unit)
		for (size_t k = 0; k < ELEMENTS(states); k++) {
			fputs("reaperd_unit_state", stdout);
			print_unit_label(get_string(unit, "Id"));
			printf(",state=\"%s\"} %d\n", states[k],
				strcmp(get_string(unit, "ActiveState"), states[k]) == 0);
		}
	print_head("reaperd_unit_restarts", true, "Automatic restarts of the service");
	json_array_foreach (units, i, unit) {
		fputs("reaperd_unit_restarts_total", stdout);
		print_unit_label(get_string(unit, "Id"));
		printf("} %" JSON_INTEGER_FORMAT "\n", get_int(unit, "NRestarts"));
	}
	print_head("reaperd_unit_start_time_seconds", false, "When the service last came up");
	json_array_foreach (units, i, unit) {
		if (!get_int(unit, "ActiveEnterTimestamp"))
			continue;
		fputs("reaperd_unit_start_time_seconds", stdout);
		print_unit_label(get_string(unit, "Id"));
		printf("} %.3f\n", (double)get_int(unit, "ActiveEnterTimestamp") / USEC_PER_SEC);
	}
}

/* Services that are up, failed, or have a job. */
static int print_services(struct ctl *c)
{
	json_t *reply, *row, *names = json_array();
	size_t i;
	int r = ctl_call(c, "ListUnits",
		json_pack("{s:[s], s:b}", "patterns", "*.service", "all", 0), &reply);

	if (r) {
		json_decref(names);
		return r;
	}
	json_array_foreach (json_object_get(reply, "units"), i, row)
		json_array_append(names, json_object_get(row, "unit"));
	json_decref(reply);
	if (!json_array_size(names)) {
		json_decref(names);
		return EXIT_DONE;
	}
	r = ctl_call(c, "Show", json_pack("{s:o}", "units", names), &reply);
	if (r)
		return r;
	print_states(json_object_get(reply, "units"));
	json_decref(reply);
	return EXIT_DONE;
}

int verb_metrics(struct ctl *c, char **arguments)
{
	json_t *reply;
	int r = ctl_call(c, "Stats", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	print_stats(json_object_get(reply, "stats"));
	json_decref(reply);
	r = print_services(c);
	puts("# EOF");
	return r;
}
