/* SPDX-License-Identifier: MIT */
/* Values of the exec group: environment, users, standard streams, directories. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/word.h"
#include "daemon/file/environment_file.h"
#include "daemon/file/types.h"

static int take_variable(struct directive_context *c, char *word, void *list)
{
	if (environment_is_valid_assignment(word))
		return environment_set(list, word);
	(void)directive_refuse(c, word, "not NAME=value");
	return 0;
}

static int parse_environment(struct directive_context *c, const char *text, void *field)
{
	if (!*text)
		plain_done_words(field);
	return directive_each_word(c, text, WORD_UNQUOTE | WORD_CUNESCAPE, take_variable, field);
}

static int parse_environment_file(struct directive_context *c, const char *text, void *field)
{
	char ***list = field;
	_cleanup_(freep) char *expanded = NULL;

	if (!*text) {
		*list = strv_free(*list);
		return 0;
	}
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	if (directive_check_path(c, expanded + (*expanded == '-')) < 0)
		return -EINVAL;
	return strv_push(list, TAKE_PTR(expanded));
}

static int take_name(struct directive_context *c, char *word, void *list)
{
	bool may_assign = strcmp(c->directive->key, "UnsetEnvironment") == 0;

	if (environment_is_valid_name(word) ||
		(may_assign && environment_is_valid_assignment(word)))
		return strv_push(list, strdup(word));
	(void)directive_refuse(c, word, "not the name of a variable");
	return 0;
}

/* PassEnvironment= and UnsetEnvironment=: names, the second also assignments. */
static int parse_names(struct directive_context *c, const char *text, void *field)
{
	if (!*text)
		plain_done_words(field);
	return directive_each_word(
		c, text, WORD_UNQUOTE | WORD_CUNESCAPE | WORD_UNKNOWN_STAYS, take_name, field);
}

bool user_name_is_strict(const char *text)
{
	if (!*text || strlen(text) > 31 || !(isalpha((unsigned char)*text) || *text == '_'))
		return false;
	for (const char *s = text; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_-", *s))
			return false;
	return true;
}

/* A number that is no reserved one, or a name by systemd's lax syntax; what only begins like a
 * number is neither: `0day` and `0x0` must never come to mean root. */
static bool is_user_or_group(const char *text)
{
	size_t n = strlen(text);
	uint32_t id;

	if (value_parse_uid(text, &id) >= 0)
		return true;
	if (!n || strchr("-0123456789", *text) || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return false;
	if (strchr(" \t", text[0]) || strchr(" \t", text[n - 1]))
		return false;
	for (size_t i = 0; i < n;) {
		size_t length = text_utf8_length(text + i, n - i);
		if (!length || (unsigned char)text[i] < ' ' || strchr(":/\x7f", text[i]))
			return false;
		i += length;
	}
	return true;
}

static int parse_user(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r < 0)
		return r;
	if (*expanded && !is_user_or_group(expanded))
		return directive_refuse(
			c, expanded, "neither a user or group name nor a valid number");
	free(*(char **)field);
	*(char **)field = *expanded ? TAKE_PTR(expanded) : NULL;
	return 0;
}

static int take_group(struct directive_context *c, char *word, void *list)
{
	return is_user_or_group(word)
		       ? strv_push(list, strdup(word))
		       : directive_refuse(c, word, "neither a group name nor a valid number");
}

static int parse_groups(struct directive_context *c, const char *text, void *field)
{
	if (!*text)
		plain_done_words(field);
	return directive_each_word(c, text, WORD_UNQUOTE, take_group, field);
}

static int parse_working_directory(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	bool missing_ok = *text == '-';
	if (missing_ok && !text[1])
		return directive_refuse(c, text, "no path after the -");
	int r = directive_expand(c, text + missing_ok, &expanded);

	if (r < 0)
		return r;
	if (*expanded && strcmp(expanded, "~") != 0 &&
		(*expanded != '/' || !path_is_normal(expanded)))
		return missing_ok ? directive_refuse(c, text, "neither an absolute path nor ~")
				  : directive_fail(c, text, "neither an absolute path nor ~");
	if (*expanded == '/')
		path_simplify(expanded);
	free(*(char **)field);
	*(char **)field = *expanded ? TAKE_PTR(expanded) : NULL;
	c->config->exec->working_directory_missing_ok = missing_ok;
	return 0;
}

static char *format_working_directory(const struct directive *d, const void *field)
{
	const char *path = *(char *const *)field;

	(void)d;
	return strdup(path && *path == '/' ? path : "/"); /* ~ is known once it runs */
}

struct stdio_form {
	const char *prefix;
	enum exec_stdio kind;
	bool is_path;
};

static int parse_stdio(struct directive_context *c, const char *text, void *field)
{
	static const struct stdio_form forms[] = {
		{"fd:", STDIO_FD, false},
		{"file:", STDIO_FILE, true},
		{"append:", STDIO_APPEND, true},
		{"truncate:", STDIO_TRUNCATE, true},
	};
	struct stdio_setting *s = field;
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ELEMENTS(forms); i++) {
		const char *rest = text_after_prefix(expanded, forms[i].prefix);
		if (!rest)
			continue;
		if (forms[i].is_path && *rest != '/')
			return directive_refuse(
				c, text, "not an absolute path after %s", forms[i].prefix);
		r = text_replace(&s->argument, rest);
		if (r >= 0)
			s->kind = forms[i].kind;
		return r;
	}
	if (strcmp(expanded, "syslog") == 0)
		s->kind = STDIO_JOURNAL;
	else if (strcmp(expanded, "syslog+console") == 0)
		s->kind = STDIO_JOURNAL_CONSOLE;
	else if ((r = exec_stdio_from_string(expanded)) >= 0)
		s->kind = (enum exec_stdio)r;
	else
		return directive_refuse(c, text, "not a kind of standard stream");
	return 0;
}

static char *format_stdio(const struct directive *d, const void *field)
{
	const struct stdio_setting *s = field;
	const char *name = exec_stdio_to_string(s->kind);
	char *text;

	(void)d;
	if (!s->argument)
		return name ? strdup(name) : NULL;
	return asprintf(&text, "%s:%s", name ? name : "", s->argument) < 0 ? NULL : text;
}

static void done_stdio(void *field)
{
	struct stdio_setting *s = field;

	free(s->argument);
	s->argument = NULL;
}

/* Relative, and nowhere out of the folder that it is below. */
static bool is_safe_relative(const char *path)
{
	if (!*path || *path == '/')
		return false;
	for (const char *s = path; *s;) {
		size_t n = strcspn(s, "/");
		if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		s += n;
		s += *s == '/';
	}
	return true;
}

/* PATH, or PATH:LINK. */
static int take_directory(struct directive_context *c, char *word, void *data)
{
	char ***list = data, *colon = strchr(word, ':');

	if (colon)
		*colon = 0;
	path_simplify(word);
	bool good = is_safe_relative(word) && (!colon || is_safe_relative(colon + 1));
	if (colon)
		*colon = ':';
	if (!good)
		(void)directive_refuse(c, word, "not a relative path below its folder");
	return !good || strv_contains(*list, word) ? 0 : strv_push(list, strdup(word));
}

static int parse_directories(struct directive_context *c, const char *text, void *field)
{
	if (!*text)
		plain_done_words(field);
	return directive_each_word(c, text, WORD_UNQUOTE, take_directory, field);
}

const struct value_type type_environment = {
	"NAME=value ...", parse_environment, plain_format_lines, plain_done_words};
const struct value_type type_environment_file = {
	"absolute path", parse_environment_file, plain_format_lines, plain_done_words};
const struct value_type type_names = {
	"names of variables", parse_names, plain_format_lines, plain_done_words};
const struct value_type type_user = {
	"user or group", parse_user, plain_format_string, plain_done_string};
const struct value_type type_groups = {
	"groups", parse_groups, plain_format_words, plain_done_words};
const struct value_type type_working_directory = {
	"absolute path or ~", parse_working_directory, format_working_directory, plain_done_string};
const struct value_type type_stdio = {"standard stream", parse_stdio, format_stdio, done_stdio};
const struct value_type type_directories = {
	"relative paths", parse_directories, plain_format_lines, plain_done_words};
