/* SPDX-License-Identifier: MIT */
/* What is done to units and to reaperd itself. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "ctl/ctl.h"

#define LAST_LINES 5 /* of a unit that failed */
#define FREEZE_STEP_USEC 5000

/* What it wrote since it was started, the last of it. */
static void print_last_lines(struct ctl *c, const char *unit)
{
	json_t *reply, *row;
	size_t i;

	if (ctl_call(c, "Show",
		    json_pack(
			    "{s:[s], s:[s]}", "units", unit, "properties", "InactiveExitTimestamp"),
		    &reply))
		return;
	json_int_t since = get_int(
		json_array_get(json_object_get(reply, "units"), 0), "InactiveExitTimestamp");
	json_decref(reply);
	if (!since || ctl_call(c, "Logs",
			      json_pack("{s:[s], s:i, s:I}", "units", unit, "lines", LAST_LINES,
				      "since_usec", since),
			      &reply))
		return;
	json_array_foreach (json_object_get(reply, "lines"), i, row)
		fprintf(stderr, "  | %s\n", get_string(row, "text"));
	json_decref(reply);
}

static void explain_refusal(struct ctl *c, const char *verb, const json_t *row)
{
	const char *unit = get_string(row, "unit");
	_cleanup_(freep) char *text = NULL;

	if (asprintf(&text, "cannot %s %s: %s", verb, unit, get_string(row, "reason")) < 0)
		return;
	if (strcmp(get_string(row, "error"), "NoSuchUnit") == 0)
		hint_tell_unit(c, unit, text);
	else
		fprintf(stderr, "reaperctl: %s\n", text);
}

static void explain_job(struct ctl *c, const char *verb, const json_t *row)
{
	const char *unit = get_string(row, "unit"), *reason = get_string(row, "reason");
	const char *result = get_string(row, "result");

	if (strcmp(result, "done") == 0 || strcmp(result, "skipped") == 0 || !*result)
		return;
	if (strcmp(result, "refused") == 0) {
		explain_refusal(c, verb, row);
		return;
	}
	fprintf(stderr, "reaperctl: %s of %s: %s%s%s\n", verb, unit, result, *reason ? ": " : "",
		reason);
	if (strcmp(result, "canceled") == 0)
		return;
	print_last_lines(c, unit);
	fprintf(stderr, "See \"reaperctl status %s\" and \"reaperctl logs %s\".\n", unit, unit);
}

/* What the unit files hold that is not applied: worth a word where a person starts it. */
static void explain_failure(struct ctl *c, const char *error, const json_t *parameters, int *status)
{
	/* systemctl's statuses for a job that was not taken; 1 for others. */
	static const struct {
		const char *error;
		int status;
	} statuses[] = {
		{"NoSuchUnit", EXIT_NOT_FOUND_TO_START},
		{"NotApplicable", EXIT_NOT_APPLICABLE},
		{"OnlyByDependency", EXIT_NOT_PERMITTED},
		{"TransactionIsDestructive", EXIT_NOT_PERMITTED},
		{"NoIsolation", EXIT_NOT_PERMITTED},
	};
	const json_t *jobs = json_object_get(parameters, "jobs");
	json_t *row;
	size_t i;

	*status = EXIT_FAILED;
	if (!json_array_size(jobs)) {
		*status = ctl_explain(error, parameters);
		return;
	}
	json_array_foreach (jobs, i, row) {
		if (!c->options.quiet || strcmp(get_string(row, "result"), "refused") == 0)
			explain_job(c, c->verb->name, row);
		for (size_t k = 0; k < ELEMENTS(statuses); k++)
			if (strcmp(get_string(row, "error"), statuses[k].error) == 0)
				*status = statuses[k].status;
	}
}

/* What is down is often not loaded, and then no pattern matches it. */
static void tell_of_patterns(const struct ctl *c, char *const *words)
{
	if (strcmp(c->verb->name, "start") != 0 || c->options.all || c->options.quiet)
		return;
	for (; *words; words++)
		if (is_pattern(*words)) {
			fprintf(stderr,
				"reaperctl: patterns match what list-units shows, so a start "
				"of \"%s\" starts little; --all matches all that is loaded\n",
				*words);
			return;
		}
}

int verb_job(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *reply;
	_cleanup_(freep) char *error = NULL;

	if (!names)
		return EXIT_FAILED;
	tell_of_patterns(c, arguments);
	if (!json_array_size(names)) {
		json_decref(names);
		return EXIT_DONE;
	}
	json_t *parameters = json_pack("{s:s, s:o, s:b, s:b}", "job", c->verb->name, "units", names,
		"no_block", c->options.no_block, "wait", c->options.wait);
	if (c->options.job_mode)
		json_object_set_new(parameters, "mode", json_string(c->options.job_mode));
	progress_begin(c);
	int r = ctl_try(c, "RunJob", parameters, &reply, &error);
	progress_end(c);
	if (r)
		return r;
	if (c->options.format == OUTPUT_JSON)
		print_json(json_object_get(reply, "jobs") ? json_object_get(reply, "jobs") : reply);
	if (error)
		explain_failure(c, error, reply, &r);
	json_decref(reply);
	return r;
}

/* A call about these units, with other parameters; nothing where patterns match nothing. */
static int for_units(struct ctl *c, const char *method, json_t *names, json_t *parameters)
{
	if (names && json_array_size(names)) {
		json_object_set_new(parameters, "units", names);
		return ctl_call_quietly(c, method, parameters);
	}
	int r = names ? EXIT_DONE : EXIT_FAILED;
	json_decref(names);
	json_decref(parameters);
	return r;
}

int verb_kill(struct ctl *c, char **arguments)
{
	const struct options *o = &c->options;

	return for_units(c, "KillUnits", ctl_unit_names(c, arguments),
		json_pack("{s:s, s:i}", "whom", o->kill_whom ? o->kill_whom : "all", "signal",
			o->signal ? o->signal : SIGTERM));
}

int verb_reset_failed(struct ctl *c, char **arguments)
{
	if (!*arguments)
		return ctl_call_quietly(c, "ResetFailed", NULL);
	return for_units(c, "ResetFailed", ctl_unit_names(c, arguments), json_object());
}

int verb_clean(struct ctl *c, char **arguments)
{
	return for_units(c, "CleanUnits", ctl_unit_names(c, arguments),
		json_pack("{s:o}", "what", string_array(c->options.what)));
}

int verb_cancel(struct ctl *c, char **arguments)
{
	int status = EXIT_DONE;
	uint64_t id;

	if (!*arguments)
		return ctl_call_quietly(c, "CancelJob", NULL);
	for (; *arguments; arguments++) {
		if (value_parse_u64(*arguments, UINT32_MAX, &id) < 0 || !id) {
			fprintf(stderr,
				"reaperctl: \"%s\" is no number of a job; list-jobs shows them\n",
				*arguments);
			return EXIT_USAGE;
		}
		int r = ctl_call_quietly(c, "CancelJob", json_pack("{s:I}", "id", (json_int_t)id));
		status = r ? r : status;
	}
	return status;
}

static bool is_on_its_way(struct ctl *c, const json_t *names)
{
	json_t *reply, *row;
	bool found = false;
	size_t i;

	if (ctl_call(c, "Show",
		    json_pack("{s:O, s:[s]}", "units", names, "properties", "FreezerState"),
		    &reply))
		return false;
	json_array_foreach (json_object_get(reply, "units"), i, row)
		found |= strcmp(get_string(row, "FreezerState"), "freezing") == 0;
	json_decref(reply);
	return found;
}

/* The kernel stops processes one by one: until all stand still. */
int verb_freeze(struct ctl *c, char **arguments)
{
	const char *method = strcmp(c->verb->name, "freeze") == 0 ? "FreezeUnits" : "ThawUnits";
	json_t *names = ctl_unit_names(c, arguments);
	int r = for_units(c, method, json_incref(names), json_object());

	while (!r && !c->options.no_block && is_on_its_way(c, names))
		usleep(FREEZE_STEP_USEC);
	json_decref(names);
	return r;
}

int verb_daemon_reload(struct ctl *c, char **arguments)
{
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "Reload", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	json_array_foreach (json_object_get(reply, "diagnostics"), i, row) {
		const char *level = get_string(row, "level");

		if (strcmp(level, "error") == 0 || strcmp(level, "warning") == 0)
			fprintf(stderr, "%s:%d: %s\n", get_string(row, "file"),
				(int)get_int(row, "line"), get_string(row, "text"));
	}
	json_decref(reply);
	return EXIT_DONE;
}

int verb_end(struct ctl *c, char **arguments)
{
	json_t *parameters = json_pack("{s:s}", "action", c->verb->name);
	uint64_t code;

	if (*arguments) {
		if (value_parse_u64(*arguments, 255, &code) < 0) {
			fprintf(stderr, "reaperctl: \"%s\" is no exit status: 0 to 255\n",
				*arguments);
			json_decref(parameters);
			return EXIT_USAGE;
		}
		json_object_set_new(parameters, "code", json_integer((json_int_t)code));
	}
	return ctl_call_quietly(c, "Exit", parameters);
}
