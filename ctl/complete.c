/* SPDX-License-Identifier: MIT */
/*
 * What may stand next on the command line, for the shells: `reaperctl __complete WORD... CURRENT`
 * prints "word<TAB>what it is", a line each, from the tables of verbs and options and from the
 * running reaperd. The shells' own parts only pass it on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/signal_name.h"
#include "common/syslog_level.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/ctl.h"

/* Verbs that are about units in one state; the others take any. */
static const struct {
	const char *verb, *active;
} states[] = {
	{"stop", "active"},
	{"try-restart", "active"},
	{"reload", "active"},
	{"try-reload-or-restart", "active"},
	{"kill", "active"},
	{"start", "inactive"},
	{"freeze", "active"},
	{"thaw", "active"},
	{"reset-failed", "failed"},
};

static const char *const answers[] = {"yes", "no"};
static const char *const subjects[] = {"time", "blame", "critical-chain", "plot", "calendar"};

static void offer(const char *current, const char *word, const char *help)
{
	if (strncmp(word, current, strlen(current)) == 0)
		printf("%s\t%s\n", word, help ? help : "");
}

static void offer_verbs(const char *current)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (v->help)
			offer(current, v->name, v->help);
}

static void offer_units(struct ctl *c, const char *current, const char *active)
{
	json_t *reply, *row;
	size_t i;

	if (ctl_call(c, "ListUnits", json_pack("{s:b}", "all", 1), &reply))
		return;
	json_array_foreach (json_object_get(reply, "units"), i, row)
		if (!active || strcmp(get_string(row, "active"), active) == 0)
			offer(current, get_string(row, "unit"), get_string(row, "description"));
	json_decref(reply);
}

/* Units that are not loaded yet can be started and enabled all the same. */
static void offer_files(struct ctl *c, const char *current, bool is_target)
{
	json_t *reply, *row;
	size_t i;

	if (ctl_call(c, "ListUnitFiles", NULL, &reply))
		return;
	json_array_foreach (json_object_get(reply, "files"), i, row) {
		const char *name = get_string(row, "unit_file");

		if (!is_target || text_ends_with(name, ".target"))
			offer(current, name, get_string(row, "state"));
	}
	json_decref(reply);
}

static const char *state_for(const char *verb)
{
	for (size_t i = 0; i < ELEMENTS(states); i++)
		if (strcmp(states[i].verb, verb) == 0)
			return states[i].active;
	return NULL;
}

/* What the verb's arguments are, as the help shows them. */
static int offer_arguments(
	struct ctl *c, const struct verb *v, size_t position, const char *current)
{
	const char *active = state_for(v->name);

	if (v->max >= 0 && position >= (size_t)v->max)
		return EXIT_DONE;
	if (strstr(v->arguments, "FILE"))
		return EXIT_FAILED; /* the shell knows files better */
	if (strstr(v->arguments, "WHAT"))
		for (size_t i = 0; i < ELEMENTS(subjects) && !position; i++)
			offer(current, subjects[i], NULL);
	else if (strstr(v->arguments, "[LEVEL]"))
		for (int level = 0; level < SYSLOG_LEVELS && v->max == 1; level++)
			offer(current, enum_to_string(&syslog_level_names, level), NULL);
	else if (strstr(v->arguments, "[BOOL]"))
		for (size_t i = 0; i < ELEMENTS(answers); i++)
			offer(current, answers[i], NULL);
	else if (strncmp(v->arguments, "TARGET", 6) == 0 && !position)
		offer_files(c, current, true);
	else if (strstr(v->arguments, "NAME=VALUE") && position)
		return EXIT_DONE;
	else if (strstr(v->arguments, "UNIT") || strstr(v->arguments, "PATTERN")) {
		if (v->topic == TOPIC_FILES || !active || strcmp(active, "inactive") == 0)
			offer_files(c, current, false);
		if (v->topic != TOPIC_FILES)
			offer_units(c, current, active);
	}
	return EXIT_DONE;
}

static void offer_signals(const char *current)
{
	char name[SIGNAL_NAME_MAX];

	for (int sig = 1; sig < 32; sig++)
		offer(current, signal_to_string(sig, name), NULL);
}

/* The values of an option that stands before; false: it takes none that are known. */
static bool offer_values(const char *option, const char *current)
{
	if (strcmp(option, "-o") == 0 || strcmp(option, "--output") == 0)
		options_offer_formats(current, offer);
	else if (strcmp(option, "-s") == 0 || strcmp(option, "--signal") == 0)
		offer_signals(current);
	else if (strcmp(option, "-t") == 0 || strcmp(option, "--type") == 0)
		for (int type = 0; type < UNIT_TYPE_MAX; type++)
			offer(current, unit_type_to_string((enum unit_type)type), NULL);
	else
		return false;
	return true;
}

/* The words before the current one: the verb, how many arguments it has, and whom to ask. */
static const struct verb *read_words(
	struct ctl *c, char **words, size_t count, size_t *ret_arguments)
{
	const struct verb *v = NULL;

	*ret_arguments = 0;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(words[i], "--socket=", 9) == 0)
			c->options.socket = words[i] + 9;
		else if (*words[i] == '-' ||
			 (i && options_takes_word(c->options.program, words[i - 1])))
			continue;
		else if (v)
			(*ret_arguments)++;
		else if (!(v = verb_find(words[i])))
			return NULL;
	}
	return v;
}

int ctl_complete(struct ctl *c, char **words, size_t count)
{
	const char *current = count ? words[count - 1] : "";
	const char *before = count > 1 ? words[count - 2] : "";
	size_t arguments;

	c->options.quiet = true;
	if (*current == '-') {
		options_offer(c->options.program, current, offer);
		return EXIT_DONE;
	}
	if (offer_values(before, current))
		return EXIT_DONE;
	const struct verb *v = read_words(c, words, count ? count - 1 : 0, &arguments);
	if (!v) {
		offer_verbs(current);
		return EXIT_DONE;
	}
	return offer_arguments(c, v, arguments, current);
}
