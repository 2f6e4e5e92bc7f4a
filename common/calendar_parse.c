/* SPDX-License-Identifier: MIT */
/* From text to a calendar event. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "common/calendar_spec.h"
#include "common/clock.h"
#include "common/own.h"
#include "common/text.h"

#define USEC_INT 1000000

const char *const calendar_weekdays[7] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static const char *const long_weekdays[7] = {
	"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

static const struct {
	const char *name, *meaning;
} shorthands[] = {
	{"minutely", "*-*-* *:*:00"},
	{"hourly", "*-*-* *:00:00"},
	{"daily", "*-*-* 00:00:00"},
	{"weekly", "Mon *-*-* 00:00:00"},
	{"monthly", "*-*-01 00:00:00"},
	{"quarterly", "*-01,04,07,10-01 00:00:00"},
	{"biannually", "*-01,07-01 00:00:00"},
	{"bi-annually", "*-01,07-01 00:00:00"},
	{"semiannually", "*-01,07-01 00:00:00"},
	{"semi-annually", "*-01,07-01 00:00:00"},
	{"yearly", "*-01-01 00:00:00"},
	{"annually", "*-01-01 00:00:00"},
	{"anually", "*-01-01 00:00:00"},
};

static const struct {
	int min, max;
} bounds[FIELD_MAX] = {
	[FIELD_YEAR] = {1970, 2199},
	[FIELD_MONTH] = {1, 12},
	[FIELD_DAY] = {1, 31},
	[FIELD_HOUR] = {0, 23},
	[FIELD_MINUTE] = {0, 59},
	[FIELD_SECOND] = {0, 60 * USEC_INT - 1},
};

/* A weekday at `*s`, which goes on behind it; -1: none. */
static int take_weekday(const char **s)
{
	for (int i = 0; i < 7; i++) {
		const char *const names[] = {long_weekdays[i], calendar_weekdays[i]};
		for (size_t k = 0; k < ELEMENTS(names); k++) {
			size_t n = strlen(names[k]);
			if (strncasecmp(*s, names[k], n) == 0 && !isalpha((unsigned char)(*s)[n])) {
				*s += n;
				return i;
			}
		}
	}
	return -1;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " ");
}

/* Days with commas, ranges with `..` or `-` between; a comma may stand behind the last. */
static int take_weekdays(struct calendar *c, const char **text)
{
	const char *s = *text;
	int day = take_weekday(&s), last;

	if (day < 0)
		return 0;
	c->weekdays = 0;
	for (;;) {
		last = day;
		bool dots = strncmp(s, "..", 2) == 0;
		if (dots || *s == '-') {
			s += dots ? 2 : 1;
			last = take_weekday(&s);
			if (last < day)
				return -EINVAL;
		}
		for (; day <= last; day++)
			c->weekdays |= 1U << day;
		if (*s != ',')
			break;
		s++;
		if (*s == ' ' || !*s)
			break;
		day = take_weekday(&s);
		if (day < 0)
			return -EINVAL;
	}
	if (*s && *s != ' ')
		return -EINVAL;
	*text = skip_blanks(s);
	return 0;
}

static int take_number(const char **s, bool is_second, int *ret)
{
	long long n = 0;
	int place = USEC_INT / 10;

	if (!isdigit((unsigned char)**s))
		return -EINVAL;
	for (; isdigit((unsigned char)**s); (*s)++) {
		n = n * 10 + (**s - '0');
		if (n > 1000000000)
			return -ERANGE;
	}
	if (is_second) {
		n *= USEC_INT;
		if (**s == '.' && (*s)[1] != '.') {
			(*s)++;
			for (; isdigit((unsigned char)**s); (*s)++, place /= 10)
				n += (**s - '0') * place;
		}
	}
	if (n > INT32_MAX)
		return -ERANGE;
	*ret = (int)n;
	return 0;
}

static int add_part(struct calendar_field *f, const struct calendar_part *part)
{
	if (f->count >= LIMIT_CALENDAR_PARTS)
		return -E2BIG;
	struct calendar_part *grown = reallocarray(f->parts, f->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	f->parts = grown;
	f->parts[f->count++] = *part;
	return 0;
}

static int take_part(const char **s, bool is_second, struct calendar_part *ret)
{
	*ret = (struct calendar_part){.stop = -1};
	int r = take_number(s, is_second, &ret->start);

	if (r >= 0 && strncmp(*s, "..", 2) == 0) {
		*s += 2;
		r = take_number(s, is_second, &ret->stop);
		ret->repeat = is_second ? USEC_INT : 1;
	}
	if (r >= 0 && **s == '/') {
		(*s)++;
		r = take_number(s, is_second, &ret->repeat);
		if (r >= 0 && !ret->repeat)
			r = -ERANGE;
	}
	return r;
}

/* One field: `*`, or parts with commas between. */
static int take_field(const char **s, bool is_second, struct calendar_field *f)
{
	if (**s == '*') {
		(*s)++;
		return is_second ? add_part(f, &(struct calendar_part){0, -1, USEC_INT}) : 0;
	}
	for (;; (*s)++) {
		struct calendar_part part;
		int r = take_part(s, is_second, &part);

		if (r >= 0)
			r = add_part(f, &part);
		if (r < 0)
			return r;
		if (**s != ',')
			return 0;
	}
}

static void set_zero(struct calendar_field *f)
{
	(void)add_part(f, &(struct calendar_part){0, -1, 0});
}

static bool ends_field(const char *s)
{
	return !*s || *s == ' ';
}

/* [YEAR-]MONTH-DAY or [YEAR-]MONTH~DAY. Nothing is taken where a time stands. */
static int take_date(struct calendar *c, const char **text)
{
	struct calendar_field *one = &c->fields[FIELD_YEAR], *two = &c->fields[FIELD_MONTH];
	struct calendar_field *three = &c->fields[FIELD_DAY];
	const char *s = *text;
	int r = take_field(&s, false, one);

	if (r >= 0 && *s == ':') {
		free(one->parts);
		*one = (struct calendar_field){0};
		return 0;
	}
	if (r < 0 || (*s != '-' && *s != '~'))
		return r < 0 ? r : -EINVAL;
	c->end_of_month = *s++ == '~';
	r = take_field(&s, false, two);
	if (r >= 0 && ends_field(s)) { /* there is no year */
		*three = *two;
		*two = *one;
		*one = (struct calendar_field){0};
		*text = skip_blanks(s);
		return 0;
	}
	if (r < 0 || (*s != '-' && *s != '~') || c->end_of_month)
		return r < 0 ? r : -EINVAL;
	c->end_of_month = *s++ == '~';
	r = take_field(&s, false, three);
	if (r >= 0 && !ends_field(s))
		r = -EINVAL;
	*text = skip_blanks(s);
	return r;
}

/* HOUR:MINUTE[:SECOND], or nothing: midnight. */
static int take_time(struct calendar *c, const char **text)
{
	const char *s = *text;

	if (!*s) {
		for (int f = FIELD_HOUR; f <= FIELD_SECOND; f++)
			set_zero(&c->fields[f]);
		return 0;
	}
	int r = take_field(&s, false, &c->fields[FIELD_HOUR]);
	if (r >= 0 && *s != ':')
		r = -EINVAL;
	if (r >= 0)
		s++, r = take_field(&s, false, &c->fields[FIELD_MINUTE]);
	if (r >= 0 && !*s)
		set_zero(&c->fields[FIELD_SECOND]);
	else if (r >= 0 && *s == ':')
		s++, r = take_field(&s, true, &c->fields[FIELD_SECOND]);
	return r >= 0 && *s ? -EINVAL : r;
}

static bool is_zone(const char *name)
{
	char path[512];

	if (!isalpha((unsigned char)*name) || strstr(name, "..") || strstr(name, "//"))
		return false;
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("-_+/", *s))
			return false;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	return access(path, R_OK) == 0;
}

/* Cuts a zone off the end of `text`, which is changed. */
static int cut_zone(struct calendar *c, char *text)
{
	char *last = strrchr(text, ' ');
	size_t n = strlen(text);

	if (n > 4 && strcasecmp(text + n - 4, " UTC") == 0) {
		c->is_utc = true;
		text[n - 4] = 0;
		return 0;
	}
	if (!last || !last[1])
		return 0;
	tzset();
	for (int i = 0; i < 2; i++)
		if (tzname[i] && *tzname[i] && strcasecmp(tzname[i], last + 1) == 0) {
			c->dst = i;
			*last = 0;
			return 0;
		}
	if (!is_zone(last + 1))
		return 0;
	*last = 0;
	c->zone = strdup(last + 1);
	return c->zone ? 0 : -ENOMEM;
}

static int put_number(struct calendar *c, enum calendar_field_kind kind, int value)
{
	return add_part(&c->fields[kind], &(struct calendar_part){value, -1, 0});
}

/* @SECONDS: a moment, in UTC. */
static int take_moment(struct calendar *c, const char *text)
{
	char *end;
	struct tm tm;

	errno = 0;
	long long n = strtoll(text, &end, 10);
	time_t seconds = (time_t)n;
	if (errno || end == text || *end || n < 0 || !gmtime_r(&seconds, &tm))
		return -EINVAL;
	c->is_utc = true;
	int r = put_number(c, FIELD_YEAR, tm.tm_year + 1900);
	if (r >= 0)
		r = put_number(c, FIELD_MONTH, tm.tm_mon + 1);
	if (r >= 0)
		r = put_number(c, FIELD_DAY, tm.tm_mday);
	if (r >= 0)
		r = put_number(c, FIELD_HOUR, tm.tm_hour);
	if (r >= 0)
		r = put_number(c, FIELD_MINUTE, tm.tm_min);
	return r >= 0 ? put_number(c, FIELD_SECOND, tm.tm_sec * USEC_INT) : r;
}

static void widen_years(struct calendar_field *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		int *const years[] = {&f->parts[i].start, &f->parts[i].stop};
		for (size_t k = 0; k < ELEMENTS(years); k++)
			if (*years[k] >= 0 && *years[k] < 100)
				*years[k] += *years[k] < 70 ? 2000 : 1900;
	}
}

static bool is_within(const struct calendar *c, enum calendar_field_kind kind)
{
	const struct calendar_field *f = &c->fields[kind];
	bool from_end = kind == FIELD_DAY && c->end_of_month;
	int min = bounds[kind].min;
	/* Every month has a 28th day from its end. */
	int max = bounds[kind].max - (from_end ? 3 : 0);

	for (unsigned i = 0; i < f->count; i++) {
		const struct calendar_part *p = &f->parts[i];

		if (p->start < min || p->start > max)
			return false;
		if (p->stop >= 0 && (p->stop < p->start || p->stop > max))
			return false;
		/* There is a second one: on the way up, or down to the end of a month. */
		if (p->repeat && p->stop < 0 &&
			p->repeat > (from_end ? p->start - min : max - p->start))
			return false;
	}
	return true;
}

static int take_all(struct calendar *c, char *text)
{
	const char *s = text;
	int r;

	if (*text == '@')
		return take_moment(c, text + 1);
	r = cut_zone(c, text);
	for (size_t i = 0; i < ELEMENTS(shorthands) && r >= 0; i++)
		if (strcasecmp(text, shorthands[i].name) == 0)
			s = shorthands[i].meaning;
	if (r < 0 || !*s)
		return r < 0 ? r : -EINVAL;
	r = take_weekdays(c, &s);
	if (r >= 0 && *s)
		r = take_date(c, &s);
	return r < 0 ? r : take_time(c, &s);
}

int calendar_parse(const char *text, struct calendar **ret)
{
	_cleanup_(freep) char *copy = strdup(text);
	_cleanup_(calendar_freep) struct calendar *c = calloc(1, sizeof(*c));

	if (!copy || !c)
		return -ENOMEM;
	c->dst = -1;
	c->weekdays = CALENDAR_EVERY_DAY;
	int r = take_all(c, copy);
	if (r < 0)
		return r == -ERANGE ? -EINVAL : r;
	widen_years(&c->fields[FIELD_YEAR]);
	for (int kind = 0; kind < FIELD_MAX; kind++)
		if (!is_within(c, (enum calendar_field_kind)kind))
			return -EINVAL;
	calendar_normalise(c);
	*ret = TAKE_PTR(c);
	return 0;
}
