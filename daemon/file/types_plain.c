/* SPDX-License-Identifier: MIT */
/* Values of one kind that many directives have. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "common/signal_name.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

static int parse_bool(struct directive_context *c, const char *text, void *field)
{
	int r = value_parse_bool(text);

	if (r < 0)
		return directive_refuse(c, text, "not a boolean; write yes or no");
	*(bool *)field = r;
	return 0;
}

char *plain_format_bool(const struct directive *d, const void *field)
{
	(void)d;
	return strdup(*(const bool *)field ? "yes" : "no");
}

static int parse_usec(struct directive_context *c, const char *text, void *field)
{
	uint64_t usec;

	if (value_parse_usec(text, &usec) < 0)
		return directive_refuse(c, text, "not a time span; write e.g. 90s or 1min 30s");
	*(uint64_t *)field = usec;
	return 0;
}

char *plain_format_usec(const struct directive *d, const void *field)
{
	char buffer[FORMAT_MAX];

	(void)d;
	return strdup(format_timespan(buffer, *(const uint64_t *)field, 1));
}

/* 0 means: no limit. */
static int parse_usec_or_infinity(struct directive_context *c, const char *text, void *field)
{
	int r = parse_usec(c, text, field);

	if (r >= 0 && *(uint64_t *)field == 0)
		*(uint64_t *)field = USEC_INFINITY;
	return r;
}

static int parse_unsigned(struct directive_context *c, const char *text, void *field)
{
	uint64_t n;

	if (value_parse_u64(text, UINT_MAX, &n) < 0)
		return directive_refuse(c, text, "not a number from 0 to %u", UINT_MAX);
	*(unsigned *)field = (unsigned)n;
	return 0;
}

/* Bytes. */
static int parse_size(struct directive_context *c, const char *text, void *field)
{
	uint64_t n;

	if (!*text)
		n = 0;
	else if (value_parse_size(text, &n) < 0)
		return directive_refuse(c, text, "not a size; write e.g. 512K or 64M");
	*(uint64_t *)field = n;
	return 0;
}

static char *format_size(const struct directive *d, const void *field)
{
	char *text;

	(void)d;
	return asprintf(&text, "%" PRIu64, *(const uint64_t *)field) < 0 ? NULL : text;
}

char *plain_format_unsigned(const struct directive *d, const void *field)
{
	char *text;

	(void)d;
	return asprintf(&text, "%u", *(const unsigned *)field) < 0 ? NULL : text;
}

static int parse_mode(struct directive_context *c, const char *text, void *field)
{
	mode_t mode;

	if (value_parse_mode(text, &mode) < 0)
		return directive_refuse(c, text, "not an octal access mode");
	*(mode_t *)field = mode;
	return 0;
}

static char *format_mode(const struct directive *d, const void *field)
{
	char *text;

	(void)d;
	return asprintf(&text, "%04o", (unsigned)*(const mode_t *)field) < 0 ? NULL : text;
}

static int parse_enum(struct directive_context *c, const char *text, void *field)
{
	const struct enum_table *names = c->directive->names;
	int value = enum_from_string(names, text);

	if (value >= 0) {
		*(int *)field = value;
		return 0;
	}
	char list[256] = "";
	for (int i = 0; i < names->max && strlen(list) < 200; i++)
		if (names->names[i])
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				*list ? ", " : "", names->names[i]);
	return directive_refuse(c, text, "not one of %s", list);
}

char *plain_format_enum(const struct directive *d, const void *field)
{
	const char *name = enum_to_string(d->names, *(const int *)field);

	return name ? strdup(name) : NULL;
}

static int parse_signal(struct directive_context *c, const char *text, void *field)
{
	int sig = signal_from_string(text);

	if (sig < 0)
		return directive_refuse(c, text, "not a signal");
	*(int *)field = sig;
	return 0;
}

static char *format_signal(const struct directive *d, const void *field)
{
	char buffer[SIGNAL_NAME_MAX];

	(void)d;
	return *(const int *)field ? strdup(signal_to_string(*(const int *)field, buffer)) : NULL;
}

static int parse_string(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r >= 0) {
		free(*(char **)field);
		*(char **)field = *expanded ? TAKE_PTR(expanded) : NULL;
	}
	return r;
}

char *plain_format_string(const struct directive *d, const void *field)
{
	(void)d;
	return *(char *const *)field ? strdup(*(char *const *)field) : NULL;
}

void plain_done_string(void *field)
{
	free(*(char **)field);
	*(char **)field = NULL;
}

static int parse_path(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r < 0)
		return r;
	if (*expanded && directive_check_path(c, expanded) < 0)
		return -EINVAL;
	free(*(char **)field);
	*(char **)field = *expanded ? TAKE_PTR(expanded) : NULL;
	return 0;
}

static int take_word(struct directive_context *c, char *word, void *list)
{
	(void)c;
	return strv_push(list, strdup(word));
}

static int parse_words(struct directive_context *c, const char *text, void *field)
{
	if (!*text)
		plain_done_words(field);
	return directive_each_word(
		c, text, WORD_UNQUOTE | WORD_CUNESCAPE | WORD_UNKNOWN_STAYS, take_word, field);
}

/* Absolute paths with colons between; an empty value forgets those before. */
static int parse_search_path(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	char *save = NULL, ***list = field;

	if (!*text) {
		*list = strv_free(*list);
		return 0;
	}
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	for (char *path = strtok_r(expanded, ":", &save); path; path = strtok_r(NULL, ":", &save)) {
		if (*path != '/')
			return directive_refuse(c, path, "not an absolute path");
		r = strv_push(list, strdup(path));
		if (r < 0)
			return r;
	}
	return 0;
}

char *plain_format_words(const struct directive *d, const void *field)
{
	(void)d;
	return *(char **const *)field ? strv_join(*(char **const *)field, " ") : NULL;
}

char *plain_format_lines(const struct directive *d, const void *field)
{
	(void)d;
	return *(char **const *)field ? strv_join(*(char **const *)field, "\n") : NULL;
}

void plain_done_words(void *field)
{
	*(char ***)field = strv_free(*(char ***)field);
}

/* A boolean stands for the first and second value of the enum: no, yes. */
static int parse_enum_or_bool(struct directive_context *c, const char *text, void *field)
{
	int r = value_parse_bool(text);

	if (r < 0)
		return parse_enum(c, text, field);
	*(int *)field = r;
	return 0;
}

const struct value_type type_bool = {"boolean", parse_bool, plain_format_bool, NULL};
const struct value_type type_usec = {"time span", parse_usec, plain_format_usec, NULL};
const struct value_type type_usec_or_infinity = {
	"time span, 0 for none", parse_usec_or_infinity, plain_format_usec, NULL};
const struct value_type type_unsigned = {"number", parse_unsigned, plain_format_unsigned, NULL};
const struct value_type type_size = {"size", parse_size, format_size, NULL};
const struct value_type type_mode = {"access mode", parse_mode, format_mode, NULL};
const struct value_type type_enum = {"one of a list", parse_enum, plain_format_enum, NULL};
const struct value_type type_enum_or_bool = {
	"boolean, or one of a list", parse_enum_or_bool, plain_format_enum, NULL};
const struct value_type type_signal = {"signal", parse_signal, format_signal, NULL};
const struct value_type type_string = {
	"text", parse_string, plain_format_string, plain_done_string};
const struct value_type type_path = {
	"absolute path", parse_path, plain_format_string, plain_done_string};
const struct value_type type_words = {"words", parse_words, plain_format_words, plain_done_words};
const struct value_type type_search_path = {
	"absolute paths", parse_search_path, plain_format_words, plain_done_words};
const struct value_type type_lines = {"words", parse_words, plain_format_lines, plain_done_words};
