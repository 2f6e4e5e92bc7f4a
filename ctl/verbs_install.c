/* SPDX-License-Identifier: MIT */
/* enable, disable, mask and what they left: the words are systemctl's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/render.h"

static void print_changes(const json_t *reply)
{
	json_t *row;
	size_t i;

	json_array_foreach (json_object_get(reply, "notes"), i, row)
		fprintf(stderr, "%s\n", json_string_value(row));
	json_array_foreach (json_object_get(reply, "changes"), i, row)
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

/* Unit files go by name: what is not loaded matches no pattern. */
static bool has_pattern(const struct ctl *c, char **words)
{
	for (; *words; words++)
		if (strpbrk(*words, "*?[")) {
			fprintf(stderr, "reaperctl: %s takes names, and \"%s\" is a pattern\n",
				c->verb->name, *words);
			return true;
		}
	return false;
}

static bool is_file(const char *word)
{
	return *word == '/' && unit_name_is_valid(strrchr(word, '/') + 1);
}

/* `enable /PATH/NAME` links the file first. */
static int link_files(struct ctl *c, char **words)
{
	json_t *files = json_array();

	for (; *words; words++)
		if (is_file(*words))
			json_array_append_new(files, json_string(*words));
	if (strcmp(c->verb->name, "enable") == 0 && json_array_size(files))
		return ctl_call_quietly(c, "Link",
			json_pack("{s:o, s:b, s:b}", "units", files, "runtime", c->options.runtime,
				"force", c->options.force));
	json_decref(files);
	return EXIT_DONE;
}

/* Names of units; a unit file is known by the last part of its path. NULL: told. */
static json_t *unit_files_named(struct ctl *c, char **words)
{
	_cleanup_(strv_freep) char **names = NULL;

	if (strcmp(c->verb->name, "link") == 0)
		return string_array(words);
	for (; *words; words++)
		if (strv_push(&names, strdup(is_file(*words) ? strrchr(*words, '/') + 1 : *words)) <
			0)
			return NULL;
	return ctl_unit_names(c, names);
}

static void tell_of_install(const struct ctl *c, const json_t *reply)
{
	if (c->options.quiet)
		return;
	print_changes(reply);
	if (!get_bool(reply, "has_information") &&
		(strcmp(c->verb->name, "enable") == 0 || strcmp(c->verb->name, "reenable") == 0))
		fprintf(stderr, "These unit files have no [Install] section: they are started by "
				"others, or by hand.\n");
}

/* `target` is what add-wants and add-requires add to; NULL: another verb. */
static int install(struct ctl *c, char **words, const char *target)
{
	json_t *names, *reply;
	char method[16];

	if (has_pattern(c, words))
		return EXIT_FAILED;
	int r = link_files(c, words);
	if (r)
		return r;
	names = unit_files_named(c, words);
	if (!names)
		return EXIT_FAILED;
	method_name(c->verb->name, method);
	r = ctl_call(c, method,
		json_pack("{s:O, s:b, s:b, s:s*}", "units", names, "runtime", c->options.runtime,
			"force", c->options.force, "target", target),
		&reply);
	if (!r) {
		tell_of_install(c, reply);
		json_decref(reply);
		r = run_now(c, names);
	}
	json_decref(names);
	return r;
}

int verb_install(struct ctl *c, char **arguments)
{
	return ctl_is_offline(c) ? ctl_install_offline(c, arguments) : install(c, arguments, NULL);
}

int verb_add(struct ctl *c, char **arguments)
{
	_cleanup_(freep) char *target = unit_name_mangle(*arguments);

	if (!target) {
		fprintf(stderr, "reaperctl: \"%s\" cannot be the name of a unit\n", *arguments);
		return EXIT_FAILED;
	}
	return install(c, arguments + 1, target);
}

int verb_is_enabled(struct ctl *c, char **arguments)
{
	static const char *const good[] = {
		"enabled", "enabled-runtime", "static", "indirect", "alias"};
	json_t *names, *reply, *state;
	int status = EXIT_FAILED;
	size_t i;

	if (has_pattern(c, arguments))
		return EXIT_FAILED;
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
	const char *name = get_string(row, "unit_file");

	return is_wanted_name(patterns, name) && is_wanted_type(o, name) &&
	       (!o->states || strv_contains(o->states, get_string(row, "state")));
}

static json_t *select_rows(const struct options *o, const json_t *files, char **patterns)
{
	json_t *wanted = json_array(), *row;
	size_t i;

	json_array_foreach (files, i, row)
		if (is_wanted(o, row, patterns))
			json_array_append(wanted, row);
	json_t *list = sorted_by_unit(wanted, "unit_file");
	json_decref(wanted);
	return list;
}

static enum colour state_colour(const char *state)
{
	if (strncmp(state, "enabled", strlen("enabled")) == 0 || strcmp(state, "alias") == 0)
		return GREEN;
	return strncmp(state, "masked", strlen("masked")) == 0 || strcmp(state, "bad") == 0 ? RED
											    : PLAIN;
}

static void print_files(const struct options *o, const json_t *rows)
{
	struct table t = {.columns = 3, .headings = {"UNIT FILE", "STATE", "PRESET"}};
	json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		const char *state = get_string(row, "state");
		bool has_preset = strcmp(state, "static") != 0 && strcmp(state, "alias") != 0;

		table_cell(&t, PLAIN, get_string(row, "unit_file"));
		table_cell(&t, state_colour(state), state);
		table_cell(&t, PLAIN, has_preset ? get_string(row, "preset") : "-");
	}
	table_print(&t, o);
	if (!o->no_legend)
		printf("\n%zu unit files listed.\n", i);
}

int verb_list_unit_files(struct ctl *c, char **arguments)
{
	json_t *reply;

	int r = ctl_is_offline(c) ? ctl_list_files_offline(c, &reply)
				  : ctl_call(c, "ListUnitFiles", NULL, &reply);
	if (r)
		return r;
	json_t *rows = select_rows(&c->options, json_object_get(reply, "files"), arguments);
	if (c->options.format == OUTPUT_JSON)
		r = print_json(rows);
	else
		print_files(&c->options, rows);
	if (!r && !json_array_size(rows))
		r = EXIT_FAILED;
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
