/* SPDX-License-Identifier: MIT */
/* The table of options, and reading them from the command line wherever they stand
 * (getopt_long(3)). */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/signal_name.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "common/value.h"
#include "ctl/ctl.h"

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_LIST,   /* may repeat; commas part it */
	OPTION_VALUES, /* likewise, and --value */
	OPTION_TYPES,  /* likewise, of unit types; or help */
	OPTION_WHAT,   /* likewise, of folders; or help */
	OPTION_FORMAT,
	OPTION_SIGNAL, /* one, or help or list */
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
	enum topic topic;
};

#define FIELD(name) offsetof(struct options, name)

#define ACCEPTED OPTION_NOTHING, 0, NULL, NULL
#define ACCEPTED_TEXT OPTION_NOTHING_TEXT, 0, "TEXT", NULL

/* clang-format off */
static const struct option_row rows[] = {
	{"socket", 0, OPTION_TEXT, FIELD(socket), "PATH", "Where reaperd listens", AS_ALL, TOPIC_GENERAL},
	{"output", 'o', OPTION_FORMAT, FIELD(format), "FORMAT", "human, json; logs: short, short-iso, cat", AS_ALL, TOPIC_GENERAL},
	{"all", 'a', OPTION_FLAG, FIELD(all), NULL, "Inactive units, empty properties too", AS_ALL, TOPIC_GENERAL},
	{"type", 't', OPTION_TYPES, FIELD(types), "TYPE", "Only units of these types", AS_REAPERCTL, TOPIC_UNITS},
	{"state", 0, OPTION_LIST, FIELD(states), "STATE", "Only units in these states", AS_REAPERCTL, TOPIC_UNITS},
	{"failed", 0, OPTION_FLAG, FIELD(failed), NULL, "Only failed units", AS_REAPERCTL, TOPIC_UNITS},
	{"property", 'p', OPTION_LIST, FIELD(properties), "NAME", "Only these properties", AS_REAPERCTL, TOPIC_UNITS},
	{NULL, 'P', OPTION_VALUES, FIELD(properties), "NAME", "The same as --value --property=NAME", AS_REAPERCTL, TOPIC_UNITS},
	{"value", 0, OPTION_FLAG, FIELD(value), NULL, "Values without their names", AS_REAPERCTL, TOPIC_UNITS},
	{"no-block", 0, OPTION_FLAG, FIELD(no_block), NULL, "Do not wait for jobs to end", AS_REAPERCTL, TOPIC_JOBS},
	{"wait", 0, OPTION_FLAG, FIELD(wait), NULL, "start: until the units are down again", AS_REAPERCTL, TOPIC_JOBS},
	{"now", 0, OPTION_FLAG, FIELD(now), NULL, "enable, disable, mask: start or stop too", AS_REAPERCTL, TOPIC_FILES},
	{"job-mode", 0, OPTION_TEXT, FIELD(job_mode), "MODE", "replace, fail, isolate, ignore-dependencies ...", AS_REAPERCTL, TOPIC_JOBS},
	{"signal", 's', OPTION_SIGNAL, FIELD(signal), "SIGNAL", "What `kill` sends; SIGTERM; list shows all", AS_REAPERCTL, TOPIC_JOBS},
	{"kill-whom", 0, OPTION_TEXT, FIELD(kill_whom), "WHOM", "main, control, all", AS_REAPERCTL, TOPIC_JOBS},
	{"kill-who", 0, OPTION_TEXT, FIELD(kill_whom), "WHOM", NULL, AS_REAPERCTL, TOPIC_GENERAL},
	{"what", 0, OPTION_WHAT, FIELD(what), "KIND", "clean: runtime, state, cache, logs, configuration, all", AS_REAPERCTL, TOPIC_JOBS},
	{"unit", 'u', OPTION_LIST, FIELD(units), "UNIT", "Logs of this unit", AS_ALL, TOPIC_OUTPUT},
	{"lines", 'n', OPTION_TEXT, FIELD(lines), "N", "How many lines of output", AS_REAPERCTL, TOPIC_OUTPUT},
	{"lines", 'n', OPTION_NUMBER, FIELD(lines), "N", "How many lines of output; 10", AS_JOURNALCTL, TOPIC_OUTPUT},
	{"follow", 'f', OPTION_FLAG, FIELD(follow), NULL, "Logs: go on as lines come", AS_ALL, TOPIC_OUTPUT},
	{"since", 'S', OPTION_TEXT, FIELD(since), "TIME", "Logs: from then on (\"5min ago\", \"10:30\")", AS_ALL, TOPIC_OUTPUT},
	{"until", 'U', OPTION_TEXT, FIELD(until), "TIME", "Logs: up to then", AS_ALL, TOPIC_OUTPUT},
	{"priority", 'p', OPTION_TEXT, FIELD(priority), "LEVEL", "Logs: emerg ... debug, and what is worse", AS_JOURNALCTL, TOPIC_OUTPUT},
	{"priority", 0, OPTION_TEXT, FIELD(priority), "LEVEL", "Logs: emerg ... debug, and what is worse; -p too", AS_REAPERCTL, TOPIC_OUTPUT},
	{"grep", 'g', OPTION_TEXT, FIELD(grep), "REGEX", "Logs: lines that match; small letters match both", AS_ALL, TOPIC_OUTPUT},
	{"rotate", 0, OPTION_FLAG, FIELD(rotate), NULL, "Logs: begin new log files now", AS_ALL, TOPIC_OUTPUT},
	{"reverse", 'r', OPTION_FLAG, FIELD(reverse), NULL, "list-dependencies: who needs it; logs: newest first", AS_ALL, TOPIC_UNITS},
	{"after", 0, OPTION_FLAG, FIELD(after), NULL, "list-dependencies: what comes before it", AS_REAPERCTL, TOPIC_UNITS},
	{"before", 0, OPTION_FLAG, FIELD(before), NULL, "list-dependencies: what it comes before", AS_REAPERCTL, TOPIC_UNITS},
	{"quiet", 'q', OPTION_FLAG, FIELD(quiet), NULL, "Exit status only", AS_ALL, TOPIC_GENERAL},
	{"no-legend", 0, OPTION_FLAG, FIELD(no_legend), NULL, "No headings, no counts", AS_REAPERCTL, TOPIC_GENERAL},
	{"legend", 0, OPTION_NO, FIELD(no_legend), "BOOL", NULL, AS_REAPERCTL, TOPIC_GENERAL},
	{"root", 0, OPTION_TEXT, FIELD(root), "DIR", "enable and its kin: in that root file system", AS_REAPERCTL, TOPIC_FILES},
	{"runtime", 0, OPTION_FLAG, FIELD(runtime), NULL, "enable, mask, edit, set-property: until the next boot", AS_REAPERCTL, TOPIC_FILES},
	{"force", 0, OPTION_FLAG, FIELD(force), NULL, "edit: a unit that is not there; enable, link, mask: over what is in the way", AS_REAPERCTL, TOPIC_FILES},
	{"stdin", 0, OPTION_FLAG, FIELD(from_stdin), NULL, "edit: the text comes from standard input", AS_REAPERCTL, TOPIC_FILES},
	{"drop-in", 0, OPTION_TEXT, FIELD(drop_in), "NAME", "edit: the drop-in's name; override.conf", AS_REAPERCTL, TOPIC_FILES},
	{"here", 0, OPTION_FLAG, FIELD(here), NULL, "verify: what this place would make of it", AS_REAPERCTL, TOPIC_FILES},
	{"show-types", 0, OPTION_FLAG, FIELD(show_types), NULL, "list-sockets: the type of each", AS_REAPERCTL, TOPIC_UNITS},
	{"plain", 0, OPTION_FLAG, FIELD(plain), NULL, "No dots and no tree lines", AS_REAPERCTL, TOPIC_GENERAL},
	{"full", 'l', OPTION_FLAG, FIELD(full), NULL, "Do not shorten", AS_ALL, TOPIC_GENERAL},
	{"help", 'h', OPTION_FLAG, FIELD(help), NULL, "This text", AS_ALL, TOPIC_GENERAL},
	{"version", 0, OPTION_FLAG, FIELD(version), NULL, "The version", AS_ALL, TOPIC_GENERAL},
	/* What means nothing here, and scripts say. */
	{"no-pager", 0, ACCEPTED, AS_ALL, TOPIC_GENERAL},
	{"system", 0, ACCEPTED, AS_ALL, TOPIC_GENERAL},
	{"user", 0, ACCEPTED, AS_ALL, TOPIC_GENERAL},
	{"no-ask-password", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"no-wall", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"no-reload", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"no-warn", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"with-dependencies", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"recursive", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"global", 0, ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"ignore-inhibitors", 'i', ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"show-transaction", 'T', ACCEPTED, AS_REAPERCTL, TOPIC_GENERAL},
	{"check-inhibitors", 0, ACCEPTED_TEXT, AS_REAPERCTL, TOPIC_GENERAL},
	{"message", 0, ACCEPTED_TEXT, AS_REAPERCTL, TOPIC_GENERAL},
	{"preset-mode", 0, ACCEPTED_TEXT, AS_REAPERCTL, TOPIC_GENERAL},
	{"timestamp", 0, ACCEPTED_TEXT, AS_REAPERCTL, TOPIC_GENERAL},
	{"boot", 'b', OPTION_NOTHING_OPTIONAL, 0, "ID", NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"disk-usage", 0, OPTION_FLAG, FIELD(disk_usage), NULL, "How much room log files take", AS_JOURNALCTL, TOPIC_OUTPUT},
	{"dmesg", 'k', OPTION_FLAG, FIELD(kernel), NULL, NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"flush", 0, OPTION_FLAG, FIELD(flush), NULL, NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"sync", 0, OPTION_FLAG, FIELD(flush), NULL, NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"vacuum-size", 0, OPTION_TEXT, FIELD(vacuum), "BYTES", NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"vacuum-time", 0, OPTION_TEXT, FIELD(vacuum), "TIME", NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"vacuum-files", 0, OPTION_TEXT, FIELD(vacuum), "N", NULL, AS_JOURNALCTL, TOPIC_GENERAL},
	{"catalog", 'x', ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
	{"pager-end", 'e', ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
	{"no-tail", 0, ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
	{"no-full", 0, ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
	{"no-hostname", 0, ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
	{"utc", 0, ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
	{"merge", 'm', ACCEPTED, AS_JOURNALCTL, TOPIC_GENERAL},
};
/* clang-format on */

static const struct {
	const char *name;
	int format;
} formats[] = {
	{"human", OUTPUT_HUMAN},
	{"json", OUTPUT_JSON},
	{"json-pretty", OUTPUT_JSON},
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

static int add_values(struct options *o, char ***list, const char *text)
{
	o->value = true;
	return add_words(list, text);
}

static int add_types(char ***list, const char *text)
{
	if (strcmp(text, "help") == 0) {
		puts("Available unit types:");
		for (int type = 0; type < UNIT_TYPE_MAX; type++)
			puts(unit_type_to_string((enum unit_type)type));
		return 1;
	}
	size_t before = strv_length(*list);
	int r = add_words(list, text);
	for (char **type = *list ? *list + before : NULL; !r && type && *type; type++) {
		if (unit_type_from_string(*type) >= 0)
			continue;
		fprintf(stderr, "reaperctl: there is no unit type \"%s\"; --type=help lists them\n",
			*type);
		return -EINVAL;
	}
	return r;
}

static int add_kinds(char ***list, const char *text)
{
	if (strcmp(text, "help") == 0) {
		puts("runtime\nstate\ncache\nlogs\nconfiguration");
		return 1;
	}
	if (*text)
		return add_words(list, text);
	fputs("reaperctl: --what= needs the kind of a folder; --what=help lists them\n", stderr);
	return -EINVAL;
}

static void print_signals(void)
{
	char name[SIGNAL_NAME_MAX];

	puts("SIGNAL NAME");
	for (int sig = 1; sig <= SIGNAL_RTMAX; sig++)
		printf("%-6d SIG%s\n", sig, signal_to_short_string(sig, name));
}

static int set_signal(int *field, const char *text)
{
	char name[SIGNAL_NAME_MAX];

	if (strcmp(text, "list") == 0) {
		print_signals();
		return 1;
	}
	if (strcmp(text, "help") == 0) {
		for (int sig = 0; sig <= SIGNAL_RTMAX; sig++)
			puts(signal_to_short_string(sig, name));
		return 1;
	}
	*field = signal_from_string(text);
	if (*field >= 0)
		return 0;
	fprintf(stderr, "reaperctl: \"%s\" is no signal; --signal=list shows all\n", text);
	return -EINVAL;
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
	case OPTION_VALUES:
		return add_values(o, field, argument);
	case OPTION_TYPES:
		return add_types(field, argument);
	case OPTION_WHAT:
		return add_kinds(field, argument);
	case OPTION_FORMAT:
		return set_format(o, argument);
	case OPTION_SIGNAL:
		return set_signal(field, argument);
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
		if (rows[i].name)
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

/* An option is the last word and needs another. Told by what getopt found: where the words stand by
 * then is not the same in every C library. */
static int complain_of_missing(void)
{
	char letter[2] = {(char)optopt, 0};

	fprintf(stderr, "reaperctl: %s%s needs an argument\n", optopt < 256 ? "-" : "--",
		optopt < 256 ? letter : rows[optopt - 256].name);
	return -EINVAL;
}

/* A word that getopt does not know. */
static int complain(const struct options *o, const char *word)
{
	_cleanup_(freep) char *name = strndup(word, strcspn(word, "="));
	struct hint hint = {.wanted = name && *name == '-' ? name + 2 : ""};

	if (optopt) {
		fprintf(stderr, "reaperctl: there is no option -%c; ", optopt);
	} else {
		for (size_t i = 0; i < ELEMENTS(rows); i++)
			if (rows[i].name && belongs(&rows[i], o->program))
				hint_try(&hint, rows[i].name);
		fprintf(stderr, "reaperctl: there is no option %s%s; ", name ? name : "",
			hint_text(&hint));
	}
	fprintf(stderr, "%s --help lists them\n", program_invocation_short_name);
	return -EINVAL;
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
	char letters[3 * ELEMENTS(rows) + 2] = ":";
	int option;

	for_getopt(o->program, options, letters + 1);
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		const struct option_row *row =
			option >= 256 ? &rows[option - 256] : find_letter(o->program, option);

		if (!row)
			return option == ':' ? complain_of_missing()
					     : complain(o, argv[optind - 1]);
		int r = set(o, row, argument_of(row, argc, argv));
		if (r)
			return r;
	}
	o->no_legend |= o->quiet;
	return strv_copy(argv + optind, ret_words);
}

void options_offer(enum program program, const char *current, offer_fn *offer)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		char word[64];

		if (!rows[i].name || !rows[i].help || !belongs(&rows[i], program))
			continue;
		snprintf(word, sizeof(word), "--%s%s", rows[i].name,
			takes_argument(rows[i].kind) == required_argument ? "=" : "");
		offer(current, word, rows[i].help);
	}
}

void options_offer_formats(const char *current, offer_fn *offer)
{
	for (size_t i = 0; i < ELEMENTS(formats); i++)
		offer(current, formats[i].name, NULL);
}

bool options_takes_word(enum program program, const char *word)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		const struct option_row *row = &rows[i];

		if (!belongs(row, program) || takes_argument(row->kind) != required_argument)
			continue;
		if (row->letter && word[0] == '-' && word[1] == row->letter && !word[2])
			return true;
		if (row->name && strncmp(word, "--", 2) == 0 && strcmp(word + 2, row->name) == 0)
			return true;
	}
	return false;
}

void options_done(struct options *o)
{
	strv_free(o->properties);
	strv_free(o->types);
	strv_free(o->states);
	strv_free(o->units);
	strv_free(o->what);
}

int options_print(enum program program, enum topic topic)
{
	int count = 0;

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		const struct option_row *row = &rows[i];
		char letter[8] = "", line[64];

		if (!row->help || !belongs(row, program) ||
			(topic != TOPIC_MAX && row->topic != topic))
			continue;
		if (row->letter)
			snprintf(letter, sizeof(letter), row->name ? "-%c, " : "-%c ", row->letter);
		snprintf(line, sizeof(line), "%s%s%s%s%s", letter, row->name ? "--" : "",
			row->name ? row->name : "", row->argument && row->name ? "=" : "",
			row->argument ? row->argument : "");
		printf("  %-28s %s\n", line, row->help);
		count++;
	}
	return count;
}
