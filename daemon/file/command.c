/* SPDX-License-Identifier: MIT */
/* ExecStart= and kin: prefixes, words, `;` between commands (systemd.service(5), "Command lines").
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

#define WORD_FLAGS (WORD_UNQUOTE | WORD_CUNESCAPE | WORD_UNKNOWN_STAYS)

static void command_done(struct command *c)
{
	free(c->path);
	strv_free(c->argv);
}

void commands_done(void *field)
{
	struct commands *list = field;

	for (size_t i = 0; i < list->count; i++)
		command_done(&list->list[i]);
	free(list->list);
	*list = (struct commands){0};
}

/* Prefixes may stand in any order, but only one of + ! !!. *ret_argv0: whether `@` was among them.
 */
static const char *take_prefixes(const char *word, unsigned *flags, bool *ret_argv0)
{
	const unsigned privileges =
		COMMAND_FULLY_PRIVILEGED | COMMAND_NO_SETUID | COMMAND_AMBIENT_MAGIC;

	for (;; word++) {
		if (*word == '-' && !(*flags & COMMAND_IGNORE_FAILURE)) {
			*flags |= COMMAND_IGNORE_FAILURE;
		} else if (*word == '@' && !*ret_argv0) {
			*ret_argv0 = true;
		} else if (*word == ':' && !(*flags & COMMAND_NO_EXPANSION)) {
			*flags |= COMMAND_NO_EXPANSION;
		} else if (*word == '+' && !(*flags & privileges)) {
			*flags |= COMMAND_FULLY_PRIVILEGED;
		} else if (*word == '!' && !(*flags & privileges)) {
			*flags |= COMMAND_NO_SETUID;
		} else if (*word == '!' && (*flags & privileges) == COMMAND_NO_SETUID) {
			*flags &= ~(unsigned)COMMAND_NO_SETUID;
			*flags |= COMMAND_AMBIENT_MAGIC;
		} else {
			return word;
		}
	}
}

static bool path_is_normal(const char *path)
{
	for (const char *s = path; (s = strstr(s, "/..")); s += 3)
		if (s[3] == '/' || !s[3])
			return false;
	return true;
}

/* The program's name, after prefixes: absolute, or bare to be looked up. 0, or -EINVAL told. */
static int check_program(struct directive_context *c, const char *value, const char *path)
{
	if (!*path)
		return directive_refuse(c, value, "no program after the prefixes");
	if (*path != '/' && strchr(path, '/'))
		return directive_fail(c, value, "the program's path must be absolute");
	if (text_ends_with(path, "/"))
		return directive_fail(c, value, "the program's path is a folder");
	if (!path_is_normal(path))
		return directive_fail(c, value, "the program's path goes through '..'");
	return 0;
}

static int take_arguments(struct directive_context *c, const char **cursor, char ***argv)
{
	char *word;
	int r;

	for (;;) {
		if (word_is_separator(*cursor)) {
			*cursor += strspn(*cursor, " \t") + 1;
			return 0;
		}
		/* An escaped `;` of its own is one argument. */
		const char *at = *cursor + strspn(*cursor, " \t");
		if (at[0] == '\\' && at[1] == ';' && (!at[2] || strchr(" \t", at[2]))) {
			*cursor = at + 2;
			r = strv_push(argv, strdup(";"));
			if (r < 0)
				return r;
			continue;
		}
		r = word_next(cursor, &word, WORD_FLAGS);
		if (r <= 0)
			return r < 0 ? directive_fail(c, *cursor, "unbalanced quotes") : 0;
		_cleanup_(freep) char *owned = word;
		char *expanded;
		if (specifier_expand(word, c->specifiers, &expanded) < 0)
			return directive_fail(
				c, word, "unknown specifier; a percent sign is written %%%%");
		r = strv_push(argv, expanded);
		if (r < 0)
			return r;
		if (strv_length(*argv) > LIMIT_COMMAND_WORDS)
			return directive_fail(c, word, "more than %d words", LIMIT_COMMAND_WORDS);
	}
}

static int add_command(struct commands *list, struct command *command)
{
	struct command *grown = reallocarray(list->list, list->count + 1, sizeof(*grown));

	if (!grown) {
		command_done(command);
		return -ENOMEM;
	}
	list->list = grown;
	list->list[list->count++] = *command;
	return 0;
}

/* Repeated slashes and dots in the path go, as systemd simplifies it. */
static char *simplify(const char *path)
{
	char *simple = malloc(strlen(path) + 1), *out = simple;

	for (const char *s = path; simple && *s; s++) {
		if (s[0] == '/' && s[1] == '/')
			continue;
		if (s[0] == '/' && s[1] == '.' && (s[2] == '/' || !s[2])) {
			s++;
			continue;
		}
		*out++ = *s;
	}
	if (simple)
		*out = 0;
	return simple;
}

/* One command from *cursor on. */
static int take_command(struct directive_context *c, const char **cursor, struct commands *list)
{
	struct command command = {.line = c->line};
	const char *value = *cursor;
	bool has_argv0 = false;
	char *word;
	int r = word_next(cursor, &word, WORD_FLAGS);

	if (r <= 0)
		return r < 0 ? directive_fail(c, value, "unbalanced quotes") : 0;
	_cleanup_(freep) char *owned = word, *path = NULL;
	const char *program = take_prefixes(word, &command.flags, &has_argv0);

	if (specifier_expand(program, c->specifiers, &path) < 0)
		return directive_fail(
			c, value, "unknown specifier; a percent sign is written %%%%");
	r = check_program(c, value, path);
	if (r < 0)
		return r;
	command.path = simplify(path);
	if (!has_argv0)
		r = strv_push(&command.argv, strdup(path));
	if (r >= 0)
		r = take_arguments(c, cursor, &command.argv);
	if (r >= 0 && (!command.argv || !command.path))
		r = directive_fail(c, value, "no argv[0] after @");
	if (r < 0) {
		command_done(&command);
		return r;
	}
	return add_command(list, &command);
}

static int parse_commands(struct directive_context *c, const char *text, void *field)
{
	struct commands *list = field;

	if (!*text) {
		commands_done(list);
		return 0;
	}
	while (*text) {
		int r = take_command(c, &text, list);
		if (r < 0)
			return r;
		text += strspn(text, " \t");
		while (word_is_separator(text))
			text += strspn(text, " \t") + 1;
		text += strspn(text, " \t");
	}
	return 0;
}

const struct value_type type_commands = {"command lines", parse_commands, NULL, commands_done};
