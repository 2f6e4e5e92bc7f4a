/* SPDX-License-Identifier: MIT */
/* What services wrote, and what happens. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/syslog_level.h"
#include "common/text.h"
#include "ctl/lines.h"
#include "ctl/log_files.h"
#include "ctl/render.h"

struct printing {
	const struct options *options;
	regex_t regex; /* of --grep */
	json_t *all;   /* gathered first: one JSON value, the last of those that match, newest first
			*/
	bool any;      /* line was printed */
};

/* As journalctl names the fields of a line. */
static json_t *journal_fields(const json_t *line)
{
	return json_pack("{s:o, s:o, s:o, s:O, s:O}", "__REALTIME_TIMESTAMP",
		json_sprintf("%" JSON_INTEGER_FORMAT, get_int(line, "realtime_usec")), "__CURSOR",
		json_sprintf("%" JSON_INTEGER_FORMAT, get_int(line, "sequence")), "PRIORITY",
		json_sprintf("%d", (int)get_int(line, "priority")), "_SYSTEMD_UNIT",
		json_object_get(line, "unit"), "MESSAGE", json_object_get(line, "text"));
}

static void print_line(struct printing *p, const json_t *line)
{
	const struct options *o = p->options;

	p->any = true;
	if (o->format != OUTPUT_JSON) {
		line_print(line, (enum output_format)o->format);
		return;
	}
	json_t *fields = o->program == PROGRAM_JOURNALCTL ? journal_fields(line)
							  : json_incref((json_t *)line);
	json_dumpf(fields, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(fields);
}

static bool matches(const struct printing *p, const json_t *line)
{
	return !p->options->grep || regexec(&p->regex, get_string(line, "text"), 0, NULL, 0) == 0;
}

static bool print_lines(const json_t *reply, void *data)
{
	struct printing *p = data;
	json_t *line;
	size_t i;

	json_array_foreach (json_object_get(reply, "lines"), i, line) {
		if (!matches(p, line))
			continue;
		if (p->all)
			json_array_append(p->all, line);
		else
			print_line(p, line);
	}
	return fflush(stdout) == 0;
}

/* What was gathered: the last `count` of it. */
static int print_gathered(struct printing *p, json_int_t count)
{
	const struct options *o = p->options;
	size_t size = json_array_size(p->all);
	size_t first = count >= 0 && (size_t)count < size ? size - (size_t)count : 0;
	json_t *shown = json_array();

	for (size_t i = first; i < size; i++)
		json_array_append(
			shown, json_array_get(p->all, o->reverse ? first + size - 1 - i : i));
	int r = EXIT_DONE;
	if (o->format == OUTPUT_JSON && o->program != PROGRAM_JOURNALCTL)
		r = print_json(shown);
	else
		for (size_t i = 0; i < json_array_size(shown); i++)
			print_line(p, json_array_get(shown, i));
	json_decref(shown);
	return r;
}

/* journalctl's matches: those of units are understood. A new array, or NULL (told). */
static json_t *units_of(struct ctl *c, char **arguments)
{
	_cleanup_(strv_freep) char **words = NULL;

	for (char **a = arguments; *a; a++) {
		const char *equals = strchr(*a, '=');
		bool is_unit =
			text_after_prefix(*a, "_SYSTEMD_UNIT=") || text_after_prefix(*a, "UNIT=");

		if (c->options.program == PROGRAM_JOURNALCTL && !is_unit) {
			fprintf(stderr,
				"journalctl: of matches only _SYSTEMD_UNIT= is understood, not "
				"\"%s\"\n",
				*a);
			return NULL;
		}
		if (strv_push(&words, strdup(is_unit ? equals + 1 : *a)) < 0)
			return NULL;
	}
	json_t *names = ctl_unit_names(c, words), *more = ctl_unit_names(c, c->options.units);

	if (names && more)
		json_array_extend(names, more);
	json_decref(more);
	return more ? names : NULL;
}

static int read_when(const char *option, const char *text, uint64_t *ret)
{
	if (!text || when_parse(text, clock_realtime_usec(), ret) >= 0)
		return 0;
	fprintf(stderr,
		"reaperctl: --%s: \"%s\" is no point in time; try \"5min ago\" or \"10:30\"\n",
		option, text);
	return -EINVAL;
}

/* -p of reaperctl is --property elsewhere; of logs it is the priority. */
static int read_priority(const struct options *o, int *ret)
{
	const char *text = o->priority ? o->priority : o->properties ? o->properties[0] : "debug";
	const char *range = strstr(text, "..");

	*ret = syslog_level_from_string(range ? range + 2 : text);
	if (*ret < 0)
		fprintf(stderr,
			"reaperctl: \"%s\" is no priority: emerg, alert, crit, err, warning, "
			"notice, info, debug\n",
			text);
	return *ret;
}

static int read_grep(const struct options *o, regex_t *ret)
{
	bool has_capitals = false;

	for (const char *at = o->grep; at && *at; at++)
		has_capitals = has_capitals || (*at >= 'A' && *at <= 'Z');
	if (!o->grep || regcomp(ret, o->grep,
				REG_EXTENDED | REG_NOSUB | (has_capitals ? 0 : REG_ICASE)) == 0)
		return 0;
	fprintf(stderr, "reaperctl: --grep: \"%s\" is no regular expression\n", o->grep);
	return -EINVAL;
}

static int stream_logs(struct ctl *c, json_t *request, struct printing *p)
{
	const struct options *o = &c->options;
	json_int_t count = lines_wanted(o, o->follow ? 10 : -1);
	bool gathers = !o->follow && (o->format == OUTPUT_JSON || o->reverse || o->grep);

	if (gathers)
		p->all = json_array();
	json_object_set_new(request, "lines", json_integer(o->grep ? -1 : count));
	int r = ctl_stream(c, "Logs", request, print_lines, p);
	if (p->all && !r)
		r = print_gathered(p, count);
	json_decref(p->all);
	return r;
}

static bool gather_lines(const json_t *reply, void *data)
{
	json_array_extend(data, json_object_get(reply, "lines"));
	return true;
}

/* Those that match, of lines from files too; `*ret_last` is the last that reaperd keeps. */
static void gather_matching(struct printing *p, const struct log_query *q, const json_t *units,
	const json_t *kept, json_int_t *ret_last)
{
	json_t *all = log_files_add(q, units, kept), *line;
	size_t i;

	p->all = json_array();
	json_array_foreach (all, i, line)
		if (matches(p, line))
			json_array_append(p->all, line);
	json_decref(all);
	json_array_foreach (kept, i, line)
		if (get_int(line, "sequence") > *ret_last)
			*ret_last = get_int(line, "sequence");
}

/* The same where there are log files: these first, then on from the last line that was seen. */
static int stream_with_files(
	struct ctl *c, json_t *request, struct printing *p, struct log_query *q)
{
	const struct options *o = &c->options;
	json_int_t count = lines_wanted(o, o->follow ? 10 : -1), last = 0;
	json_t *kept = json_array(), *first = json_copy(request);

	q->count = count < 0 || o->grep ? SIZE_MAX : (size_t)count;
	json_object_set_new(first, "follow", json_false());
	int r = ctl_stream(c, "Logs", first, gather_lines, kept);
	if (!r) {
		gather_matching(p, q, json_object_get(request, "units"), kept, &last);
		r = print_gathered(p, count);
		json_decref(p->all);
		p->all = NULL;
	}
	json_decref(kept);
	if (r || !o->follow || fflush(stdout) != 0) {
		json_decref(request);
		return r;
	}
	json_object_set_new(request, "after", json_integer(last));
	return ctl_stream(c, "Logs", request, print_lines, p);
}

/* LogDirectory=, if reaperd writes log files; the caller frees. */
static char *ask_directory(struct ctl *c)
{
	json_t *reply;

	if (ctl_call(c, "Show", json_pack("{s:[s]}", "properties", "LogDirectory"), &reply))
		return NULL;
	const char *text =
		get_string(json_array_get(json_object_get(reply, "units"), 0), "LogDirectory");
	char *directory = *text ? strdup(text) : NULL;
	json_decref(reply);
	return directory;
}

static int show_lines(struct ctl *c, json_t *units, struct printing *p, struct log_query *q)
{
	_cleanup_(freep) char *directory = ask_directory(c);
	json_t *request = json_pack("{s:O, s:I, s:I, s:i, s:b}", "units", units, "since_usec",
		(json_int_t)q->since_usec, "until_usec", (json_int_t)q->until_usec, "priority",
		q->max_priority, "follow", c->options.follow);

	if (c->fd < 0) { /* there is no reaperd, and that was told */
		json_decref(request);
		return EXIT_NO_REAPERD;
	}
	q->directory = directory;
	if (!directory)
		return stream_logs(c, request, p);
	if (!q->until_usec)
		q->until_usec = UINT64_MAX;
	return stream_with_files(c, request, p, q);
}

/* What journalctl does with its files; ours keep their limits by themselves. */
static int manage_files(struct ctl *c)
{
	if (c->options.vacuum)
		fprintf(stderr, "reaperctl: LogFileMaxBytes=, LogFileMaxFiles= and "
				"LogFileMaxAgeSec= in reaperd.conf bound the log files\n");
	return c->options.rotate ? ctl_call_quietly(c, "RotateLogs", NULL) : EXIT_DONE;
}

static int tell_disk_usage(struct ctl *c)
{
	_cleanup_(freep) char *directory = ask_directory(c);
	char size[FORMAT_MAX];

	if (c->fd < 0)
		return EXIT_NO_REAPERD;
	if (directory)
		printf("Log files take up %s in %s.\n",
			format_bytes(size, log_files_size(directory)), directory);
	else
		puts("Log files take up 0B: there is no LogDirectory=, lines are kept in memory.");
	return EXIT_DONE;
}

/* As journalctl does, but not among the lines: who counts them is to find none. */
static void tell_if_none(const struct printing *p)
{
	const struct options *o = p->options;

	if (!p->any && !o->follow && !o->quiet && o->format != OUTPUT_JSON)
		fputs("-- No entries --\n", stderr);
}

int verb_logs(struct ctl *c, char **arguments)
{
	struct printing p = {.options = &c->options};
	const struct options *o = &c->options;
	struct log_query q = {0};

	if (o->kernel) {
		fputs("reaperctl: messages of the kernel are not kept by reaperd; see dmesg(1)\n",
			stderr);
		return EXIT_FAILED;
	}
	if (o->disk_usage)
		return tell_disk_usage(c);
	if (o->rotate || o->flush || o->vacuum)
		return manage_files(c);
	if (read_when("since", o->since, &q.since_usec) < 0 ||
		read_when("until", o->until, &q.until_usec) < 0 ||
		read_priority(o, &q.max_priority) < 0 || read_grep(o, &p.regex) < 0)
		return EXIT_USAGE;
	json_t *units = units_of(c, arguments);
	int r = units ? show_lines(c, units, &p, &q) : EXIT_FAILED;
	if (!r)
		tell_if_none(&p);
	if (o->grep)
		regfree(&p.regex);
	json_decref(units);
	return r;
}

static bool print_event(const json_t *event, void *data)
{
	const struct options *o = data;
	const char *unit = get_string(event, "unit");
	uint64_t when = (uint64_t)get_int(event, "realtime_usec");
	time_t seconds = (time_t)(when / USEC_PER_SEC);
	char text[32];
	struct tm tm;

	if (o->format == OUTPUT_JSON) {
		json_dumpf(event, stdout, JSON_COMPACT);
		putchar('\n');
		return fflush(stdout) == 0;
	}
	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s%s.%03u%s %-8s %s%s%s\n", colour_on(GREY), text,
		(unsigned)(when % USEC_PER_SEC / USEC_PER_MSEC), colour_off(),
		get_string(event, "kind"), unit, *unit ? ": " : "", get_string(event, "text"));
	return fflush(stdout) == 0;
}

int verb_events(struct ctl *c, char **arguments)
{
	(void)arguments;
	return ctl_stream(c, "Events", NULL, print_event, &c->options);
}
