/* SPDX-License-Identifier: MIT */
/* Reaperd's own settings: the environment of services, properties, and what it will not do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/ctl.h"

/* As a shell reads it back: in $'' when there is more in it than plain characters. */
static void print_assignment(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-+=/.,:@%^~";
	size_t name = strcspn(text, "=") + 1;

	if (text[strspn(text, plain)] == 0) {
		puts(text);
		return;
	}
	printf("%.*s$'", (int)name, text);
	for (const char *at = text + name; *at; at++) {
		if (*at == '\\' || *at == '\'')
			putchar('\\');
		if (*at == '\n')
			fputs("\\n", stdout);
		else
			putchar(*at);
	}
	puts("'");
}

static int print_as_object(const json_t *assignments)
{
	json_t *o = json_object(), *item;
	size_t i;

	json_array_foreach (assignments, i, item) {
		const char *text = json_string_value(item), *value = strchr(text, '=');
		_cleanup_(freep) char *name = value ? strndup(text, (size_t)(value - text)) : NULL;

		if (name)
			json_object_set_new(o, name, json_string(value + 1));
	}
	int r = print_json(o);
	json_decref(o);
	return r;
}

int verb_show_environment(struct ctl *c, char **arguments)
{
	json_t *reply, *item;
	size_t i;
	int r = ctl_call(c, "Show", NULL, &reply);

	(void)arguments;
	if (r)
		return r;
	const json_t *system = json_array_get(json_object_get(reply, "units"), 0);
	const json_t *list = json_object_get(system, "Environment");
	if (c->options.format == OUTPUT_JSON)
		r = print_as_object(list);
	else
		json_array_foreach (list, i, item)
			print_assignment(json_string_value(item));
	json_decref(reply);
	return r;
}

static int change(struct ctl *c, const char *method, json_t *variables)
{
	return ctl_call_quietly(c, method, json_pack("{s:o}", "variables", variables));
}

int verb_set_environment(struct ctl *c, char **arguments)
{
	return change(c, "SetEnvironment", string_array(arguments));
}

int verb_unset_environment(struct ctl *c, char **arguments)
{
	return change(c, "UnsetEnvironment", string_array(arguments));
}

int verb_import_environment(struct ctl *c, char **arguments)
{
	json_t *list = json_array();

	for (; *arguments; arguments++) {
		const char *value = getenv(*arguments);

		if (value)
			json_array_append_new(list, json_sprintf("%s=%s", *arguments, value));
		else if (!c->options.quiet)
			fprintf(stderr, "reaperctl: %s is not set; it is left out\n", *arguments);
	}
	if (json_array_size(list))
		return change(c, "SetEnvironment", list);
	json_decref(list);
	return EXIT_DONE;
}

int verb_set_property(struct ctl *c, char **arguments)
{
	_cleanup_(freep) char *unit = unit_name_mangle(*arguments);

	if (!unit)
		return EXIT_FAILED;
	return ctl_call_quietly(c, "SetProperties",
		json_pack("{s:s, s:o, s:b}", "unit", unit, "properties",
			string_array(arguments + 1), "runtime", c->options.runtime));
}

int verb_daemon_reexec(struct ctl *c, char **arguments)
{
	if (!c->options.quiet)
		fprintf(stderr, "reaperd is not replaced while it runs: a new one comes with a new "
				"container, or a restart. Unit files are read anew.\n");
	return verb_daemon_reload(c, arguments);
}
