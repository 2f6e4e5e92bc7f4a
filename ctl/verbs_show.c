/* SPDX-License-Identifier: MIT */
/* Properties and files of units. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "ctl/render.h"

static bool is_wanted(const struct options *o, const char *name, const json_t *value)
{
	if (o->properties)
		return strv_contains(o->properties, name);
	return o->all || (!(json_is_string(value) && !*json_string_value(value)) &&
				 !(json_is_array(value) && !json_array_size(value)));
}

static void print_one(const struct options *o, const char *name, const json_t *value)
{
	_cleanup_(freep) char *text = property_text(name, value);

	if (o->value)
		puts(text ? text : "");
	else
		printf("%s=%s\n", name, text ? text : "");
}

/* Commands have a line each, as systemctl gives them. */
static void print_property(const struct options *o, const char *name, const json_t *value)
{
	json_t *item;
	size_t i;

	if (!json_is_array(value) || !json_is_object(json_array_get(value, 0)) ||
		strncmp(name, "Exec", 4) != 0) {
		print_one(o, name, value);
		return;
	}
	json_array_foreach (value, i, item) {
		json_t *single = json_pack("[O]", item);
		print_one(o, name, single);
		json_decref(single);
	}
}

static void print_unit(const struct options *o, json_t *unit)
{
	const char *name;
	json_t *value;

	for (char **p = o->properties; p && *p; p++)
		if ((value = json_object_get(unit, *p)))
			print_property(o, *p, value);
	if (o->properties)
		return;
	json_object_foreach (unit, name, value)
		if (strcmp(name, "Diagnostics") != 0 && is_wanted(o, name, value))
			print_property(o, name, value);
}

/* Only the properties that were asked for. */
static json_t *pick(const struct options *o, json_t *unit)
{
	json_t *picked = json_object(), *value;

	for (char **p = o->properties; p && *p; p++)
		if ((value = json_object_get(unit, *p)))
			json_object_set(picked, *p, value);
	return picked;
}

static int show_json(const struct options *o, const json_t *units)
{
	json_t *list = json_array(), *unit;
	size_t i;

	json_array_foreach (units, i, unit)
		json_array_append_new(list, o->properties ? pick(o, unit) : json_incref(unit));
	int r = print_json(list);
	json_decref(list);
	return r;
}

int verb_show(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *reply, *unit;
	bool no_match = names && *arguments && !json_array_size(names);
	size_t i;

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
		r = show_json(&c->options, units);
	else
		json_array_foreach (units, i, unit) {
			if (i)
				putchar('\n');
			print_unit(&c->options, unit);
		}
	json_decref(reply);
	return r;
}

int verb_cat(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *reply, *file;
	size_t i;

	if (!names)
		return EXIT_FAILED;
	int r = ctl_call(c, "Cat", json_pack("{s:o}", "units", names), &reply);
	if (r)
		return r;
	const json_t *files = json_object_get(reply, "files");
	if (c->options.format == OUTPUT_JSON)
		r = print_json(files);
	else
		json_array_foreach (files, i, file) {
			const char *text = get_string(file, "text");
			size_t length = strlen(text);

			printf("%s%s# %s%s\n%s%s", i ? "\n" : "", colour_on(GREY),
				get_string(file, "path"), colour_off(), text,
				length && text[length - 1] != '\n' ? "\n" : "");
		}
	json_decref(reply);
	return r;
}
