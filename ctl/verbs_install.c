/* SPDX-License-Identifier: MIT */
/* enable, disable, mask and what they left: the words are systemctl's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "ctl/ctl.h"

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

	if (!c->options.now || strcmp(verb, "unmask") == 0)
		return EXIT_DONE;
	int r = ctl_call(c, "RunJob",
		json_pack("{s:s, s:O}", "job", starts ? "start" : "stop", "units", names), &reply);
	if (!r)
		json_decref(reply);
	return r;
}

int verb_install(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *reply;
	char method[16];

	if (!names)
		return EXIT_FAILED;
	snprintf(method, sizeof(method), "%c%s", c->verb->name[0] - 'a' + 'A', c->verb->name + 1);
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
	static const char *const good[] = {"enabled", "static", "indirect", "alias"};
	json_t *names = ctl_unit_names(c, arguments), *reply, *state;
	int status = EXIT_FAILED;
	size_t i;

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
