/* SPDX-License-Identifier: MIT */
/* A calendar event and its normal form. */
#include "common/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/calendar_spec.h"
#include "common/own.h"

#define USEC_INT 1000000

struct calendar *calendar_free(struct calendar *c)
{
	if (!c)
		return NULL;
	for (int i = 0; i < FIELD_MAX; i++)
		free(c->fields[i].parts);
	free(c->zone);
	free(c);
	return NULL;
}

void calendar_freep(struct calendar **c)
{
	*c = calendar_free(*c);
}

static int by_start(const void *a, const void *b)
{
	const struct calendar_part *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->stop != y->stop)
		return x->stop < y->stop ? -1 : 1;
	return (x->repeat > y->repeat) - (x->repeat < y->repeat);
}

static void normalise_field(struct calendar_field *f)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < f->count; i++) {
		struct calendar_part *p = &f->parts[i];

		if (p->stop > p->start && p->repeat)
			p->stop -= (p->stop - p->start) % p->repeat;
		if (p->stop >= 0 && p->stop <= p->start) {
			p->stop = -1;
			p->repeat = 0;
		}
	}
	if (f->count)
		qsort(f->parts, f->count, sizeof(*f->parts), by_start);
	for (unsigned i = 0; i < f->count; i++)
		if (!kept || by_start(&f->parts[kept - 1], &f->parts[i]) != 0)
			f->parts[kept++] = f->parts[i];
	f->count = kept;
}

void calendar_normalise(struct calendar *c)
{
	for (int i = 0; i < FIELD_MAX; i++)
		normalise_field(&c->fields[i]);
}

static void print_weekdays(unsigned days, FILE *f)
{
	const char *comma = "";

	if (days == CALENDAR_EVERY_DAY)
		return;
	for (int i = 0; i < 7; i++) {
		int last = i;

		if (!(days & 1U << i))
			continue;
		while (last < 6 && days & 1U << (last + 1))
			last++;
		if (last - i >= 2) {
			fprintf(f, "%s%s..%s", comma, calendar_weekdays[i],
				calendar_weekdays[last]);
			i = last;
		} else {
			fprintf(f, "%s%s", comma, calendar_weekdays[i]);
		}
		comma = ",";
	}
	putc(' ', f);
}

static void print_number(int value, bool is_second, int digits, FILE *f)
{
	if (!is_second) {
		fprintf(f, "%0*d", digits, value);
		return;
	}
	fprintf(f, "%0*d", digits, value / USEC_INT);
	if (value % USEC_INT)
		fprintf(f, ".%06d", value % USEC_INT);
}

static void print_field(const struct calendar *c, enum calendar_field_kind kind, FILE *f)
{
	const struct calendar_field *field = &c->fields[kind];
	bool is_second = kind == FIELD_SECOND;
	int step = is_second ? USEC_INT : 1, digits = kind == FIELD_YEAR ? 4 : 2;

	if (!field->count ||
		(is_second && field->count == 1 && field->parts[0].start == 0 &&
			field->parts[0].stop < 0 && field->parts[0].repeat == USEC_INT)) {
		putc('*', f);
		return;
	}
	for (unsigned i = 0; i < field->count; i++) {
		const struct calendar_part *p = &field->parts[i];

		if (i)
			putc(',', f);
		print_number(p->start, is_second, digits, f);
		if (p->stop >= 0) {
			fputs("..", f);
			print_number(p->stop, is_second, digits, f);
		}
		if (p->repeat && !(p->stop >= 0 && p->repeat == step)) {
			putc('/', f);
			print_number(p->repeat, is_second, 1, f);
		}
	}
}

char *calendar_format(const struct calendar *c)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	print_weekdays(c->weekdays, f);
	for (int kind = 0; kind < FIELD_MAX; kind++) {
		static const char between[FIELD_MAX] = {0, '-', '-', ' ', ':', ':'};

		if (kind)
			putc(kind == FIELD_DAY && c->end_of_month && c->fields[kind].count
					? '~'
					: between[kind],
				f);
		print_field(c, (enum calendar_field_kind)kind, f);
	}
	if (c->is_utc)
		fputs(" UTC", f);
	else if (c->zone)
		fprintf(f, " %s", c->zone);
	else if (c->dst >= 0)
		fprintf(f, " %s", tzname[c->dst]);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
