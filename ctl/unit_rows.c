/* SPDX-License-Identifier: MIT */
#include "ctl/unit_rows.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"

#define HEAD "{\"parameters\":{\"units\":["

/* What is yet to be read. */
struct cursor {
	char *at;
};

static bool take(struct cursor *c, char wanted)
{
	if (*c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* \uXXXX as UTF-8, at most three bytes in the place of six; half of a pair is a question mark. */
static bool put_code(struct cursor *c, char **to)
{
	char digits[5] = {0};

	memcpy(digits, c->at, strnlen(c->at, 4));
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return false;
	unsigned long code = strtoul(digits, NULL, 16);
	c->at += 4;
	if (code < 0x80) {
		*(*to)++ = (char)code;
	} else if (code < 0x800) {
		*(*to)++ = (char)(0xc0 | code >> 6);
		*(*to)++ = (char)(0x80 | (code & 0x3f));
	} else if (code >= 0xd800 && code < 0xe000) {
		*(*to)++ = '?';
	} else {
		*(*to)++ = (char)(0xe0 | code >> 12);
		*(*to)++ = (char)(0x80 | (code >> 6 & 0x3f));
		*(*to)++ = (char)(0x80 | (code & 0x3f));
	}
	return true;
}

static bool put_escaped(struct cursor *c, char **to)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	char name = *c->at++;
	const char *known = name ? strchr(names, name) : NULL;

	if (name == 'u')
		return put_code(c, to);
	if (!known)
		return false;
	*(*to)++ = bytes[known - names];
	return true;
}

/* The string at the cursor, in its own place; NULL: there is none. */
static char *read_string(struct cursor *c)
{
	if (!take(c, '"'))
		return NULL;
	char *begin = c->at;
	c->at += strcspn(c->at, "\"\\");
	for (char *to = c->at; *c->at;) {
		if (take(c, '"')) {
			*to = 0;
			return begin;
		}
		if (!take(c, '\\'))
			*to++ = *c->at++;
		else if (!put_escaped(c, &to))
			return NULL;
	}
	return NULL;
}

static bool take_null(struct cursor *c)
{
	bool is_there = strncmp(c->at, "null", 4) == 0;

	c->at += is_there ? 4 : 0;
	return is_there;
}

static void set(struct unit_row *row, const char *key, const char *value)
{
	const struct {
		const char *key, **field;
	} fields[] = {{"unit", &row->unit}, {"load", &row->load}, {"active", &row->active},
		{"sub", &row->sub}, {"description", &row->description}, {"job", &row->job}};

	for (size_t i = 0; i < ELEMENTS(fields); i++)
		if (strcmp(key, fields[i].key) == 0)
			*fields[i].field = value;
}

static bool read_row(struct cursor *c, struct unit_row *row)
{
	*row = (struct unit_row){"", "", "", "", "", ""};
	if (!take(c, '{'))
		return false;
	do {
		const char *key = read_string(c);
		if (!key || !take(c, ':'))
			return false;
		const char *value = take_null(c) ? "" : read_string(c);
		if (!value)
			return false;
		set(row, key, value);
	} while (take(c, ','));
	return take(c, '}');
}

int unit_rows_read(char *text, struct unit_row **ret, size_t *ret_count)
{
	_cleanup_(freep) struct unit_row *rows = NULL;
	size_t count = 0, room = 0;

	if (!text_after_prefix(text, HEAD))
		return -EBADMSG;
	struct cursor c = {text + strlen(HEAD)};
	for (bool more = *c.at != ']'; more; more = take(&c, ',')) {
		if (count == room) {
			room = room ? 2 * room : 256;
			struct unit_row *grown = reallocarray(rows, room, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			rows = grown;
		}
		if (!read_row(&c, &rows[count++]))
			return -EBADMSG;
	}
	if (!take(&c, ']'))
		return -EBADMSG;
	*ret = TAKE_PTR(rows);
	*ret_count = count;
	return 0;
}
