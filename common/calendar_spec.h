/* SPDX-License-Identifier: MIT */
/* Inside of calendar.c, calendar_parse.c and calendar_next.c: what an event is made of. */
#pragma once

#include "common/calendar.h"

#define LIMIT_CALENDAR_PARTS 240 /* of one field: as systemd's */
#define CALENDAR_EVERY_DAY 127U

/* `start`, `start..stop`, each with `/repeat`. Seconds are microseconds here. */
struct calendar_part {
	int start, stop /* -1: none */, repeat /* 0: none */;
};

/* No parts: any value. */
struct calendar_field {
	struct calendar_part *parts;
	unsigned count;
};

enum calendar_field_kind {
	FIELD_YEAR,
	FIELD_MONTH,
	FIELD_DAY,
	FIELD_HOUR,
	FIELD_MINUTE,
	FIELD_SECOND,
	FIELD_MAX,
};

struct calendar {
	unsigned weekdays; /* bit 0 is Monday */
	bool end_of_month; /* days count from the end: `~` */
	bool is_utc;
	int dst;    /* of a zone named by its short name; -1: as it comes */
	char *zone; /* below /usr/share/zoneinfo; NULL: local time */
	struct calendar_field fields[FIELD_MAX];
};

extern const char *const calendar_weekdays[7];

/* The smallest value of the field from `*value` on; false: none. `last`: of a month, for days that
 * count from its end; else 0. */
bool calendar_field_next(const struct calendar_field *f, int last, int *value);
/* calendar.c: sorts, drops what is said twice, shortens ranges to what they reach. */
void calendar_normalise(struct calendar *c);
