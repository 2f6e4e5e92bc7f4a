/* SPDX-License-Identifier: MIT */
/* --help: what there is, on one screen; then a screen for each topic. */
#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"
#include "ctl/ctl.h"

#define WIDTH 78

static const char *const titles[] = {
	[TOPIC_GENERAL] = "Everywhere",
	[TOPIC_UNITS] = "What units are like",
	[TOPIC_JOBS] = "Starting, stopping, signals",
	[TOPIC_FILES] = "Unit files, and what starts by itself",
	[TOPIC_PROCESSES] = "Processes below reaperd",
	[TOPIC_OUTPUT] = "Output, events, numbers",
	[TOPIC_REAPERD] = "Reaperd itself",
};

/* The names of a topic's verbs, wrapped. */
static void print_names(enum topic topic)
{
	int column = 0;

	for (const struct verb *v = verbs; v->name; v++) {
		int width = (int)strlen(v->name) + 1;

		if (v->topic != topic || !v->help)
			continue;
		if (column && column + width > WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += printf(column ? " %s" : "  %s", v->name);
	}
	putchar('\n');
}

static void print_overview(void)
{
	puts("reaperctl [OPTION...] VERB [ARG...]\n"
	     "Asks a running reaperd. Without a verb: the status of everything.\n");
	for (int topic = TOPIC_UNITS; topic < TOPIC_MAX; topic++) {
		printf("%s (reaperctl --help %s):\n", titles[topic],
			topic_to_string((enum topic)topic));
		print_names((enum topic)topic);
	}
	puts("\nreaperctl --help VERB tells more, --help general of options that go with each,\n"
	     "--help all everything; so does reaperctl(1).");
}

static void print_verb(const struct verb *v)
{
	char line[64];

	snprintf(line, sizeof(line), "%s %s", v->name, v->arguments);
	printf("  %-28s %s\n", line, v->help ? v->help : "");
}

static void print_verbs(enum topic topic)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (v->help && (topic == TOPIC_MAX || v->topic == topic))
			print_verb(v);
}

static void print_topic(enum program program, enum topic topic)
{
	printf("%s\n\n", topic == TOPIC_MAX ? "Verbs:" : titles[topic]);
	print_verbs(topic);
	if (topic != TOPIC_GENERAL)
		puts("\nOptions:");
	if (!options_print(program, topic))
		puts("  none of its own; see reaperctl --help general");
}

static int unknown(const char *word)
{
	struct hint hint = {.wanted = word};

	for (int topic = 0; topic < TOPIC_MAX; topic++)
		hint_try(&hint, topic_to_string((enum topic)topic));
	for (const struct verb *v = verbs; v->name; v++)
		hint_try(&hint, v->name);
	fprintf(stderr, "reaperctl: there is no help on \"%s\"%s; reaperctl --help lists topics\n",
		word, hint_text(&hint));
	return EXIT_USAGE;
}

int help_print(enum program program, const char *word)
{
	const struct verb *verb = word ? verb_find(word) : NULL;
	int topic = word ? topic_from_string(word) : -1;

	if (program == PROGRAM_JOURNALCTL) {
		puts("journalctl [OPTION...]\n\nWhat services wrote: reaperctl logs by another "
		     "name.\n\nOptions:");
		options_print(program, TOPIC_MAX);
	} else if (!word) {
		print_overview();
	} else if (strcmp(word, "all") == 0) {
		print_topic(program, TOPIC_MAX);
	} else if (topic >= 0) {
		print_topic(program, (enum topic)topic);
	} else if (verb) {
		print_verb(verb);
		puts("\nOptions of verbs like it:");
		if (!options_print(program, verb->topic))
			puts("  none; see reaperctl --help general");
	} else {
		return unknown(word);
	}
	return EXIT_DONE;
}
