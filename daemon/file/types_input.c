/* SPDX-License-Identifier: MIT */
/* StandardInputText= and StandardInputData=: bytes for a service to read, written in its file. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

static void done_input(void *field)
{
	struct input_data *data = field;

	free(data->bytes);
	*data = (struct input_data){0};
}

static int append(struct directive_context *c, struct input_data *data, const void *bytes, size_t n)
{
	if (data->size + n > LIMIT_INPUT_DATA)
		return directive_refuse(c, "...", "more than %d bytes of input", LIMIT_INPUT_DATA);
	char *grown = realloc(data->bytes, data->size + n + 1);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + data->size, bytes, n);
	data->bytes = grown;
	data->size += n;
	return 0;
}

/* A line, with C's escapes and specifiers. */
static int parse_input_text(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *plain = NULL, *expanded = NULL;

	if (!*text) {
		done_input(field);
		return 0;
	}
	int r = word_unescape(text, &plain);
	if (r < 0)
		return r == -EINVAL ? directive_refuse(c, text, "no escape of C") : r;
	r = directive_expand(c, plain, &expanded);
	if (r < 0)
		return r;
	size_t n = strlen(expanded);
	expanded[n] = '\n'; /* in place of the NUL: bytes are counted */
	return append(c, field, expanded, n + 1);
}

static int value_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	return at && c ? (int)(at - digits) : -1;
}

/* RFC 4648, section 4; blanks may stand anywhere. The number of bytes put into `to`, or -EINVAL. */
static ssize_t decode_base64(const char *text, unsigned char *to)
{
	unsigned bits = 0, have = 0, padding = 0;
	size_t digits = 0, n = 0;

	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		int value = value_of(*text);

		digits++;
		if (*text == '=') {
			padding++;
			continue;
		}
		if (value < 0 || padding)
			return -EINVAL;
		bits = bits << 6 | (unsigned)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (unsigned char)(bits >> have);
		}
	}
	return digits % 4 || padding > 2 ? -EINVAL : (ssize_t)n;
}

static int parse_input_base64(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *bytes = NULL;

	if (!*text) {
		done_input(field);
		return 0;
	}
	bytes = malloc(strlen(text));
	if (!bytes)
		return -ENOMEM;
	ssize_t n = decode_base64(text, (unsigned char *)bytes);
	return n < 0 ? directive_refuse(c, text, "not base64") : append(c, field, bytes, (size_t)n);
}

const struct value_type type_input_text = {"text", parse_input_text, NULL, done_input};
const struct value_type type_input_base64 = {"base64", parse_input_base64, NULL, done_input};
