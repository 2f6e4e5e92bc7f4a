/* SPDX-License-Identifier: MIT */
#include "daemon/file/environment_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

static bool is_name(const char *text, size_t length)
{
	if (!length || isdigit((unsigned char)*text))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return false;
	return true;
}

bool environment_is_valid_name(const char *text)
{
	return is_name(text, strlen(text));
}

bool environment_is_valid_assignment(const char *text)
{
	const char *equals = strchr(text, '=');

	return equals && is_name(text, (size_t)(equals - text));
}

int environment_set(char ***list, const char *assignment)
{
	size_t n = strcspn(assignment, "=") + 1;
	char *copy = strdup(assignment);

	for (char **e = *list; copy && e && *e; e++)
		if (strncmp(*e, assignment, n) == 0) {
			free(*e);
			*e = copy;
			return 0;
		}
	return strv_push(list, copy);
}

void environment_unset(char **list, const char *name)
{
	size_t n = strlen(name);
	char **out = list;

	for (char **e = list; e && *e; e++) {
		bool same = strncmp(*e, name, n) == 0 &&
			    ((*e)[n] == '=' || (strchr(name, '=') && !(*e)[n]));
		if (same)
			free(*e);
		else
			*out++ = *e;
	}
	if (out)
		*out = NULL;
}

const char *environment_get(char *const *list, const char *name, size_t name_length)
{
	for (; list && *list; list++)
		if (strncmp(*list, name, name_length) == 0 && (*list)[name_length] == '=')
			return *list + name_length + 1;
	return NULL;
}

/* The state of reading one value. */
struct scan {
	const char *s, *end;
	char *out;  /* grows inside `value`, which is as long as the text */
	char *kept; /* the end of what is no trailing blank */
};

static bool at_end(const struct scan *c)
{
	return c->s >= c->end || *c->s == '\n' || *c->s == '\r';
}

static void put(struct scan *c, char byte, bool is_kept)
{
	*c->out++ = byte;
	if (is_kept)
		c->kept = c->out;
}

/* After a backslash: a newline goes away; inside double quotes only \ " ` $ lose it. */
static void take_escape(struct scan *c, bool in_double)
{
	if (c->s >= c->end)
		return;
	if (*c->s == '\r' && c->s + 1 < c->end && c->s[1] == '\n')
		c->s++;
	char byte = *c->s++;
	if (byte == '\n')
		return;
	if (in_double && !strchr("\"\\`$", byte))
		put(c, '\\', true);
	put(c, byte, true);
}

static void take_quoted(struct scan *c, char quote)
{
	while (c->s < c->end && *c->s != quote) {
		char byte = *c->s++;
		if (byte == '\\' && quote == '"')
			take_escape(c, true);
		else
			put(c, byte, true);
	}
	c->s += c->s < c->end;
	c->kept = c->out;
}

/* One value up to its end of line; the caller frees. */
static char *take_value(struct scan *c)
{
	char *value = malloc((size_t)(c->end - c->s) + 1);

	if (!value)
		return NULL;
	c->out = c->kept = value;
	while (c->s < c->end && (*c->s == ' ' || *c->s == '\t'))
		c->s++;
	while (!at_end(c)) {
		char byte = *c->s++;
		/* A quote counts only where the value, or a part of it after a quote, begins. */
		if ((byte == '"' || byte == '\'') &&
			(c->out == value || c->s[-2] == '"' || c->s[-2] == '\''))
			take_quoted(c, byte);
		else if (byte == '\\')
			take_escape(c, false);
		else
			put(c, byte, byte != ' ' && byte != '\t');
	}
	*c->kept = 0;
	return value;
}

/* A comment goes on where its line ends with a backslash. */
static void skip_line(struct scan *c)
{
	while (c->s < c->end && *c->s != '\n')
		c->s += *c->s == '\\' && c->s + 1 < c->end ? 2 : 1;
	if (c->s > c->end)
		c->s = c->end;
}

int environment_parse_file(const char *text, size_t length, char ***ret)
{
	_cleanup_(strv_freep) char **list = NULL;
	struct scan c = {.s = text, .end = text + length};

	while (c.s < c.end) {
		while (c.s < c.end && strchr(" \t\r\n", *c.s) && *c.s)
			c.s++;
		const char *key = c.s;
		while (c.s < c.end && *c.s != '=' && *c.s != '\n')
			c.s++;
		if (c.s >= c.end || *c.s != '=' || *key == '#' || *key == ';') {
			c.s = key;
			skip_line(&c);
			c.s += c.s < c.end;
			continue;
		}
		size_t key_length = (size_t)(c.s++ - key);
		while (key_length && strchr(" \t", key[key_length - 1]))
			key_length--;
		_cleanup_(freep) char *value = take_value(&c);
		_cleanup_(freep) char *assignment = NULL;
		if (!value || asprintf(&assignment, "%.*s=%s", (int)key_length, key, value) < 0)
			return -ENOMEM;
		int r = is_name(key, key_length) ? environment_set(&list, assignment) : 0;
		if (r < 0)
			return r;
	}
	*ret = TAKE_PTR(list);
	return 0;
}
