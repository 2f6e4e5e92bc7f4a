/* SPDX-License-Identifier: MIT */
/* ExecStart= and kin: prefixes, words, `;` between commands (systemd.service(5), "Command lines").
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
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

void commands_done(struct commands *all)
{
	for (size_t i = 0; i < all->count; i++)
		command_done(&all->list[i]);
	free(all->list);
	*all = (struct commands){0};
}

/* Prefixes may stand in any order, but only one of + ! !!. *ret_argv0: whether `@` was among them.
 */
static const char *take_prefixes(const char *word, struct command *command, bool *ret_argv0)
{
	uint8_t *flags = &command->flags;
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
			*flags ^= COMMAND_NO_SETUID | COMMAND_AMBIENT_MAGIC;
		} else {
			return word;
		}
	}
}

/* What is wrong fails the unit, unless `-` says that the command may fail. */
static _printf_(4, 5) int refuse(struct directive_context *c, const struct command *command,
	const char *value, const char *fmt, ...)
{
	_cleanup_(freep) char *why = NULL;
	va_list args;

	va_start(args, fmt);
	int n = vasprintf(&why, fmt, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	return command->flags & COMMAND_IGNORE_FAILURE ? directive_refuse(c, value, "%s", why)
						       : directive_fail(c, value, "%s", why);
}

static bool is_safe(const char *path)
{
	for (const char *s = path; *s; s++)
		if ((unsigned char)*s < ' ' || strchr("\"'\\\x7f", *s))
			return false;
	return true;
}

/* The program's name, after prefixes: absolute, or bare to be looked up. NULL: nothing wrong. */
static const char *what_is_wrong(const char *path)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;

	if (!*path)
		return "no program after the prefixes";
	if (!is_safe(path))
		return "the program's path holds a quote, a backslash or a control byte";
	if (!*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		return "the program's path is a folder";
	if (*path != '/' && slash)
		return "the program's path must be absolute";
	return strlen(last) > NAME_MAX ? "the program's name is too long" : NULL;
}

static int take_arguments(struct directive_context *c, const char **cursor, struct command *command)
{
	char *word;
	int r;

	for (;;) {
		if (word_is_separator(*cursor)) {
			*cursor += strspn(*cursor, " \t") + 1;
			return 1;
		}
		/* An escaped `;` of its own is one argument. */
		const char *at = *cursor + strspn(*cursor, " \t");
		if (at[0] == '\\' && at[1] == ';' && (!at[2] || strchr(" \t", at[2]))) {
			*cursor = at + 2;
			r = strv_push(&command->argv, strdup(";"));
			if (r < 0)
				return r;
			continue;
		}
		r = word_next(cursor, &word, WORD_FLAGS);
		if (r <= 0)
			return r < 0 ? refuse(c, command, *cursor, "unbalanced quotes") : 0;
		_cleanup_(freep) char *owned = word;
		char *expanded;
		if (specifier_expand(word, c->specifiers, &expanded) < 0)
			return refuse(c, command, word,
				"unknown specifier; a percent sign is written %%%%");
		r = strv_push(&command->argv, expanded);
		if (r < 0)
			return r;
		if (strv_length(command->argv) > LIMIT_COMMAND_WORDS)
			return directive_fail(c, word, "more than %d words", LIMIT_COMMAND_WORDS);
	}
}

/* Behind those of its list. */
static int add_command(struct commands *all, struct command *command)
{
	struct command *grown = reallocarray(all->list, all->count + 1, sizeof(*grown));
	size_t at = all->count;

	if (!grown) {
		command_done(command);
		return -ENOMEM;
	}
	for (; at && grown[at - 1].list > command->list; at--)
		grown[at] = grown[at - 1];
	grown[at] = *command;
	all->list = grown;
	all->count++;
	return 0;
}

static void drop_commands(struct commands *all, enum command_list list)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].list == list)
			command_done(&all->list[i]);
		else
			all->list[kept++] = all->list[i];
	all->count = kept;
}

static int fill_command(struct directive_context *c, const char *value, const char *program,
	bool has_argv0, const char **cursor, struct command *command)
{
	_cleanup_(freep) char *path = NULL;
	int r = 0;

	if (specifier_expand(program, c->specifiers, &path) < 0)
		return refuse(
			c, command, value, "unknown specifier; a percent sign is written %%%%");
	const char *wrong = what_is_wrong(path);
	if (wrong)
		return refuse(c, command, value, "%s", wrong);
	if (!has_argv0)
		r = strv_push(&command->argv, strdup(path));
	if (*path == '/')
		path_simplify(path);
	command->path = TAKE_PTR(path);
	if (r >= 0)
		r = take_arguments(c, cursor, command);
	return r >= 0 && !command->argv ? refuse(c, command, value, "no argv[0] after @") : r;
}

/* One command from *cursor on. 1: a `;` followed it; 0: it was the last. */
static int take_command(struct directive_context *c, const char **cursor, struct commands *all)
{
	struct command command = {.list = (uint8_t)c->directive->argument, .line = c->line};
	const char *value = *cursor;
	bool has_argv0 = false;
	char *word;
	int r = word_next(cursor, &word, WORD_FLAGS);

	if (r <= 0)
		return r < 0 ? directive_refuse(c, value, "unbalanced quotes") : 0;
	_cleanup_(freep) char *owned = word;
	if (strcmp(word, ";") == 0) /* a separator with nothing before it */
		return 1;
	const char *program = take_prefixes(word, &command, &has_argv0);

	r = fill_command(c, value, program, has_argv0, cursor, &command);
	if (r < 0) {
		command_done(&command);
		return r;
	}
	int added = add_command(all, &command);
	return added < 0 ? added : r;
}

static int parse_commands(struct directive_context *c, const char *text, void *field)
{
	int r;

	if (!*text) {
		drop_commands(field, (enum command_list)c->directive->argument);
		return 0;
	}
	do
		r = take_command(c, &text, field);
	while (r > 0);
	return r;
}

const struct value_type type_commands = {"command lines", parse_commands, NULL, NULL};
