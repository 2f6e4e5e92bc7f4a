/* SPDX-License-Identifier: MIT */
/* Plain values and their texts. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <criterion/criterion.h>

#include "common/exit_name.h"
#include "common/format.h"
#include "common/log_stamp.h"
#include "common/signal_name.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "common/value.h"
#include "daemon/base/word.h"

static uint64_t usec(const char *text)
{
	uint64_t n = 12345;

	return value_parse_usec(text, &n) < 0 ? 12345 : n;
}

Test(value, spans)
{
	cr_expect_eq(usec("5"), 5000000);
	cr_expect_eq(usec("1min 30s"), 90000000);
	cr_expect_eq(usec("1.5h"), 5400000000);
	cr_expect_eq(usec("250ms"), 250000);
	cr_expect_eq(usec("infinity"), UINT64_MAX);
	cr_expect_eq(usec(""), 12345);
	cr_expect_eq(usec("-1"), 12345);
	cr_expect_eq(usec("5 parsecs"), 12345);
	cr_expect_eq(usec("99999999999999999999"), 12345);
}

Test(value, booleans)
{
	cr_expect_eq(value_parse_bool("YES"), 1);
	cr_expect_eq(value_parse_bool("off"), 0);
	cr_expect_eq(value_parse_bool("2"), -EINVAL);
}

Test(value, sizes)
{
	uint64_t n;

	cr_expect_eq(value_parse_size("64M", &n), 0);
	cr_expect_eq(n, 64ULL << 20);
	cr_expect_eq(value_parse_size("1.5G", &n), 0);
	cr_expect_eq(n, 3ULL << 29);
	cr_expect_lt(value_parse_size("64X", &n), 0);
}

/* The names of users that broke systemd once are no numbers. */
Test(value, uids)
{
	uint32_t uid;

	cr_expect_eq(value_parse_uid("1000", &uid), 0);
	cr_expect_lt(value_parse_uid("0x0", &uid), 0);
	cr_expect_lt(value_parse_uid("0day", &uid), 0);
	cr_expect_lt(value_parse_uid("4294967295", &uid), 0);
	cr_expect_lt(value_parse_uid("65535", &uid), 0);
	cr_expect_lt(value_parse_uid("-1", &uid), 0);
}

Test(value, pids)
{
	pid_t pid;

	cr_expect_eq(value_parse_pid("17", &pid), 0);
	cr_expect_lt(value_parse_pid("0", &pid), 0);
	cr_expect_lt(value_parse_pid("17 ", &pid), 0);
	cr_expect_lt(value_parse_pid("99999999999", &pid), 0);
}

static const char *span(uint64_t n, uint64_t accuracy)
{
	static char buffer[FORMAT_MAX];

	return format_timespan(buffer, n, accuracy);
}

Test(format, spans)
{
	cr_expect_str_eq(span(0, 1), "0");
	cr_expect_str_eq(span(90 * 1000000ULL, 1), "1min 30s");
	cr_expect_str_eq(span(100000, 1), "100ms");
	cr_expect_str_eq(span(1500000, 1), "1.5s");
	cr_expect_str_eq(span(UINT64_MAX, 1), "infinity");
	cr_expect_str_eq(span(86400 * 1000000ULL + 3600 * 1000000ULL + 5, 1000000), "1d 1h");
}

Test(format, spans_and_back)
{
	static const uint64_t many[] = {
		1, 999, 1000, 1001, 59999999, 60000000, 3599000000, 86399999999, 31557600000000};

	for (size_t i = 0; i < ELEMENTS(many); i++)
		cr_expect_eq(usec(span(many[i], 1)), many[i], "%s", span(many[i], 1));
}

Test(format, bytes)
{
	char buffer[FORMAT_MAX];

	cr_expect_str_eq(format_bytes(buffer, 512), "512B");
	cr_expect_str_eq(format_bytes(buffer, 1536), "1.5K");
}

Test(signal, names_and_back)
{
	char buffer[SIGNAL_NAME_MAX];

	for (int sig = 1; sig <= 64; sig++)
		if (sig != 32 && sig != 33)
			cr_expect_eq(
				signal_from_string(signal_to_string(sig, buffer)), sig, "%d", sig);
	cr_expect_eq(signal_from_string("TERM"), 15);
	cr_expect_eq(signal_from_string("RTMIN+3"), 37);
	cr_expect_lt(signal_from_string("SIGNOTHING"), 0);
	cr_expect_lt(signal_from_string("RTMIN+99"), 0);
}

Test(exit, names)
{
	cr_expect_eq(exit_name_from_string("DATAERR"), 65);
	cr_expect_eq(exit_name_from_string("255"), 255);
	cr_expect_lt(exit_name_from_string("256"), 0);
	cr_expect_str_eq(exit_name_to_string(203), "EXEC");
}

static const char *mangled(const char *text)
{
	static char name[300];
	_cleanup_(freep) char *m = unit_name_mangle(text);

	snprintf(name, sizeof(name), "%s", m ? m : "(none)");
	return name;
}

Test(unit_name, validity)
{
	static const char *const good[] = {"a.service", "a@b.service", "a@.service", "-.mount",
		"a\\x2db.socket", "a:b_c.target"};
	static const char *const bad[] = {"", "a", ".service", "@.service", "a.nothing",
		"a b.service", "../a.service", "a/b.service"};

	for (size_t i = 0; i < ELEMENTS(good); i++)
		cr_expect(unit_name_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < ELEMENTS(bad); i++)
		cr_expect_not(unit_name_is_valid(bad[i]), "%s", bad[i]);
}

Test(unit_name, what_people_type)
{
	cr_expect_str_eq(mangled("redis"), "redis.service");
	cr_expect_str_eq(mangled("a.target"), "a.target");
	cr_expect_str_eq(mangled("/var/lib"), "var-lib.mount");
	cr_expect_str_eq(mangled("a b"), "a\\x20b.service");
}

Test(unit_name, escaping_and_back)
{
	static const char *const many[] = {
		"plain", "with-dash", "a/b", ".dot", "\xc3\xa4", "back\\slash"};

	for (size_t i = 0; i < ELEMENTS(many); i++) {
		_cleanup_(freep) char *escaped = unit_name_escape(many[i]);
		_cleanup_(freep) char *back = unit_name_unescape(escaped);
		cr_expect_str_eq(back, many[i]);
	}
}

Test(word, kinds)
{
	const char *cursor = "a 'b c' \"d\\te\" \\x41 ;";
	static const char *const want[] = {"a", "b c", "d\te", "A", ";"};
	char *word;

	for (size_t i = 0; i < ELEMENTS(want); i++) {
		cr_assert_eq(word_next(&cursor, &word, WORD_UNQUOTE | WORD_CUNESCAPE), 1);
		cr_expect_str_eq(word, want[i]);
		free(word);
	}
	cr_expect_eq(word_next(&cursor, &word, WORD_UNQUOTE), 0);
}

Test(word, errors_leave_the_cursor)
{
	const char *text = "\"open", *cursor = text;
	char *word;

	cr_expect_eq(word_next(&cursor, &word, WORD_UNQUOTE | WORD_CUNESCAPE), -EINVAL);
	cr_expect_eq(cursor, text);
}

Test(text, escape_makes_all_printable)
{
	_cleanup_(freep) char *escaped = text_escape("a\033[1m\xff\xc3\xa4", 8);

	cr_expect_str_eq(escaped, "a\\x1b[1m\\xff\xc3\xa4");
}

Test(text, distance_counts_edits)
{
	cr_expect_eq(text_distance("Restrat", "Restart", 4), 1, "two letters are swapped");
	cr_expect_eq(text_distance("statsu", "status", 4), 1);
	cr_expect_eq(text_distance("sattsu", "status", 4), 2);
	cr_expect_eq(text_distance("ab", "ba", 4), 1);
	cr_expect_eq(text_distance("abc", "ca", 4), 3);
	cr_expect_eq(text_distance("", "abc", 4), 3);
	cr_expect_eq(text_distance("same", "same", 4), 0);
	cr_expect_geq(text_distance("entirely", "different", 3), 3);
}

Test(log_stamp, there_and_back)
{
	const uint64_t moment = 1795817070123456ULL; /* date -ud @1795817070 */
	char stamp[LOG_STAMP_LENGTH + 1] = "", name[LOG_NAME_LENGTH + 1] = "";
	uint64_t back = 0;

	log_stamp_format(stamp, moment);
	cr_expect_str_eq(stamp, "2026-11-27T22:04:30.123456Z");
	cr_expect_eq(log_stamp_parse(stamp, &back), 0);
	cr_expect_eq(back, moment);
	log_name_format(name, moment);
	cr_expect_str_eq(name, "20261127-220430-123456");
	cr_expect_eq(log_name_parse("20261127-220430-123456.zst", &back), 0);
	cr_expect_eq(back, moment);
	cr_expect_eq(log_stamp_parse("2026-11-27 22:04:30.123456Z", &back), -EINVAL);
	cr_expect_eq(log_stamp_parse("2026-11", &back), -EINVAL);
	cr_expect_eq(log_name_parse("", &back), -EINVAL);
}
