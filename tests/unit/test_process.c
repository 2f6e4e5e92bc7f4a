/* SPDX-License-Identifier: MIT */
/* The pure parts of the process room: marks, arguments, notify messages; and varlink's framing. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "common/json_text.h"
#include "common/varlink.h"
#include "common/text.h"
#include "daemon/file/environment_file.h"
#include "daemon/process/line_filter.h"
#include "daemon/process/mark.h"
#include "daemon/process/notify.h"
#include "daemon/process/ring.h"
#include "daemon/process/spawn.h"

Test(mark, each_activation_has_its_own_range)
{
	struct mark_space s;

	cr_assert_geq(mark_space_open(&s), 0);
	uint64_t a = mark_next(&s), b = mark_next(&s);
	cr_expect_neq(a, b);
	cr_expect_neq(a, 0);
	struct mark_limits la = mark_limits_of(&s, a), lb = mark_limits_of(&s, b);
	cr_expect_eq(mark_of_limits(&s, &la), a);
	cr_expect_eq(mark_of_limits(&s, &lb), b);
	struct mark_limits inner = {la.down - 1, la.up - 1};
	cr_expect_eq(mark_of_limits(&s, &inner), a, "a nested reaperd's marks lie in the range");
	struct mark_limits none = {UINT64_MAX, UINT64_MAX};
	cr_expect_eq(mark_of_limits(&s, &none), 0, "an unmarked process is nobody's");
	cr_expect_eq(mark_hint(&s, &none), 0);
}

Test(mark, cannot_be_lowered_to_that_of_another)
{
	struct mark_space s;

	cr_assert_geq(mark_space_open(&s), 0);
	uint64_t a = mark_next(&s), b = mark_next(&s);
	struct mark_limits la = mark_limits_of(&s, a), lb = mark_limits_of(&s, b);
	cr_expect_lt(lb.down, la.down);
	cr_expect_gt(lb.up, la.up, "one of the two would have to rise");

	struct mark_limits forged = {lb.down, la.up}, low = {0, la.up}, other = {la.down, 0};
	cr_expect_eq(mark_of_limits(&s, &forged), 0);
	cr_expect_eq(mark_hint(&s, &forged), a);
	cr_expect_eq(mark_hint(&s, &low), a);
	cr_expect_eq(mark_of_limits(&s, &other), 0);
	cr_expect_eq(mark_hint(&s, &other), a);
}

Test(mark, a_reaperd_in_a_service_divides_its_range)
{
	struct mark_space outer, inner;
	struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	cr_assert_eq(setrlimit(RLIMIT_LOCKS, &none), 0);
	cr_assert_geq(mark_space_open(&outer), 0);
	for (int depth = 0; depth < 2; depth++) {
		uint64_t mark = mark_next(&outer);

		cr_assert_eq(mark_wear(&outer, mark), 0);
		cr_assert_geq(mark_space_open(&inner), 0);
		cr_expect_neq(inner.base, 0);
		for (int i = 0; i < 3; i++) {
			uint64_t m = mark_next(&inner);
			struct mark_limits l = mark_limits_of(&inner, m);
			cr_expect_eq(mark_of_limits(&inner, &l), m);
			cr_expect_eq(mark_of_limits(&outer, &l), mark);
		}
		outer = inner;
	}
}

static const char *expand(const char *text, char *const *environment)
{
	static char joined[256];
	_cleanup_(strv_freep) char **argv = NULL;
	_cleanup_(freep) char *copy = strdup(text);
	char *save = NULL;

	for (char *word = strtok_r(copy, "|", &save); word; word = strtok_r(NULL, "|", &save))
		strv_push(&argv, strdup(word));
	_cleanup_(strv_freep) char **expanded = spawn_expand_arguments(argv, environment);
	_cleanup_(freep) char *text2 = strv_join(expanded, "|");
	snprintf(joined, sizeof(joined), "%s", text2 ? text2 : "");
	return joined;
}

Test(expand, systemds_rules)
{
	char *environment[] = {"ONE=one", "TWO=two words", "EMPTY=", NULL};

	cr_expect_str_eq(expand("x|$TWO|y", environment), "x|two|words|y");
	cr_expect_str_eq(expand("x|${TWO}|y", environment), "x|two words|y");
	cr_expect_str_eq(expand("x|$EMPTY|y", environment), "x|y");
	cr_expect_str_eq(expand("x|$NONE|y", environment), "x|y");
	cr_expect_str_eq(expand("x|a$ONE|b${ONE}c", environment), "x|a$ONE|bonec");
	cr_expect_str_eq(expand("x|$$ONE|$?|$", environment), "x|$ONE|$?|$");
}

static struct notify_message parse(char *text)
{
	struct notify_message m;

	notify_parse(text, strlen(text), &m);
	return m;
}

Test(notify, whole_messages)
{
	char text[] = "READY=1\nSTATUS=Up\nMAINPID=17\nERRNO=2\nWATCHDOG=1\nUNKNOWN=x\nEXTEND_"
		      "TIMEOUT_USEC=5\n";
	struct notify_message m = parse(text);

	cr_expect(m.ready && m.watchdog);
	cr_expect_str_eq(m.status, "Up");
	cr_expect_eq(m.main_pid, 17);
	cr_expect_eq(m.error, 2);
	cr_expect_eq(m.extend_timeout_usec, 5);
}

Test(notify, malformed_lines_are_skipped)
{
	char text[] = "READY=2\nMAINPID=-4\nMAINPID=9999999999999\nno sign\n=\nSTATUS=bad "
		      "\xff\nSTOPPING=1";
	struct notify_message m = parse(text);

	cr_expect_not(m.ready);
	cr_expect_eq(m.main_pid, 0);
	cr_expect_eq(m.error, -1);
	cr_expect_null(m.status);
	cr_expect(m.stopping);
}

Test(environment, files)
{
	static const char text[] = "# comment\nA=1\n B = x y  \nC='q "
				   "\"r'\nD=\"a\\nb\"\nE=one\\\ntwo\nbad line\n9=x\nF=\n";
	_cleanup_(strv_freep) char **list = NULL;

	cr_assert_eq(environment_parse_file(text, strlen(text), &list), 0);
	_cleanup_(freep) char *joined = strv_join(list, "|");
	cr_expect(strstr(joined, "A=1|B=x y|C=q \"r|"), "%s", joined);
	cr_expect(strstr(joined, "E=onetwo|F="), "%s", joined);
	cr_expect_null(strstr(joined, "9="));
}

Test(varlink, messages_in_pieces_and_together)
{
	struct varlink_buffer b = {0};
	json_t *message;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	cr_assert_eq(write(fds[1], "{\"a\":1}\0{\"b\"", 12), 12);
	cr_expect_gt(varlink_read(&b, fds[0], 1000), 0);
	cr_assert_eq(varlink_next(&b, &message), 1);
	cr_expect_eq(json_integer_value(json_object_get(message, "a")), 1);
	json_decref(message);
	cr_expect_eq(varlink_next(&b, &message), 0);
	cr_assert_eq(write(fds[1], ":2}\0[]\0", 7), 7);
	cr_expect_gt(varlink_read(&b, fds[0], 1000), 0);
	cr_assert_eq(varlink_next(&b, &message), 1);
	json_decref(message);
	cr_expect_lt(varlink_next(&b, &message), 0, "no object");
	varlink_buffer_done(&b);
	close(fds[0]);
	close(fds[1]);
}

Test(varlink, a_message_without_end_is_refused_at_the_limit)
{
	struct varlink_buffer b = {0};
	ssize_t r = 0;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	for (int i = 0; i < 4 && r >= 0; i++) {
		cr_assert_eq(write(fds[1], "xxxxxxxxxx", 10), 10);
		r = varlink_read(&b, fds[0], 30);
	}
	cr_expect_eq(r, -EMSGSIZE);
	varlink_buffer_done(&b);
	close(fds[0]);
	close(fds[1]);
}

/* What the ring holds, from the oldest to the newest: "a|b|c". */
static const char *held(const struct ring *r)
{
	static char text[4096];
	size_t used = 0;

	text[0] = 0;
	for (const struct output_line *l = ring_first(r); l; l = ring_after(r, l))
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%s%.8s", used ? "|" : "", l->text);
	return text;
}

/* As jansson reads it back. */
static const char *through_json(const char *text)
{
	static char result[256];
	struct json_text t = {0};

	json_text_raw(&t, "[");
	json_text_string(&t, text);
	json_text_raw(&t, "]");
	json_text_end(&t);
	json_t *list = json_loads(t.data, JSON_REJECT_DUPLICATES, NULL);
	snprintf(result, sizeof(result), "%s",
		list ? json_string_value(json_array_get(list, 0)) : "(no JSON)");
	json_decref(list);
	free(t.data);
	return result;
}

Test(json_text, strings_are_escaped)
{
	cr_expect_str_eq(through_json("plain"), "plain");
	cr_expect_str_eq(through_json(""), "");
	cr_expect_str_eq(through_json("\"a\\b\"\n\t\x01\x7f"), "\"a\\b\"\n\t\x01\x7f");
	cr_expect_str_eq(
		through_json("z\u00fcrich \u20ac \U0001f600"), "z\u00fcrich \u20ac \U0001f600");
}

Test(json_text, what_is_no_utf8_is_replaced)
{
	cr_expect_str_eq(through_json("a\xff"
				      "b"),
		"a\ufffd"
		"b");
	cr_expect_str_eq(through_json("\xc3"), "\ufffd", "cut short");
	cr_expect_str_eq(through_json("\xc0\xaf"), "\ufffd\ufffd", "overlong");
	cr_expect_str_eq(through_json("\xed\xa0\x80"), "\ufffd\ufffd\ufffd", "a surrogate");
	cr_expect_str_eq(through_json("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
}

Test(ring, an_empty_one_has_no_memory)
{
	struct ring r = {.bound = 4096};

	cr_expect_null(ring_first(&r));
	cr_expect_null(r.data);
	cr_assert_not_null(ring_add(&r, "", 0));
	cr_expect_eq(r.room, 1024);
	cr_expect_str_eq(held(&r), "");
	cr_assert_not_null(ring_add(&r, "second", 6));
	cr_expect_str_eq(ring_after(&r, ring_first(&r))->text, "second");
	ring_done(&r);
}

Test(ring, the_oldest_give_way)
{
	struct ring r = {.bound = 3 * (sizeof(struct output_line) + 8)};

	for (int i = 0; i < 10; i++)
		cr_assert_not_null(ring_add(&r, &"0123456789"[i], 1));
	cr_expect_str_eq(held(&r), "7|8|9");
	cr_expect_null(ring_add(&r, "longer than the bound, with a header too: no", 90));
	cr_expect_str_eq(held(&r), "7|8|9", "what cannot be kept leaves the others alone");
	cr_assert_not_null(ring_add(&r, "twelve bytes", 12));
	cr_expect_str_eq(held(&r), "9|twelve b", "two give way to a longer one");
	ring_done(&r);
}

/* Against a plain list: what is held is always the end of all that was added, whole and in order.
 */
Test(ring, holds_the_end_of_what_was_added)
{
	struct ring r = {.bound = 5000};
	char text[600];
	unsigned seed = 7;
	uint64_t added = 0;

	for (int i = 0; i < 20000; i++) {
		size_t length = (size_t)rand_r(&seed) % (i % 100 ? 60 : sizeof(text)), n = 0;
		memset(text, 'a' + i % 26, length);
		struct output_line *line = ring_add(&r, text, length);
		cr_assert_not_null(line);
		line->sequence = ++added;
		uint64_t expected = ring_first(&r)->sequence;
		for (const struct output_line *l = ring_first(&r); l; l = ring_after(&r, l), n++) {
			cr_assert_eq(l->sequence, expected++);
			cr_assert_eq(l->text[l->length], 0);
		}
		cr_assert_eq(expected, added + 1);
		cr_assert(n >= 4 || added < 4);
	}
	cr_expect_leq(r.room, 5000);
	ring_done(&r);
}

Test(line_filter, counts_lines_of_an_interval)
{
	struct line_filter f = {.level_max = 6, .interval_usec = 1000, .burst = 2};
	unsigned suppressed;

	cr_expect(line_filter_passes(&f, 6, 5000, &suppressed));
	cr_expect(line_filter_passes(&f, 3, 5001, &suppressed));
	cr_expect_not(line_filter_passes(&f, 3, 5999, &suppressed));
	cr_expect_not(
		line_filter_passes(&f, 7, 5999, &suppressed), "too detailed, and not counted");
	cr_expect(line_filter_passes(&f, 3, 6000, &suppressed));
	cr_expect_eq(suppressed, 1);
	cr_expect(line_filter_passes(&f, 3, 10, &suppressed), "a clock that was set back");
	cr_expect_eq(suppressed, 0);
}
