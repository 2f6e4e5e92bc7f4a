/* SPDX-License-Identifier: MIT */
/* enable, disable, mask and what they left: the words are systemctl's. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "ctl/render.h"

static void print_changes(const json_t *changes)
{
	json_t *row;
	size_t i;

	json_array_foreach (changes, i, row)
		if (*get_string(row, "target"))
			fprintf(stderr, "Created symlink %s → %s.\n", get_string(row, "path"),
				get_string(row, "target"));
		else
			fprintf(stderr, "Removed \"%s\".\n", get_string(row, "path"));
}

/* With --now: what was linked is started, what was taken away is stopped. */
static int run_now(struct ctl *c, json_t *names)
{
	const char *verb = c->verb->name;
	bool starts = strcmp(verb, "enable") == 0 || strcmp(verb, "reenable") == 0;
	json_t *reply;

	bool stops = strcmp(verb, "disable") == 0 || strcmp(verb, "mask") == 0;

	if (!c->options.now || !(starts || stops))
		return EXIT_DONE;
	int r = ctl_call(c, "RunJob",
		json_pack("{s:s, s:O}", "job", starts ? "start" : "stop", "units", names), &reply);
	if (!r)
		json_decref(reply);
	return r;
}

/* "set-default" -> "SetDefault" */
static void method_name(const char *verb, char method[static 16])
{
	bool is_first = true;

	for (; *verb; verb++) {
		if (*verb != '-')
			*method++ = is_first ? (char)(*verb - 'a' + 'A') : *verb;
		is_first = *verb == '-';
	}
	*method = 0;
}

int verb_install(struct ctl *c, char **arguments)
{
	json_t *names, *reply;
	char method[16];

	if (ctl_is_offline(c))
		return ctl_install_offline(c, arguments);
	names = ctl_unit_names(c, arguments);
	if (!names)
		return EXIT_FAILED;
	method_name(c->verb->name, method);
	int r = ctl_call(c, method, json_pack("{s:O}", "units", names), &reply);
	if (!r) {
		if (!c->options.quiet)
			print_changes(json_object_get(reply, "changes"));
		if (strcmp(method, "Enable") == 0 && !get_bool(reply, "has_information") &&
			!c->options.quiet)
			fprintf(stderr, "These unit files have no [Install] section: they are "
					"started by others, "
					"or by hand.\n");
		json_decref(reply);
		r = run_now(c, names);
	}
	json_decref(names);
	return r;
}

int verb_is_enabled(struct ctl *c, char **arguments)
{
	static const char *const good[] = {
		"enabled", "enabled-runtime", "static", "indirect", "alias"};
	json_t *names, *reply, *state;
	int status = EXIT_FAILED;
	size_t i;

	if (ctl_is_offline(c))
		return ctl_install_offline(c, arguments);
	names = ctl_unit_names(c, arguments);
	if (!names)
		return EXIT_FAILED;
	int r = ctl_call(c, "UnitFileStates", json_pack("{s:o}", "units", names), &reply);
	if (r)
		return r;
	const json_t *states = json_object_get(reply, "states");
	if (c->options.format == OUTPUT_JSON)
		print_json(states);
	json_array_foreach (states, i, state) {
		const char *text = json_string_value(state);

		for (size_t k = 0; k < ELEMENTS(good); k++)
			if (strcmp(good[k], text) == 0)
				status = EXIT_DONE;
		if (!c->options.quiet && c->options.format != OUTPUT_JSON)
			puts(text);
	}
	json_decref(reply);
	return status;
}

static bool is_wanted(const struct options *o, const json_t *row, char **patterns)
{
	const char *name = get_string(row, "unit_file"), *type = strrchr(name, '.');
	bool matches = !*patterns;

	for (char **p = patterns; *p; p++)
		matches |= fnmatch(*p, name, 0) == 0;
	return matches && (!o->types || (type && strv_contains(o->types, type + 1))) &&
	       (!o->states || strv_contains(o->states, get_string(row, "state")));
}

int verb_list_unit_files(struct ctl *c, char **arguments)
{
	struct table t = {.columns = 3, .headings = {"UNIT FILE", "STATE", "PRESET"}};
	json_t *reply, *row, *rows;
	size_t i;

	if (ctl_is_offline(c))
		return ctl_install_offline(c, arguments);
	int r = ctl_call(c, "ListUnitFiles", NULL, &reply);
	if (r)
		return r;
	rows = json_array();
	json_array_foreach (json_object_get(reply, "files"), i, row)
		if (is_wanted(&c->options, row, arguments))
			json_array_append(rows, row);
	if (c->options.format == OUTPUT_JSON) {
		r = print_json(rows);
	} else {
		json_array_foreach (rows, i, row) {
			const char *state = get_string(row, "state");

			table_cell(&t, PLAIN, get_string(row, "unit_file"));
			table_cell(&t,
				strcmp(state, "enabled") == 0  ? GREEN
				: strcmp(state, "masked") == 0 ? RED
							       : PLAIN,
				state);
			table_cell(&t, PLAIN,
				strcmp(state, "static") == 0 ? "-" : get_string(row, "preset"));
		}
		table_print(&t, &c->options);
		if (!c->options.no_legend)
			printf("%s%zu unit files listed.\n", i ? "\n" : "", i);
	}
	json_decref(rows);
	json_decref(reply);
	return r;
}

int verb_get_default(struct ctl *c, char **arguments)
{
	json_t *reply;

	if (ctl_is_offline(c))
		return ctl_install_offline(c, arguments);
	int r = ctl_call(c, "GetDefault", NULL, &reply);
	if (r)
		return r;
	if (c->options.format == OUTPUT_JSON)
		print_json(json_object_get(reply, "unit"));
	else
		puts(get_string(reply, "unit"));
	json_decref(reply);
	return EXIT_DONE;
}
