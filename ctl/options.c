/* SPDX-License-Identifier: MIT */
/* The table of options, and reading them from the command line wherever they stand
 * (getopt_long(3)). */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"
#include "ctl/ctl.h"

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_LIST, /* may repeat; commas part it */
	OPTION_FORMAT,
	OPTION_NUMBER, /* its argument may be missing */
	OPTION_NO,     /* takes a boolean; its field is the opposite */
	OPTION_NOTHING,
	OPTION_NOTHING_TEXT,
	OPTION_NOTHING_OPTIONAL,
};

/* Which of our names an option belongs to; systemctl is reaperctl here. */
enum {
	AS_REAPERCTL = 1 << PROGRAM_REAPERCTL | 1 << PROGRAM_SYSTEMCTL,
	AS_JOURNALCTL = 1 << PROGRAM_JOURNALCTL,
	AS_ALL = AS_REAPERCTL | AS_JOURNALCTL,
};

struct option_row {
	const char *name;
	char letter;
	enum option_kind kind;
	size_t offset;
	const char *argument; /* as the help shows it */
	const char *help;     /* NULL: accepted, and not worth a line */
	unsigned programs;
};

#define FIELD(name) offsetof(struct options, name)

#define ACCEPTED OPTION_NOTHING, 0, NULL, NULL
#define ACCEPTED_TEXT OPTION_NOTHING_TEXT, 0, "TEXT", NULL

/* clang-format off */
static const struct option_row rows[] = {
	{"socket", 0, OPTION_TEXT, FIELD(socket), "PATH", "Where reaperd listens", AS_ALL},
	{"output", 'o', OPTION_FORMAT, FIELD(format), "FORMAT", "human, json; logs: short, short-iso, cat", AS_ALL},
	{"all", 'a', OPTION_FLAG, FIELD(all), NULL, "Inactive units, empty properties too", AS_ALL},
	{"type", 't', OPTION_LIST, FIELD(types), "TYPE", "Only units of these types", AS_REAPERCTL},
	{"state", 0, OPTION_LIST, FIELD(states), "STATE", "Only units in these states", AS_REAPERCTL},
	{"failed", 0, OPTION_FLAG, FIELD(failed), NULL, "Only failed units", AS_REAPERCTL},
	{"property", 'p', OPTION_LIST, FIELD(properties), "NAME", "Only these properties", AS_REAPERCTL},
	{"value", 0, OPTION_FLAG, FIELD(value), NULL, "Values without their names", AS_REAPERCTL},
	{"no-block", 0, OPTION_FLAG, FIELD(no_block), NULL, "Do not wait for jobs to end", AS_REAPERCTL},
	{"wait", 0, OPTION_FLAG, FIELD(wait), NULL, "start: until the units are down again", AS_REAPERCTL},
	{"now", 0, OPTION_FLAG, FIELD(now), NULL, "enable, disable, mask: start or stop too", AS_REAPERCTL},
	{"job-mode", 0, OPTION_TEXT, FIELD(job_mode), "MODE", "replace, fail, isolate, ignore-dependencies ...", AS_REAPERCTL},
	{"signal", 's', OPTION_TEXT, FIELD(signal), "SIGNAL", "What `kill` sends; SIGTERM", AS_REAPERCTL},
	{"kill-whom", 0, OPTION_TEXT, FIELD(kill_whom), "WHOM", "main, control, all", AS_REAPERCTL},
	{"kill-who", 0, OPTION_TEXT, FIELD(kill_whom), "WHOM", NULL, AS_REAPERCTL},
	{"unit", 'u', OPTION_LIST, FIELD(units), "UNIT", "Logs of this unit", AS_ALL},
	{"lines", 'n', OPTION_TEXT, FIELD(lines), "N", "How many lines of output", AS_REAPERCTL},
	{"lines", 'n', OPTION_NUMBER, FIELD(lines), "N", "How many lines of output; 10", AS_JOURNALCTL},
	{"follow", 'f', OPTION_FLAG, FIELD(follow), NULL, "Logs: go on as lines come", AS_ALL},
	{"since", 'S', OPTION_TEXT, FIELD(since), "TIME", "Logs: from then on (\"5min ago\", \"10:30\")", AS_ALL},
	{"until", 'U', OPTION_TEXT, FIELD(until), "TIME", "Logs: up to then", AS_ALL},
	{"priority", 'p', OPTION_TEXT, FIELD(priority), "LEVEL", "Logs: emerg ... debug, and what is worse", AS_JOURNALCTL},
	{"priority", 0, OPTION_TEXT, FIELD(priority), "LEVEL", "Logs: emerg ... debug, and what is worse; -p too", AS_REAPERCTL},
	{"grep", 'g', OPTION_TEXT, FIELD(grep), "REGEX", "Logs: lines that match; small letters match both", AS_ALL},
	{"reverse", 'r', OPTION_FLAG, FIELD(reverse), NULL, "list-dependencies: who needs it; logs: newest first", AS_ALL},
	{"after", 0, OPTION_FLAG, FIELD(after), NULL, "list-dependencies: what comes before it", AS_REAPERCTL},
	{"before", 0, OPTION_FLAG, FIELD(before), NULL, "list-dependencies: what it comes before", AS_REAPERCTL},
	{"quiet", 'q', OPTION_FLAG, FIELD(quiet), NULL, "Exit status only", AS_ALL},
	{"no-legend", 0, OPTION_FLAG, FIELD(no_legend), NULL, "No headings, no counts", AS_REAPERCTL},
	{"legend", 0, OPTION_NO, FIELD(no_legend), "BOOL", NULL, AS_REAPERCTL},
	{"root", 0, OPTION_TEXT, FIELD(root), "DIR", "enable and its kin: in that root file system", AS_REAPERCTL},
	{"runtime", 0, OPTION_FLAG, FIELD(runtime), NULL, "edit, set-property: until the next boot", AS_REAPERCTL},
	{"force", 0, OPTION_FLAG, FIELD(force), NULL, "edit: a unit that is not there", AS_REAPERCTL},
	{"stdin", 0, OPTION_FLAG, FIELD(from_stdin), NULL, "edit: the text comes from standard input", AS_REAPERCTL},
	{"drop-in", 0, OPTION_TEXT, FIELD(drop_in), "NAME", "edit: the drop-in's name; override.conf", AS_REAPERCTL},
	{"here", 0, OPTION_FLAG, FIELD(here), NULL, "verify: what this place would make of it", AS_REAPERCTL},
	{"show-types", 0, OPTION_FLAG, FIELD(show_types), NULL, "list-sockets: the type of each", AS_REAPERCTL},
	{"plain", 0, OPTION_FLAG, FIELD(plain), NULL, "No dots and no tree lines", AS_REAPERCTL},
	{"full", 'l', OPTION_FLAG, FIELD(full), NULL, "Do not shorten", AS_ALL},
	{"help", 'h', OPTION_FLAG, FIELD(help), NULL, "This text", AS_ALL},
	{"version", 0, OPTION_FLAG, FIELD(version), NULL, "The version", AS_ALL},
	/* What means nothing here, and scripts say. */
	{"no-pager", 0, ACCEPTED, AS_ALL},
	{"system", 0, ACCEPTED, AS_ALL},
	{"user", 0, ACCEPTED, AS_ALL},
	{"no-ask-password", 0, ACCEPTED, AS_REAPERCTL},
	{"no-wall", 0, ACCEPTED, AS_REAPERCTL},
	{"no-reload", 0, ACCEPTED, AS_REAPERCTL},
	{"no-warn", 0, ACCEPTED, AS_REAPERCTL},
	{"with-dependencies", 0, ACCEPTED, AS_REAPERCTL},
	{"recursive", 0, ACCEPTED, AS_REAPERCTL},
	{"global", 0, ACCEPTED, AS_REAPERCTL},
	{"ignore-inhibitors", 'i', ACCEPTED, AS_REAPERCTL},
	{"show-transaction", 'T', ACCEPTED, AS_REAPERCTL},
	{"check-inhibitors", 0, ACCEPTED_TEXT, AS_REAPERCTL},
	{"message", 0, ACCEPTED_TEXT, AS_REAPERCTL},
	{"preset-mode", 0, ACCEPTED_TEXT, AS_REAPERCTL},
	{"timestamp", 0, ACCEPTED_TEXT, AS_REAPERCTL},
	{"boot", 'b', OPTION_NOTHING_OPTIONAL, 0, "ID", NULL, AS_JOURNALCTL},
	{"catalog", 'x', ACCEPTED, AS_JOURNALCTL},
	{"pager-end", 'e', ACCEPTED, AS_JOURNALCTL},
	{"no-tail", 0, ACCEPTED, AS_JOURNALCTL},
	{"no-full", 0, ACCEPTED, AS_JOURNALCTL},
	{"no-hostname", 0, ACCEPTED, AS_JOURNALCTL},
	{"utc", 0, ACCEPTED, AS_JOURNALCTL},
	{"merge", 'm', ACCEPTED, AS_JOURNALCTL},
};
/* clang-format on */

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
	case OPTION_NUMBER:
		*(const char **)field = argument ? argument : "10";
		return 0;
	case OPTION_NO:
		*(bool *)field = value_parse_bool(argument) == 0;
		return 0;
	default:
		return 0;
	}
}

static int takes_argument(enum option_kind kind)
{
	switch (kind) {
	case OPTION_FLAG:
	case OPTION_NOTHING:
		return no_argument;
	case OPTION_NUMBER:
	case OPTION_NOTHING_OPTIONAL:
		return optional_argument;
	default:
		return required_argument;
	}
}

static bool belongs(const struct option_row *row, enum program program)
{
	return row->programs >> program & 1;
}

/* The rows in getopt's form: the value of an option is the number of its row. */
static void for_getopt(enum program program, struct option *options, char *letters)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int takes = takes_argument(rows[i].kind);

		if (!belongs(&rows[i], program))
			continue;
		*options++ = (struct option){rows[i].name, takes, NULL, 256 + (int)i};
		if (!rows[i].letter)
			continue;
		*letters++ = rows[i].letter;
		for (int n = 0; n < takes; n++)
			*letters++ = ':';
	}
	*options = (struct option){0};
	*letters = 0;
}

static const struct option_row *find_letter(enum program program, int letter)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (rows[i].letter == letter && belongs(&rows[i], program))
			return &rows[i];
	return NULL;
}

/* "-n 5": getopt takes what stands apart for no argument where one may be missing. */
static char *argument_of(const struct option_row *row, int argc, char **argv)
{
	uint64_t n;

	if (optarg || row->kind != OPTION_NUMBER || optind >= argc ||
		(value_parse_u64(argv[optind], INT32_MAX, &n) < 0 &&
			strcmp(argv[optind], "all") != 0))
		return optarg;
	return argv[optind++];
}

int options_read(struct options *o, int argc, char **argv, char ***ret_words)
{
	struct option options[ELEMENTS(rows) + 1];
	char letters[3 * ELEMENTS(rows) + 1];
	int option;

	for_getopt(o->program, options, letters);
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		const struct option_row *row =
			option >= 256 ? &rows[option - 256] : find_letter(o->program, option);

		if (!row || option == '?') {
			fprintf(stderr, "%s --help lists the options.\n",
				program_invocation_short_name);
			return -EINVAL;
		}
		int r = set(o, row, argument_of(row, argc, argv));
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

void options_help(enum program program)
{
	if (program == PROGRAM_JOURNALCTL) {
		printf("journalctl [OPTION...]\n\nWhat services wrote: reaperctl logs by another "
		       "name.\n");
	} else {
		printf("reaperctl [OPTION...] VERB [ARG...]\n\nAsks a running reaperd. Without a "
		       "verb: the status of everything.\n\nVerbs:\n");
		print_verbs();
	}
	printf("\nOptions:\n");
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		const struct option_row *row = &rows[i];
		char letter[8] = "", line[64];

		if (!row->help || !belongs(row, program))
			continue;
		if (row->letter)
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		snprintf(line, sizeof(line), "%s--%s%s%s", letter, row->name,
			row->argument ? "=" : "", row->argument ? row->argument : "");
		printf("  %-33s %s\n", line, row->help);
	}
	printf("\nreaperctl(1) tells more.\n");
}
