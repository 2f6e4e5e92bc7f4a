/* SPDX-License-Identifier: MIT */
/* Any text as each plain value, as words, as a name, as an environment file; what is printed is
 * read back. */
#include <string.h>

#include "common/calendar.h"
#include "common/exit_name.h"
#include "common/format.h"
#include "common/signal_name.h"
#include "common/own.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "common/value.h"
#include "daemon/base/word.h"
#include "daemon/file/environment_file.h"
#include "tests/fuzz/fuzz.h"

static void words(const char *text, unsigned flags)
{
	const char *cursor = text;
	char *word;

	while (word_next(&cursor, &word, flags) > 0)
		free(word);
}

static void numbers(const char *text)
{
	char buffer[FORMAT_MAX];
	uint64_t n, again;
	unsigned percent;
	uint32_t uid;
	mode_t mode;
	pid_t pid;

	if (value_parse_usec(text, &n) == 0 &&
		(value_parse_usec(format_timespan(buffer, n, 1), &again) < 0 || n != again))
		abort();
	if (value_parse_size(text, &n) == 0)
		format_bytes(buffer, n);
	(void)value_parse_bool(text);
	(void)value_parse_mode(text, &mode);
	(void)value_parse_percent(text, &percent);
	(void)value_parse_pid(text, &pid);
	(void)value_parse_uid(text, &uid);
	(void)signal_from_string(text);
	(void)exit_name_from_string(text);
}

/* The normal form of an event is one, and its own. */
static void calendars(const char *text)
{
	_cleanup_(calendar_freep) struct calendar *c = NULL, *again = NULL;
	uint64_t next;

	if (calendar_parse(text, &c) < 0)
		return;
	_cleanup_(freep) char *form = calendar_format(c);
	if (!form || calendar_parse(form, &again) < 0)
		abort();
	_cleanup_(freep) char *form_again = calendar_format(again);
	if (!form_again || strcmp(form, form_again) != 0)
		abort();
	if (calendar_next(c, 1795457700000000ULL, &next) == 0 && next <= 1795457700000000ULL)
		abort();
}

static void names(const char *text)
{
	_cleanup_(freep) char *mangled = unit_name_mangle(text);
	_cleanup_(freep) char *escaped = unit_name_escape(text);
	_cleanup_(freep) char *back = unit_name_unescape(escaped);
	_cleanup_(freep) char *path = unit_name_path_escape(text);

	if (!back || strcmp(back, text) != 0)
		abort();
	if (mangled && !unit_name_is_valid(mangled))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = strndup((const char *)data, size);
	_cleanup_(strv_freep) char **list = NULL;

	numbers(text);
	calendars(text);
	names(text);
	words(text, 0);
	words(text, WORD_UNQUOTE | WORD_CUNESCAPE);
	words(text, WORD_UNQUOTE | WORD_CUNESCAPE | WORD_RELAX);
	words(text, WORD_UNQUOTE | WORD_CUNESCAPE | WORD_UNKNOWN_STAYS);
	(void)environment_parse_file((const char *)data, size, &list);
	_cleanup_(freep) char *escaped = text_escape((const char *)data, size);
	return 0;
}
