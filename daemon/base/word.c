/* SPDX-License-Identifier: MIT */
#include "daemon/base/word.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\n\r"

static int hex_digits(const char *s, int count, uint32_t *ret)
{
	uint32_t value = 0;

	for (int i = 0; i < count; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return -EINVAL;
		int digit = isdigit((unsigned char)s[i]) ? s[i] - '0'
							 : tolower((unsigned char)s[i]) - 'a' + 10;
		value = value << 4 | (uint32_t)digit;
	}
	*ret = value;
	return 0;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* \xNN \uNNNN \UNNNNNNNN: how many digits; 0: none of them. */
static int hex_length(char kind)
{
	return kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
}

/* After the backslash at s[-1]: writes what it stands for; how many bytes of `s` were used, or
 * -EINVAL. */
static int unescape(const char *s, char **out)
{
	static const char letters[] = "abfnrtv\\\"'s";
	static const char meanings[] = "\a\b\f\n\r\t\v\\\"' ";
	const char *found = *s ? strchr(letters, *s) : NULL;
	uint32_t value = 0;
	int length = hex_length(*s);

	if (found) {
		*(*out)++ = meanings[found - letters];
		return 1;
	}
	if (length) {
		if (hex_digits(s + 1, length, &value) < 0 || !value || value > 0x10ffff)
			return -EINVAL;
		if (*s == 'x')
			*(*out)++ = (char)value;
		else
			*out = put_utf8(*out, value);
		return 1 + length;
	}
	for (int i = 0; i < 3; i++) {
		if (s[i] < '0' || s[i] > '7')
			return -EINVAL;
		value = value << 3 | (uint32_t)(s[i] - '0');
	}
	if (!value || value > 255)
		return -EINVAL;
	*(*out)++ = (char)value;
	return 3;
}

/* A backslash at *s. Returns the bytes used, or -EINVAL. */
static int take_backslash(const char *s, char **out, unsigned flags)
{
	if (!(flags & WORD_CUNESCAPE)) {
		/* Without C escapes the next character is taken as it is. */
		if (!s[1])
			return flags & WORD_RELAX ? (*(*out)++ = '\\', 1) : -EINVAL;
		*(*out)++ = s[1];
		return 2;
	}
	int n = unescape(s + 1, out);
	if (n >= 0)
		return n + 1;
	if (!(flags & (WORD_RELAX | WORD_UNKNOWN_STAYS)))
		return -EINVAL;
	*(*out)++ = '\\';
	if (!s[1])
		return 1;
	*(*out)++ = s[1];
	return 2;
}

int word_next(const char **cursor, char **ret, unsigned flags)
{
	const char *s = *cursor + strspn(*cursor, BLANKS);
	char quote = 0;

	if (!*s) {
		*cursor = s;
		return 0;
	}
	/* No escape is longer than what it stands for. */
	char *word = malloc(strlen(s) + 1), *out = word;
	if (!word)
		return -ENOMEM;
	for (; *s && (quote || !strchr(BLANKS, *s));) {
		if (quote && *s == quote) {
			quote = 0;
			s++;
		} else if (!quote && (flags & WORD_UNQUOTE) && (*s == '\'' || *s == '"')) {
			quote = *s++;
		} else if (*s == '\\' && flags & (WORD_UNQUOTE | WORD_CUNESCAPE)) {
			int n = take_backslash(s, &out, flags);
			if (n < 0) {
				free(word);
				return n;
			}
			s += n;
		} else {
			*out++ = *s++;
		}
	}
	if (quote && !(flags & WORD_RELAX)) {
		free(word);
		return -EINVAL;
	}
	*out = 0;
	*cursor = s + strspn(s, BLANKS);
	*ret = word;
	return 1;
}

int word_unescape(const char *text, char **ret)
{
	char *plain = malloc(strlen(text) + 1), *out = plain;

	if (!plain)
		return -ENOMEM;
	while (*text) {
		if (*text != '\\') {
			*out++ = *text++;
			continue;
		}
		int n = unescape(text + 1, &out);
		if (n < 0) {
			free(plain);
			return n;
		}
		text += 1 + n;
	}
	*out = 0;
	*ret = plain;
	return 0;
}

bool word_is_separator(const char *cursor)
{
	cursor += strspn(cursor, BLANKS);
	return cursor[0] == ';' && (!cursor[1] || strchr(BLANKS, cursor[1]));
}
