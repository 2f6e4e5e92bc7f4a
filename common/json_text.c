/* SPDX-License-Identifier: MIT */
#include "common/json_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(struct json_text *t, const char *bytes, size_t length)
{
	if (t->failed)
		return;
	if (t->used + length > t->room) {
		size_t room = 2 * t->room + length + 256;
		char *grown = realloc(t->data, room);
		if (!grown) {
			t->failed = true;
			return;
		}
		t->data = grown;
		t->room = room;
	}
	memcpy(t->data + t->used, bytes, length);
	t->used += length;
}

void json_text_raw(struct json_text *t, const char *text)
{
	append(t, text, strlen(text));
}

static int append_dumped(const char *bytes, size_t length, void *data)
{
	append(data, bytes, length);
	return 0;
}

void json_text_value(struct json_text *t, const json_t *value)
{
	if (json_dump_callback(value, append_dumped, t, JSON_COMPACT | JSON_ENCODE_ANY) < 0)
		t->failed = true;
}

void json_text_end(struct json_text *t)
{
	append(t, "", 1);
}

/* The length of the UTF-8 sequence at the beginning of `s`; 0: it is none. */
static size_t sequence_length(const unsigned char *s)
{
	size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		(s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* What is not plain; how many bytes of the text it is. */
static size_t append_odd(struct json_text *t, const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 0 : sequence_length((const unsigned char *)s);
	char escape[8];

	if (n) {
		append(t, s, n);
		return n;
	}
	if (c >= 0x80)
		json_text_raw(t, "\\ufffd");
	else {
		snprintf(escape, sizeof(escape), c < 0x20 ? "\\u%04x" : "\\%c", c);
		json_text_raw(t, escape);
	}
	return 1;
}

void json_text_string(struct json_text *t, const char *text)
{
	append(t, "\"", 1);
	while (*text) {
		size_t n = 0;

		while (is_plain((unsigned char)text[n]))
			n++;
		append(t, text, n);
		text += n;
		if (*text)
			text += append_odd(t, text);
	}
	append(t, "\"", 1);
}
