/* SPDX-License-Identifier: MIT */
/* Calendar events: their normal form and what comes next, as `systemd-analyze calendar` 252 has it.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "common/calendar.h"
#include "common/clock.h"
#include "common/own.h"

#define BASE 1795457700ULL /* Mon 2026-11-23 18:15:00 UTC */

static void in_utc(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

TestSuite(calendar, .init = in_utc);

Test(calendar, normal_forms)
{
	static const char *const cases[][2] = {
		{"Sat,Thu,Mon..Wed,Sat..Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00"},
		{"Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00"},
		{"Wed *-1", "Wed *-*-01 00:00:00"},
		{"Wed, 17:48", "Wed *-*-* 17:48:00"},
		{"10-15", "*-10-15 00:00:00"},
		{"monday *-12-* 17:00", "Mon *-12-* 17:00:00"},
		{"*:2/3", "*-*-* *:02/3:00"},
		{"Mon-Fri", "Mon..Fri *-*-* 00:00:00"},
		{"Mon..Sun", "*-*-* 00:00:00"},
		{"2003-02..04-05", "2003-02..04-05 00:00:00"},
		{"*-02~03", "*-02~03 00:00:00"},
		{"*-*~*", "*-*-* 00:00:00"},
		{"1..20/5:0", "*-*-* 01..16/5:00:00"},
		{"0..23/1:0", "*-*-* 00..23:00:00"},
		{"1,1,2:00", "*-*-* 01,02:00:00"},
		{"*:*:0/10.5", "*-*-* *:*:00/10.500000"},
		{"@1234567", "1970-01-15 06:56:07 UTC"},
		{"DAILY utc", "*-*-* 00:00:00 UTC"},
		{"quarterly", "*-01,04,07,10-01 00:00:00"},
		{"70-1-1", "1970-01-01 00:00:00"},
		{"69-1-1", "2069-01-01 00:00:00"},
		{"12:00/30,15:*", "*-*-* 12:00/30,15:*"},
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		_cleanup_(calendar_freep) struct calendar *c = NULL;
		cr_assert_eq(calendar_parse(cases[i][0], &c), 0, "%s", cases[i][0]);
		_cleanup_(freep) char *form = calendar_format(c);
		cr_expect_str_eq(form, cases[i][1]);
	}
}

Test(calendar, what_is_none)
{
	static const char *const cases[] = {"", "12", "12:", "Mon..", "Fri..Mon", "*:*/15",
		"*/2:00", "5..1:00", "*-*~07..05", "*-*-* 25:00", "*-13-1", "*-*~29", "22/2:0",
		"*-*-24/8", "*-*~1/4", "1:0/0", "Mon Tue", "1-2-3-4", "noon", "1:2:3:4",
		"*-*-*  25", "99999999999:0", "daily Nowhere/Land", "@-5", "@x", ",", "Mon,,Tue"};

	for (size_t i = 0; i < ELEMENTS(cases); i++) {
		struct calendar *c = NULL;
		cr_expect_eq(calendar_parse(cases[i], &c), -EINVAL, "%s", cases[i]);
		calendar_free(c);
	}
}

static uint64_t next(const char *text, uint64_t after)
{
	_cleanup_(calendar_freep) struct calendar *c = NULL;
	uint64_t usec;

	cr_assert_eq(calendar_parse(text, &c), 0, "%s", text);
	return calendar_next(c, after * USEC_PER_SEC, &usec) == 0 ? usec / USEC_PER_SEC : 0;
}

Test(calendar, what_comes_next)
{
	static const struct {
		const char *text;
		uint64_t at;
	} cases[] = {
		{"hourly", 1795460400},		  /* 19:00 */
		{"Wed *-1", 1819756800},	  /* 2027-09-01 */
		{"*-02~03", 1803600000},	  /* 2027-02-26 */
		{"*-*~1", 1795996800},		  /* 2026-11-30 */
		{"*-*-31", 1798675200},		  /* 2026-12-31 */
		{"*-02-29", 1835395200},	  /* 2028-02-29 */
		{"2020..2030/2-1-1", 1830297600}, /* 2028-01-01 */
		{"12-*-* 2:23", 0},
		{"*-02-30", 0},
	};

	for (size_t i = 0; i < ELEMENTS(cases); i++)
		cr_expect_eq(next(cases[i].text, BASE), cases[i].at, "%s", cases[i].text);
}

/* By a rule of POSIX, so that no zone file is needed: summer from the last Sunday of March at 2 to
 * that of October at 3. */
Test(calendar, clocks_that_jump)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	/* 2026-03-29 02:30 is not there: the next day's. */
	cr_expect_eq(next("02:30", 1774746000 - 3600), 1774830600);
	/* 2026-10-25 02:30 is there twice, and comes in summer time first. */
	cr_expect_eq(next("02:30", 1792879200), 1792888200);
	cr_expect_eq(next("*:0/30", 1792888200), 1792893600);
	in_utc();
}

Test(calendar, too_many_parts)
{
	char text[2048] = "0";
	struct calendar *c = NULL;

	for (int i = 0; i < 300; i++)
		strcat(text, ",1");
	strcat(text, ":00");
	cr_expect_eq(calendar_parse(text, &c), -E2BIG);
}
