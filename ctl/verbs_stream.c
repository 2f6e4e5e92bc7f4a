/* SPDX-License-Identifier: MIT */
/* What services wrote, and what happens. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/text.h"
#include "ctl/lines.h"
#include "ctl/render.h"

struct printing {
	const struct options *options;
	json_t *all; /* JSON that is one value: gathered first */
};

static bool print_lines(const json_t *reply, void *data)
{
	struct printing *p = data;
	json_t *line;
	size_t i;

	json_array_foreach (json_object_get(reply, "lines"), i, line) {
		if (p->all)
			json_array_append(p->all, line);
		else if (p->options->format == OUTPUT_JSON) {
			json_dumpf(line, stdout, JSON_COMPACT);
			putchar('\n');
		} else {
			line_print(line, (enum output_format)p->options->format);
		}
	}
	return fflush(stdout) == 0;
}

static json_t *units_of(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *more = ctl_unit_names(c, c->options.units);

	if (names && more)
		json_array_extend(names, more);
	json_decref(more);
	return more ? names : NULL;
}

int verb_logs(struct ctl *c, char **arguments)
{
	struct printing p = {.options = &c->options};
	const struct options *o = &c->options;
	json_t *units = units_of(c, arguments);
	uint64_t since = 0;

	if (!units)
		return EXIT_FAILED;
	if (o->since && when_parse(o->since, clock_realtime_usec(), &since) < 0) {
		fprintf(stderr,
			"reaperctl: \"%s\" is no point in time; try \"5min ago\" or \"10:30\"\n",
			o->since);
		json_decref(units);
		return EXIT_USAGE;
	}
	if (o->format == OUTPUT_JSON && !o->follow)
		p.all = json_array();
	int r = ctl_stream(c, "Logs",
		json_pack("{s:o, s:I, s:I, s:b}", "units", units, "lines",
			lines_wanted(o, o->follow ? 10 : -1), "since_usec", (json_int_t)since,
			"follow", o->follow),
		print_lines, &p);
	if (p.all && !r)
		r = print_json(p.all);
	json_decref(p.all);
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
