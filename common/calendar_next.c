/* SPDX-License-Identifier: MIT */
/* When a calendar event comes next. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/calendar_spec.h"
#include "common/clock.h"
#include "common/own.h"

#define USEC_INT 1000000
#define LAST_YEAR 2199
#define TURNS_MAX                                                                                  \
	100000 /* steps from field to field; a date that never comes ends at LAST_YEAR             \
		*/

/* Where the search stands: a civil time in the event's zone. */
struct search {
	const struct calendar *c;
	struct tm tm;
	int usec;
};

bool calendar_field_next(const struct calendar_field *f, int last, int *value)
{
	int best = -1;

	if (!f->count)
		return true;
	for (unsigned i = 0; i < f->count; i++) {
		int start = f->parts[i].start, stop = f->parts[i].stop;
		int repeat = f->parts[i].repeat, at;

		if (last) { /* the first day from the end is the last one */
			int from = stop >= 0 ? stop : start;
			stop = stop >= 0 || !repeat ? last + 1 - start : last;
			start = last + 1 - from;
		}
		at = start;
		if (start < *value && repeat)
			at = start + (*value - start + repeat - 1) / repeat * repeat;
		if (at < *value || (stop >= 0 && at > stop))
			continue;
		if (best < 0 || at < best)
			best = at;
	}
	if (best < 0)
		return false;
	*value = best;
	return true;
}

static void clear_time(struct search *s)
{
	s->tm.tm_hour = s->tm.tm_min = s->tm.tm_sec = s->usec = 0;
}

static int days_in_month(const struct tm *tm)
{
	struct tm next = {.tm_year = tm->tm_year, .tm_mon = tm->tm_mon + 1, .tm_mday = 0};

	(void)timegm(&next);
	return next.tm_mday;
}

/* Carries what is over into the field above: the 32nd of a month, 24 o'clock. */
static void carry(struct search *s)
{
	struct tm *tm = &s->tm;
	struct tm civil = {.tm_year = tm->tm_year,
		.tm_mon = tm->tm_mon,
		.tm_mday = tm->tm_mday,
		.tm_hour = tm->tm_hour,
		.tm_min = tm->tm_min,
		.tm_sec = tm->tm_sec};

	(void)timegm(&civil);
	*tm = civil;
}

/* Moves on to the next date that fits; false: there is none. Says in *ret_moved whether it moved.
 */
static bool find_date(struct search *s, bool *ret_moved)
{
	const struct calendar_field *f = s->c->fields;
	int year = s->tm.tm_year + 1900, month = s->tm.tm_mon + 1, day = s->tm.tm_mday;

	*ret_moved = true;
	if (!calendar_field_next(&f[FIELD_YEAR], 0, &year) || year > LAST_YEAR)
		return false;
	if (year != s->tm.tm_year + 1900) {
		s->tm.tm_year = year - 1900;
		s->tm.tm_mon = 0;
		s->tm.tm_mday = 1;
		clear_time(s);
		return true;
	}
	if (!calendar_field_next(&f[FIELD_MONTH], 0, &month) || month > 12) {
		s->tm.tm_year++;
		s->tm.tm_mon = 0;
		s->tm.tm_mday = 1;
		clear_time(s);
		return true;
	}
	if (month != s->tm.tm_mon + 1) {
		s->tm.tm_mon = month - 1;
		s->tm.tm_mday = 1;
		clear_time(s);
		return true;
	}
	int last = days_in_month(&s->tm);
	if (!calendar_field_next(&f[FIELD_DAY], s->c->end_of_month ? last : 0, &day) ||
		day > last) {
		s->tm.tm_mon++;
		s->tm.tm_mday = 1;
		clear_time(s);
		return true;
	}
	if (day != s->tm.tm_mday) {
		s->tm.tm_mday = day;
		clear_time(s);
		return true;
	}
	if (!(s->c->weekdays & 1U << (s->tm.tm_wday + 6) % 7)) {
		s->tm.tm_mday++;
		clear_time(s);
		return true;
	}
	*ret_moved = false;
	return true;
}

/* Moves on to the next time of the day that fits; true: it moved out of the hour or minute. */
static bool find_time(struct search *s)
{
	const struct calendar_field *f = s->c->fields;
	int hour = s->tm.tm_hour, minute = s->tm.tm_min;
	int second = s->tm.tm_sec * USEC_INT + s->usec;

	if (!calendar_field_next(&f[FIELD_HOUR], 0, &hour) || hour > 23) {
		s->tm.tm_mday++;
		clear_time(s);
		return true;
	}
	if (hour != s->tm.tm_hour)
		minute = second = 0;
	s->tm.tm_hour = hour;
	bool found = calendar_field_next(&f[FIELD_MINUTE], 0, &minute) && minute <= 59;
	if (found && minute != s->tm.tm_min)
		second = 0;
	if (!found) {
		s->tm.tm_hour++;
		s->tm.tm_min = s->tm.tm_sec = s->usec = 0;
		return true;
	}
	s->tm.tm_min = minute;
	if (!calendar_field_next(&f[FIELD_SECOND], 0, &second) || second >= 60 * USEC_INT) {
		s->tm.tm_min++;
		s->tm.tm_sec = s->usec = 0;
		return true;
	}
	s->tm.tm_sec = second / USEC_INT;
	s->usec = second % USEC_INT;
	return false;
}

static bool is_same_time(const struct tm *a, const struct tm *b)
{
	return a->tm_mday == b->tm_mday && a->tm_hour == b->tm_hour && a->tm_min == b->tm_min;
}

/* The moment of that civil time; false: clocks jump over it. */
static bool to_time(const struct search *s, int dst, time_t *ret)
{
	struct tm tm = s->tm;

	tm.tm_isdst = dst;
	*ret = s->c->is_utc ? timegm(&tm) : mktime(&tm);
	return is_same_time(&tm, &s->tm);
}

/* The first moment of that civil time after `after_usec`; 0: there is none. An hour that comes
 * twice, as summer ends, comes in summer time first. */
static uint64_t moment_of(const struct search *s, uint64_t after_usec)
{
	const int ways[] = {s->c->dst < 0 ? 1 : s->c->dst, s->c->dst};

	for (size_t i = 0; i < ELEMENTS(ways); i++) {
		time_t t;
		uint64_t usec;

		if (!to_time(s, ways[i], &t))
			continue;
		usec = (uint64_t)t * USEC_PER_SEC + (unsigned)s->usec;
		if (usec > after_usec)
			return usec;
	}
	return 0;
}

static int find(const struct calendar *c, uint64_t after_usec, uint64_t *ret)
{
	uint64_t from = after_usec + 1;
	time_t seconds = (time_t)(from / USEC_PER_SEC);
	struct search s = {.c = c, .usec = (int)(from % USEC_PER_SEC)};

	if (!(c->is_utc ? gmtime_r(&seconds, &s.tm) : localtime_r(&seconds, &s.tm)))
		return -ENOENT;
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		bool moved;

		carry(&s);
		if (!find_date(&s, &moved))
			return -ENOENT;
		if (moved || find_time(&s))
			continue;
		*ret = moment_of(&s, after_usec);
		if (*ret)
			return 0;
		/* Clocks jump over that hour, or it is over. */
		s.tm.tm_hour++;
		s.tm.tm_min = s.tm.tm_sec = s.usec = 0;
	}
	return -ENOENT;
}

int calendar_next(const struct calendar *c, uint64_t after_usec, uint64_t *ret)
{
	const char *zone = getenv("TZ");
	_cleanup_(freep) char *before = zone ? strdup(zone) : NULL;
	char name[300];

	if (!c->zone) {
		tzset();
		return find(c, after_usec, ret);
	}
	snprintf(name, sizeof(name), ":%s", c->zone);
	(void)setenv("TZ", name, 1);
	tzset();
	int r = find(c, after_usec, ret);
	if (before)
		(void)setenv("TZ", before, 1);
	else
		(void)unsetenv("TZ");
	tzset();
	return r;
}
