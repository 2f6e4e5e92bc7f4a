/* SPDX-License-Identifier: MIT */
#include "ctl/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/own.h"
#include "common/text.h"
#include "common/value.h"
#include "ctl/render.h"

static void print_time(uint64_t realtime_usec, enum output_format format)
{
	time_t seconds = (time_t)(realtime_usec / USEC_PER_SEC);
	char text[64];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text),
		format == OUTPUT_SHORT_ISO ? "%Y-%m-%dT%H:%M:%S%z" : "%b %d %H:%M:%S", &tm);
	fputs(text, stdout);
}

void line_print(const json_t *line, enum output_format format)
{
	const char *unit = get_string(line, "unit"), *text = get_string(line, "text");

	if (format != OUTPUT_CAT) {
		fputs(colour_on(GREY), stdout);
		print_time((uint64_t)get_int(line, "realtime_usec"), format);
		printf(" %.*s%s: ", text_ends_with(unit, ".service") ? (int)strlen(unit) - 8 : 255,
			unit, colour_off());
	}
	puts(text);
}

bool lines_are_valid(const char *text)
{
	uint64_t n;

	if (strcmp(text, "all") == 0 || value_parse_u64(text, INT32_MAX, &n) == 0)
		return true;
	fprintf(stderr, "reaperctl: -n takes a number or \"all\", not \"%s\"\n", text);
	return false;
}

json_int_t lines_wanted(const struct options *o, json_int_t otherwise)
{
	uint64_t n;

	if (!o->lines)
		return otherwise;
	if (strcmp(o->lines, "all") == 0)
		return -1;
	if (value_parse_u64(o->lines, INT32_MAX, &n) == 0)
		return (json_int_t)n;
	fprintf(stderr, "reaperctl: -n takes a number or \"all\", not \"%s\"; all lines follow\n",
		o->lines);
	return -1;
}

/* Midnight, local time, `days` before now. */
static uint64_t midnight(uint64_t now_usec, int days)
{
	time_t seconds = (time_t)(now_usec / USEC_PER_SEC);
	struct tm tm;

	localtime_r(&seconds, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday -= days;
	tm.tm_isdst = -1;
	return (uint64_t)mktime(&tm) * USEC_PER_SEC;
}

/* A date, a time, or both, in local time. */
static int parse_date(const char *text, uint64_t now_usec, uint64_t *ret)
{
	static const char *const forms[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M"};

	for (size_t i = 0; i < ELEMENTS(forms); i++) {
		time_t seconds = (time_t)(now_usec / USEC_PER_SEC);
		struct tm tm;

		localtime_r(&seconds, &tm);
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		const char *end = strptime(text, forms[i], &tm);
		if (!end || *end)
			continue;
		tm.tm_isdst = -1;
		*ret = (uint64_t)mktime(&tm) * USEC_PER_SEC;
		return 0;
	}
	return -EINVAL;
}

static int parse_ago(const char *text, uint64_t now_usec, uint64_t *ret)
{
	_cleanup_(freep) char *span = strdup(*text == '-' ? text + 1 : text);
	uint64_t usec;

	if (!span)
		return -ENOMEM;
	if (*text != '-')
		span[strlen(span) - strlen(" ago")] = 0;
	if (value_parse_usec(span, &usec) < 0 || usec > now_usec)
		return -EINVAL;
	*ret = now_usec - usec;
	return 0;
}

int when_parse(const char *text, uint64_t now_usec, uint64_t *ret)
{
	uint64_t seconds;

	if (strcmp(text, "now") == 0)
		*ret = now_usec;
	else if (strcmp(text, "today") == 0)
		*ret = midnight(now_usec, 0);
	else if (strcmp(text, "yesterday") == 0)
		*ret = midnight(now_usec, 1);
	else if (*text == '-' || text_ends_with(text, " ago"))
		return parse_ago(text, now_usec, ret);
	else if (*text == '@' &&
		 value_parse_u64(text + 1, UINT64_MAX / USEC_PER_SEC, &seconds) == 0)
		*ret = seconds * USEC_PER_SEC;
	else
		return parse_date(text, now_usec, ret);
	return 0;
}
