/* SPDX-License-Identifier: MIT */
/* Properties and files of units. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "ctl/render.h"

/* What has nothing to say is left out, unless it was asked for. */
static bool is_empty(const char *name, const json_t *value)
{
	_cleanup_(freep) char *text = property_text(name, value);

	return !text || !*text;
}

static void print_one(const struct options *o, const char *name, const json_t *value)
{
	_cleanup_(freep) char *text = property_text(name, value);

	if (o->value)
		puts(text ? text : "");
	else
		printf("%s=%s\n", name, text ? text : "");
}

/* Commands, sockets and paths have a line each, as systemctl gives them. */
static bool has_lines(const char *name, const json_t *value)
{
	const json_t *first = json_array_get(value, 0);

	return (strncmp(name, "Exec", 4) == 0 && json_is_object(first)) ||
	       (first && (strcmp(name, "Listen") == 0 || strcmp(name, "Paths") == 0));
}

static void print_property(const struct options *o, const char *name, const json_t *value)
{
	json_t *item;
	size_t i;

	if (!has_lines(name, value)) {
		print_one(o, name, value);
		return;
	}
	json_array_foreach (value, i, item) {
		json_t *single = json_is_object(item) ? json_pack("[O]", item) : json_incref(item);
		print_one(o, name, single);
		json_decref(single);
	}
}

static bool is_shown(const struct options *o, const char *name, const json_t *value)
{
	if (!value || strcmp(name, "Diagnostics") == 0)
		return false;
	return o->properties ? strv_contains(o->properties, name)
			     : o->all || !is_empty(name, value);
}

/* In systemctl's order; what it does not know comes last. */
static void print_unit(const struct options *o, const json_t *unit)
{
	json_t *rest = json_copy((json_t *)unit), *value;
	const char *name;

	for (const char *const *p = property_order; *p; p++) {
		value = json_object_get(unit, *p);
		if (is_shown(o, *p, value))
			print_property(o, *p, value);
		json_object_del(rest, *p);
	}
	json_object_foreach (rest, name, value)
		if (is_shown(o, name, value))
			print_property(o, name, value);
	json_decref(rest);
}

/* `show 17` is about a job, as systemctl has it. */
static bool names_a_job(char **words)
{
	for (; *words; words++)
		if (**words && strspn(*words, "0123456789") == strlen(*words)) {
			fprintf(stderr,
				"reaperctl: %s would be a job, and these are not shown; try "
				"list-jobs, or status for a process\n",
				*words);
			return true;
		}
	return false;
}

int verb_show(struct ctl *c, char **arguments)
{
	json_t *reply, *unit;
	size_t i;

	if (names_a_job(arguments))
		return EXIT_FAILED;
	json_t *names = ctl_unit_names(c, arguments);
	bool no_match = names && *arguments && !json_array_size(names);
	if (!names || no_match) {
		json_decref(names);
		return names ? EXIT_DONE : EXIT_FAILED;
	}
	char **wanted = c->options.properties;
	int r = ctl_call(c, "Show",
		json_pack("{s:o, s:o*}", "units", names, "properties",
			wanted ? string_array(wanted) : NULL),
		&reply);
	if (r)
		return r;
	const json_t *units = json_object_get(reply, "units");
	if (c->options.format == OUTPUT_JSON)
		r = print_json(units);
	else
		json_array_foreach (units, i, unit) {
			if (i)
				putchar('\n');
			print_unit(&c->options, unit);
		}
	json_decref(reply);
	return r;
}

static void print_file(const json_t *file, bool is_first)
{
	const char *text = get_string(file, "text");
	size_t length = strlen(text);

	if (!is_first)
		putchar('\n');
	if (get_bool(file, "masked"))
		printf("%s# Unit %s is masked.%s\n", colour_on(GREY), get_string(file, "unit"),
			colour_off());
	else
		printf("%s# %s%s\n%s%s", colour_on(GREY), get_string(file, "path"), colour_off(),
			text, length && text[length - 1] != '\n' ? "\n" : "");
}

/* One after the other: those before one that is not there are shown. */
int verb_cat(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *all = json_array(), *name, *reply, *file;
	int r = names ? EXIT_DONE : EXIT_FAILED;
	size_t i, k;

	json_array_foreach (names, i, name) {
		r = ctl_call(c, "Cat", json_pack("{s:[O]}", "units", name), &reply);
		if (r)
			break;
		json_array_foreach (json_object_get(reply, "files"), k, file) {
			if (c->options.format != OUTPUT_JSON)
				print_file(file, !json_array_size(all));
			json_array_append(all, file);
		}
		json_decref(reply);
	}
	if (!r && c->options.format == OUTPUT_JSON)
		r = print_json(all);
	json_decref(all);
	json_decref(names);
	return r;
}
