/* SPDX-License-Identifier: MIT */
/* analyze: where start-up time went, and what calendar events mean. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "common/clock.h"
#include "common/format.h"
#include "common/text.h"
#include "ctl/render.h"
#include "ctl/startup.h"

static int by_length(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	uint64_t m = x->end_usec - x->begin_usec, n = y->end_usec - y->begin_usec;

	return m != n ? (m < n ? 1 : -1) : strcmp(x->unit, y->unit);
}

static int print_time(const struct bars *b)
{
	char span[FORMAT_MAX];

	if (!b->finish_usec) {
		puts("Start-up is not over yet; reaperctl list-jobs says what it waits for.");
		return EXIT_FAILED;
	}
	printf("Start-up took %s.\n",
		format_timespan(span, b->finish_usec - b->origin_usec, USEC_PER_MSEC));
	return EXIT_DONE;
}

/* The longest first. Units that others only lead through take no time, and are left out. */
static int print_blame(struct bars *b, const struct options *o)
{
	json_t *list = json_array();
	char span[FORMAT_MAX];

	if (b->count)
		qsort(b->list, b->count, sizeof(*b->list), by_length);
	for (size_t i = 0; i < b->count; i++) {
		uint64_t usec = b->list[i].end_usec - b->list[i].begin_usec;

		if (!usec)
			continue;
		if (o->format == OUTPUT_JSON)
			json_array_append_new(list, json_pack("{s:s, s:I}", "unit", b->list[i].unit,
							    "time_usec", (json_int_t)usec));
		else
			printf("%14s %s\n",
				format_timespan(span, usec, usec < USEC_PER_SEC ? 1 : 1000),
				b->list[i].unit);
	}
	if (o->format == OUTPUT_JSON)
		print_json(list);
	json_decref(list);
	return EXIT_DONE;
}

static int print_event(const char *text)
{
	_cleanup_(calendar_freep) struct calendar *c = NULL;
	uint64_t now = clock_realtime_usec(), next;
	char when[FORMAT_MAX], left[FORMAT_MAX];

	if (calendar_parse(text, &c) < 0) {
		fprintf(stderr, "reaperctl: \"%s\" is no calendar event\n", text);
		return EXIT_FAILED;
	}
	_cleanup_(freep) char *form = calendar_format(c);
	printf("  Original form: %s\nNormalized form: %s\n", text, form ? form : "");
	if (calendar_next(c, now, &next) < 0)
		puts("    Next elapse: never");
	else
		printf("    Next elapse: %s\n       From now: %s\n", format_timestamp(when, next),
			format_relative(left, next, now));
	return EXIT_DONE;
}

static int print_events(char **texts)
{
	int status = EXIT_DONE;

	for (char **t = texts; *t; t++) {
		if (t != texts)
			putchar('\n');
		status |= print_event(*t);
	}
	return status;
}

int verb_analyze(struct ctl *c, char **arguments)
{
	const char *what = *arguments ? *arguments : "time";
	struct bars b = {0};
	int r;

	if (strcmp(what, "calendar") == 0)
		return print_events(arguments + 1);
	if (strcmp(what, "time") != 0 && strcmp(what, "blame") != 0 && strcmp(what, "plot") != 0 &&
		strcmp(what, "critical-chain") != 0) {
		fprintf(stderr,
			"reaperctl: analyze knows time, blame, critical-chain, plot and calendar, "
			"not "
			"\"%s\"\n",
			what);
		return EXIT_USAGE;
	}
	r = ask_bars(c, &b);
	if (!r)
		r = *what == 't'   ? print_time(&b)
		    : *what == 'b' ? print_blame(&b, &c->options)
		    : *what == 'c' ? print_chain(&b, arguments + 1)
				   : print_plot(&b);
	bars_done(&b);
	return r;
}
