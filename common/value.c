/* SPDX-License-Identifier: MIT */
#include "common/value.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/own.h"
#include "common/text.h"

int value_parse_bool(const char *text)
{
	static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};
	static const char *const no[] = {"0", "no", "n", "false", "f", "off"};

	for (size_t i = 0; i < ELEMENTS(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return 1;
		if (strcasecmp(text, no[i]) == 0)
			return 0;
	}
	return -EINVAL;
}

struct unit_name {
	const char *name;
	uint64_t factor;
};

/* Longer names first where one begins another. */
static const struct unit_name time_units[] = {
	{"seconds", USEC_PER_SEC},
	{"second", USEC_PER_SEC},
	{"sec", USEC_PER_SEC},
	{"minutes", USEC_PER_MINUTE},
	{"minute", USEC_PER_MINUTE},
	{"min", USEC_PER_MINUTE},
	{"months", USEC_PER_MONTH},
	{"month", USEC_PER_MONTH},
	{"msec", USEC_PER_MSEC},
	{"ms", USEC_PER_MSEC},
	{"hours", USEC_PER_HOUR},
	{"hour", USEC_PER_HOUR},
	{"hr", USEC_PER_HOUR},
	{"days", USEC_PER_DAY},
	{"day", USEC_PER_DAY},
	{"weeks", USEC_PER_WEEK},
	{"week", USEC_PER_WEEK},
	{"years", USEC_PER_YEAR},
	{"year", USEC_PER_YEAR},
	{"usec", 1},
	{"us", 1},
	{"µs", 1},
	{"μs", 1},
	{"M", USEC_PER_MONTH},
	{"m", USEC_PER_MINUTE},
	{"s", USEC_PER_SEC},
	{"h", USEC_PER_HOUR},
	{"d", USEC_PER_DAY},
	{"w", USEC_PER_WEEK},
	{"y", USEC_PER_YEAR},
};

static const struct unit_name size_units[] = {
	{"E", 1ULL << 60},
	{"P", 1ULL << 50},
	{"T", 1ULL << 40},
	{"G", 1ULL << 30},
	{"M", 1ULL << 20},
	{"K", 1ULL << 10},
	{"B", 1},
};

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\n\r");
}

/*
 * One `number[.fraction]`, then a unit of the table; without one `default_factor`. Advances
 * *cursor. The fraction is cut, not rounded, as systemd's is.
 */
static int parse_part(const char **cursor, const struct unit_name *units, size_t count,
	uint64_t default_factor, uint64_t *ret)
{
	const char *s = *cursor;
	uint64_t whole = 0, factor = default_factor, part = 0;
	const char *fraction = NULL;

	if (!isdigit((unsigned char)*s) && !(*s == '.' && isdigit((unsigned char)s[1])))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, (uint64_t)(*s - '0'), &whole))
			return -ERANGE;
	if (*s == '.') {
		fraction = ++s;
		if (!isdigit((unsigned char)*s))
			return -EINVAL;
		s += strspn(s, "0123456789");
	}
	s = skip_blanks(s);
	for (size_t i = 0; i < count; i++) {
		const char *rest = text_after_prefix(s, units[i].name);
		if (rest) {
			factor = units[i].factor;
			s = rest;
			break;
		}
	}
	unsigned __int128 numerator = 0, power = 1;
	for (; fraction && isdigit((unsigned char)*fraction) && power < UINT64_MAX / 10;
		fraction++) {
		numerator = 10 * numerator + (unsigned)(*fraction - '0');
		power *= 10;
	}
	part = (uint64_t)(numerator * factor / power);
	if (__builtin_mul_overflow(whole, factor, &whole) ||
		__builtin_add_overflow(whole, part, &whole))
		return -ERANGE;
	*cursor = skip_blanks(s);
	*ret = whole;
	return 0;
}

/* A sum of parts; `infinity` alone is UINT64_MAX. */
static int parse_sum(const char *text, const struct unit_name *units, size_t count,
	uint64_t default_factor, uint64_t *ret)
{
	uint64_t sum = 0;

	text = skip_blanks(text);
	if (*text == '+')
		text++;
	const char *rest = text_after_prefix(text, "infinity");
	if (rest && !*skip_blanks(rest)) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (!*text)
		return -EINVAL;
	while (*text) {
		uint64_t part;
		int r = parse_part(&text, units, count, default_factor, &part);
		if (r < 0)
			return r;
		if (__builtin_add_overflow(sum, part, &sum))
			return -ERANGE;
	}
	*ret = sum;
	return 0;
}

int value_parse_usec_unit(const char *text, uint64_t default_unit, uint64_t *ret)
{
	return parse_sum(text, time_units, ELEMENTS(time_units), default_unit, ret);
}

int value_parse_usec(const char *text, uint64_t *ret)
{
	return value_parse_usec_unit(text, USEC_PER_SEC, ret);
}

int value_parse_size(const char *text, uint64_t *ret)
{
	return parse_sum(text, size_units, ELEMENTS(size_units), 1, ret);
}

int value_parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 0);
	if (*end)
		return -EINVAL;
	if (errno || n > max)
		return -ERANGE;
	*ret = n;
	return 0;
}

int value_parse_int(const char *text, long min, long max, long *ret)
{
	char *end;

	if (!isdigit((unsigned char)text[*text == '-' || *text == '+']))
		return -EINVAL;
	errno = 0;
	long n = strtol(text, &end, 0);
	if (*end)
		return -EINVAL;
	if (errno || n < min || n > max)
		return -ERANGE;
	*ret = n;
	return 0;
}

int value_parse_mode(const char *text, mode_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	unsigned long n = strtoul(text, &end, 8);
	if (*end)
		return -EINVAL;
	if (errno || n > 07777)
		return -ERANGE;
	*ret = (mode_t)n;
	return 0;
}

int value_parse_share(const char *text, unsigned *ret)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	unsigned long whole = strtoul(text, &end, 10);
	unsigned hundredths = 0;
	if (*end == '.') {
		size_t digits = strspn(end + 1, "0123456789");
		if (digits < 1 || digits > 2)
			return -EINVAL;
		hundredths = (unsigned)(end[1] - '0') * 10 +
			     (digits == 2 ? (unsigned)(end[2] - '0') : 0);
		end += 1 + digits;
	}
	if (strcmp(end, "%") != 0)
		return -EINVAL;
	if (whole > UINT_MAX / 100 - 1)
		return -ERANGE;
	*ret = (unsigned)whole * 100 + hundredths;
	return 0;
}

int value_parse_percent(const char *text, unsigned *ret)
{
	unsigned share;
	int r = value_parse_share(text, &share);

	if (r < 0 || share > 10000)
		return r < 0 ? r : -ERANGE;
	*ret = share;
	return 0;
}

static int parse_decimal(const char *text, uint64_t max, uint64_t *ret)
{
	if (!*text || text[strspn(text, "0123456789")] || (text[0] == '0' && text[1]))
		return -EINVAL;
	return value_parse_u64(text, max, ret);
}

int value_parse_pid(const char *text, pid_t *ret)
{
	uint64_t n;
	int r = parse_decimal(text, INT_MAX, &n);

	if (r < 0 || n == 0)
		return r < 0 ? r : -ERANGE;
	*ret = (pid_t)n;
	return 0;
}

int value_parse_uid(const char *text, uint32_t *ret)
{
	uint64_t n;
	int r = parse_decimal(text, UINT32_MAX - 1, &n);

	if (r < 0)
		return r;
	if (n == UINT16_MAX)
		return -ERANGE;
	*ret = (uint32_t)n;
	return 0;
}
