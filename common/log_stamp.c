/* SPDX-License-Identifier: MIT */
#include "common/log_stamp.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

/* A digit for each letter of a form: Y year, m month, d day, H M S, u microseconds; what is none
 * stands for itself. */
static const char stamp_form[] = "YYYY-mm-ddTHH:MM:SS.uuuuuuZ";
static const char name_form[] = "YYYYmmdd-HHMMSS-uuuuuu";

static const char letters[] = "YmdHMSu";

static void format(const char *form, char *to, uint64_t realtime_usec)
{
	time_t seconds = (time_t)(realtime_usec / USEC_PER_SEC);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	unsigned values[] = {(unsigned)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1,
		(unsigned)tm.tm_mday, (unsigned)tm.tm_hour, (unsigned)tm.tm_min,
		(unsigned)tm.tm_sec, (unsigned)(realtime_usec % USEC_PER_SEC)};
	for (size_t i = strlen(form); i--;) {
		const char *letter = strchr(letters, form[i]);

		if (!letter) {
			to[i] = form[i];
			continue;
		}
		to[i] = (char)('0' + values[letter - letters] % 10);
		values[letter - letters] /= 10;
	}
}

static int parse(const char *form, const char *text, uint64_t *ret)
{
	unsigned values[sizeof(letters) - 1] = {0};

	for (; *form; form++, text++) {
		const char *letter = strchr(letters, *form);

		if (letter ? *text < '0' || *text > '9' : *text != *form)
			return -EINVAL;
		if (letter)
			values[letter - letters] =
				values[letter - letters] * 10 + (unsigned)(*text - '0');
	}
	struct tm tm = {.tm_year = (int)values[0] - 1900,
		.tm_mon = (int)values[1] - 1,
		.tm_mday = (int)values[2],
		.tm_hour = (int)values[3],
		.tm_min = (int)values[4],
		.tm_sec = (int)values[5]};
	time_t seconds = timegm(&tm);
	if (seconds < 0)
		return -EINVAL;
	*ret = (uint64_t)seconds * USEC_PER_SEC + values[6];
	return 0;
}

void log_stamp_format(char to[], uint64_t realtime_usec)
{
	format(stamp_form, to, realtime_usec);
}

void log_name_format(char to[], uint64_t realtime_usec)
{
	format(name_form, to, realtime_usec);
}

int log_stamp_parse(const char *text, uint64_t *ret)
{
	return parse(stamp_form, text, ret);
}

int log_name_parse(const char *text, uint64_t *ret)
{
	return parse(name_form, text, ret);
}
