/* SPDX-License-Identifier: MIT */
#include "common/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEC 1000000ULL

struct span_unit {
	const char *name;
	uint64_t usec;
};

static const struct span_unit units[] = {
	{"y", 31557600 * SEC},
	{"month", 2629800 * SEC},
	{"w", 7 * 86400 * SEC},
	{"d", 86400 * SEC},
	{"h", 3600 * SEC},
	{"min", 60 * SEC},
	{"s", SEC},
	{"ms", 1000},
	{"us", 1},
};

/* The last part may have a fraction: 1.5s. Returns how much was written; 0: it has none. */
static int put_fraction(
	char *out, size_t size, const struct span_unit *unit, uint64_t usec, uint64_t accuracy)
{
	uint64_t rest, step = unit->usec;
	int digits = 0;

	if (unit->usec > SEC)
		return 0;
	for (; step / 10 >= (accuracy ? accuracy : 1); step /= 10)
		digits++;
	rest = usec % unit->usec / step;
	if (!digits || !rest)
		return 0;
	for (; rest % 10 == 0; rest /= 10)
		digits--;
	return snprintf(out, size, "%" PRIu64 ".%0*" PRIu64 "%s", usec / unit->usec, digits, rest,
		unit->name);
}

const char *format_timespan(char buffer[static FORMAT_MAX], uint64_t usec, uint64_t accuracy_usec)
{
	char *out = buffer;

	if (usec == UINT64_MAX)
		return strcpy(buffer, "infinity");
	if (usec == 0)
		return strcpy(buffer, "0");
	*buffer = 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t left = FORMAT_MAX - (size_t)(out - buffer);

		if (usec < units[i].usec)
			continue;
		if (usec < accuracy_usec && out != buffer)
			break;
		if (out != buffer) {
			*out++ = ' ';
			left--;
		}
		int n = usec < 60 * SEC ? put_fraction(out, left, &units[i], usec, accuracy_usec)
					: 0;
		if (n > 0)
			return buffer;
		out += snprintf(out, left, "%" PRIu64 "%s", usec / units[i].usec, units[i].name);
		usec %= units[i].usec;
	}
	return buffer;
}

const char *format_bytes(char buffer[static FORMAT_MAX], uint64_t bytes)
{
	static const char names[] = "EPTGMK";

	if (bytes == UINT64_MAX)
		return strcpy(buffer, "infinity");
	for (int i = 0; names[i]; i++) {
		uint64_t factor = 1ULL << (10 * (6 - i));
		if (bytes < factor)
			continue;
		uint64_t tenth = bytes % factor * 10 / factor;
		if (tenth)
			snprintf(buffer, FORMAT_MAX, "%" PRIu64 ".%" PRIu64 "%c", bytes / factor,
				tenth, names[i]);
		else
			snprintf(buffer, FORMAT_MAX, "%" PRIu64 "%c", bytes / factor, names[i]);
		return buffer;
	}
	snprintf(buffer, FORMAT_MAX, "%" PRIu64 "B", bytes);
	return buffer;
}

const char *format_timestamp(char buffer[static FORMAT_MAX], uint64_t realtime_usec)
{
	/* English, as systemctl writes it, whatever the locale. */
	static const char days[] = "SunMonTueWedThuFriSat";
	time_t seconds = (time_t)(realtime_usec / SEC);
	struct tm tm;

	if (!realtime_usec || !localtime_r(&seconds, &tm))
		return strcpy(buffer, "n/a");
	int n = snprintf(buffer, FORMAT_MAX, "%.3s ", days + 3 * tm.tm_wday);
	if (!strftime(buffer + n, (size_t)(FORMAT_MAX - n), "%Y-%m-%d %H:%M:%S %Z", &tm))
		return strcpy(buffer, "n/a");
	return buffer;
}

const char *format_relative(
	char buffer[static FORMAT_MAX], uint64_t realtime_usec, uint64_t now_usec)
{
	uint64_t span =
		realtime_usec > now_usec ? realtime_usec - now_usec : now_usec - realtime_usec;
	uint64_t accuracy = span < SEC ? 1000 : span < 3600 * SEC ? SEC : 60 * SEC;

	if (!realtime_usec)
		return strcpy(buffer, "n/a");
	if (span < 1000)
		return strcpy(buffer, "now");
	format_timespan(buffer, span / accuracy * accuracy, accuracy);
	strncat(buffer, realtime_usec > now_usec ? " left" : " ago",
		FORMAT_MAX - strlen(buffer) - 1);
	return buffer;
}
