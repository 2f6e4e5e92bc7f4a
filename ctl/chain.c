/* SPDX-License-Identifier: MIT */
/* analyze critical-chain: what a unit waited for last, and that for what, down to the first. */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/own.h"
#include "common/unit_name.h"
#include "ctl/render.h"
#include "ctl/startup.h"

static const struct bar *find(const struct bars *b, const char *unit)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->list[i].unit, unit) == 0)
			return &b->list[i];
	return NULL;
}

static void print_bar(const struct bar *bar, int depth)
{
	uint64_t took = bar->end_usec - bar->begin_usec;
	char when[FORMAT_MAX], span[FORMAT_MAX];

	printf("%*s%s%s @%s", depth ? 2 * (depth - 1) : 0, "", depth ? "└─" : "", bar->unit,
		format_timespan(when, bar->end_usec, USEC_PER_MSEC));
	if (took >= USEC_PER_MSEC)
		printf(" %s+%s%s", colour_on(RED), format_timespan(span, took, USEC_PER_MSEC),
			colour_off());
	putchar('\n');
}

/* Of those that come before it the one that was ready last, and no later than it began. */
static const struct bar *last_before(const struct bars *b, const struct bar *bar)
{
	const struct bar *last = NULL;
	json_t *name;
	size_t i;

	json_array_foreach (bar->after, i, name) {
		const struct bar *other = find(b, json_string_value(name));

		if (other && other->end_usec <= bar->begin_usec &&
			(!last || other->end_usec > last->end_usec))
			last = other;
	}
	return last;
}

/* default.target by its own name, or what came up last of all. */
static const struct bar *usual(const struct bars *b)
{
	const struct bar *last = NULL;

	for (size_t i = 0; i < b->count; i++)
		if (b->list[i].end_usec + b->origin_usec <= b->finish_usec &&
			(!last || b->list[i].end_usec >= last->end_usec))
			last = &b->list[i];
	const struct bar *target = find(b, "default.target");
	return target ? target : last;
}

static int print_one(const struct bars *b, const struct bar *bar)
{
	for (int depth = 0; bar && depth < (int)b->count; depth++) {
		print_bar(bar, depth);
		bar = last_before(b, bar);
	}
	return EXIT_DONE;
}

int print_chain(const struct bars *b, char **units)
{
	int status = EXIT_DONE;

	puts("When a unit was up stands after \"@\", how long that took after \"+\".\n");
	if (!*units)
		return print_one(b, usual(b));
	for (; *units; units++) {
		_cleanup_(freep) char *name = unit_name_mangle(*units);
		const struct bar *bar = name ? find(b, name) : NULL;

		if (bar)
			(void)print_one(b, bar);
		else
			fprintf(stderr, "reaperctl: %s did not come up since reaperd began\n",
				*units);
		status = bar ? status : EXIT_FAILED;
	}
	return status;
}
