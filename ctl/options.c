/* SPDX-License-Identifier: MIT */
/* The table of options, and reading them from the command line wherever they stand
 * (getopt_long(3)). */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "ctl/ctl.h"

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_LIST, /* may repeat; commas part it */
	OPTION_FORMAT,
};

struct option_row {
	const char *name;
	char letter;
	enum option_kind kind;
	size_t offset;
	const char *argument; /* as the help shows it */
	const char *help;     /* NULL: accepted, and not worth a line */
};

#define FIELD(name) offsetof(struct options, name)

static const struct option_row rows[] = {
	{"socket", 0, OPTION_TEXT, FIELD(socket), "PATH", "Where reaperd listens"},
	{"output", 'o', OPTION_FORMAT, FIELD(format), "FORMAT",
		"human, json; logs: short, short-iso, cat"},
	{"all", 'a', OPTION_FLAG, FIELD(all), NULL, "Inactive units, empty properties too"},
	{"type", 't', OPTION_LIST, FIELD(types), "TYPE", "Only units of these types"},
	{"state", 0, OPTION_LIST, FIELD(states), "STATE", "Only units in these states"},
	{"failed", 0, OPTION_FLAG, FIELD(failed), NULL, "Only failed units"},
	{"property", 'p', OPTION_LIST, FIELD(properties), "NAME", "Only these properties"},
	{"value", 0, OPTION_FLAG, FIELD(value), NULL, "Values without their names"},
	{"no-block", 0, OPTION_FLAG, FIELD(no_block), NULL, "Do not wait for jobs to end"},
	{"now", 0, OPTION_FLAG, FIELD(now), NULL, "enable, disable, mask: start or stop too"},
	{"job-mode", 0, OPTION_TEXT, FIELD(job_mode), "MODE",
		"replace, fail, isolate, ignore-dependencies ..."},
	{"signal", 's', OPTION_TEXT, FIELD(signal), "SIGNAL", "What `kill` sends; SIGTERM"},
	{"kill-whom", 0, OPTION_TEXT, FIELD(kill_whom), "WHOM", "main, control, all"},
	{"kill-who", 0, OPTION_TEXT, FIELD(kill_whom), "WHOM", NULL},
	{"unit", 'u', OPTION_LIST, FIELD(units), "UNIT", "Logs of this unit"},
	{"lines", 'n', OPTION_TEXT, FIELD(lines), "N", "How many lines of output"},
	{"follow", 'f', OPTION_FLAG, FIELD(follow), NULL, "Logs: go on as lines come"},
	{"since", 0, OPTION_TEXT, FIELD(since), "TIME",
		"Logs: from then on (\"5min ago\", \"10:30\")"},
	{"quiet", 'q', OPTION_FLAG, FIELD(quiet), NULL, "Exit status only"},
	{"no-legend", 0, OPTION_FLAG, FIELD(no_legend), NULL, "No headings, no counts"},
	{"root", 0, OPTION_TEXT, FIELD(root), "DIR",
		"enable and its kin: in that root file system"},
	{"here", 0, OPTION_FLAG, FIELD(here), NULL, "verify: what this place would make of it"},
	{"show-types", 0, OPTION_FLAG, FIELD(show_types), NULL, "list-sockets: the type of each"},
	{"plain", 0, OPTION_FLAG, FIELD(plain), NULL, "No dots and no tree lines"},
	{"full", 'l', OPTION_FLAG, FIELD(full), NULL, "Do not shorten"},
	{"no-pager", 0, OPTION_FLAG, FIELD(no_pager), NULL, NULL},
	{"help", 'h', OPTION_FLAG, FIELD(help), NULL, "This text"},
	{"version", 0, OPTION_FLAG, FIELD(version), NULL, "The version"},
};

static const struct {
	const char *name;
	int format;
} formats[] = {
	{"human", OUTPUT_HUMAN},
	{"json", OUTPUT_JSON},
	{"short", OUTPUT_SHORT},
	{"short-iso", OUTPUT_SHORT_ISO},
	{"cat", OUTPUT_CAT},
};

static int set_format(struct options *o, const char *name)
{
	for (size_t i = 0; i < ELEMENTS(formats); i++)
		if (strcmp(formats[i].name, name) == 0) {
			o->format = formats[i].format;
			return 0;
		}
	fprintf(stderr,
		"reaperctl: there is no output format \"%s\"; there are human, json, short, "
		"short-iso and cat\n",
		name);
	return -EINVAL;
}

static int add_words(char ***list, const char *text)
{
	_cleanup_(freep) char *copy = strdup(text);
	char *save = NULL;

	if (!copy)
		return -ENOMEM;
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
		if (strv_push(list, strdup(word)) < 0)
			return -ENOMEM;
	return 0;
}

static int set(struct options *o, const struct option_row *row, char *argument)
{
	void *field = (char *)o + row->offset;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)field = argument;
		return 0;
	case OPTION_LIST:
		return add_words(field, argument);
	case OPTION_FORMAT:
		return set_format(o, argument);
	}
	return 0;
}

/* The rows in getopt's form: the value of an option is the number of its row. */
static void for_getopt(struct option *options, char *letters)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		bool takes = rows[i].kind != OPTION_FLAG;

		options[i] = (struct option){
			rows[i].name, takes ? required_argument : no_argument, NULL, 256 + (int)i};
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		if (takes)
			*letters++ = ':';
	}
	options[ELEMENTS(rows)] = (struct option){0};
	*letters = 0;
}

static const struct option_row *find_letter(int letter)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

int options_read(struct options *o, int argc, char **argv, char ***ret_words)
{
	struct option options[ELEMENTS(rows) + 1];
	char letters[2 * ELEMENTS(rows) + 1];
	int option;

	for_getopt(options, letters);
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		const struct option_row *row =
			option >= 256 ? &rows[option - 256] : find_letter(option);

		if (!row || option == '?') {
			fprintf(stderr, "reaperctl --help lists the options.\n");
			return -EINVAL;
		}
		int r = set(o, row, optarg);
		if (r < 0)
			return r;
	}
	return strv_copy(argv + optind, ret_words);
}

void options_done(struct options *o)
{
	strv_free(o->properties);
	strv_free(o->types);
	strv_free(o->states);
	strv_free(o->units);
}

static void print_verbs(void)
{
	for (const struct verb *v = verbs; v->name; v++) {
		char line[64];

		snprintf(line, sizeof(line), "%s %s", v->name, v->arguments);
		printf("  %-33s %s\n", line, v->help);
	}
}

void options_help(void)
{
	printf("reaperctl [OPTION...] VERB [ARG...]\n\nAsks a running reaperd. Without a verb: the "
	       "status "
	       "of everything.\n\nVerbs:\n");
	print_verbs();
	printf("\nOptions:\n");
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		const struct option_row *row = &rows[i];
		char letter[8] = "", line[64];

		if (!row->help)
			continue;
		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(line, sizeof(line), "%s--%s%s%s", letter, row->name,
			row->argument ? "=" : "", row->argument ? row->argument : "");
		printf("  %-33s %s\n", line, row->help);
	}
	printf("\nreaperctl(1) tells more.\n");
}
