/* SPDX-License-Identifier: MIT */
#include "common/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char **strv_free(char **l)
{
	for (char **s = l; s && *s; s++)
		free(*s);
	free(l);
	return NULL;
}

size_t strv_length(char *const *l)
{
	size_t n = 0;

	while (l && l[n])
		n++;
	return n;
}

bool strv_contains(char *const *l, const char *text)
{
	for (; l && *l; l++)
		if (strcmp(*l, text) == 0)
			return true;
	return false;
}

int strv_push(char ***l, char *owned)
{
	size_t n = strv_length(*l);

	if (!owned)
		return -ENOMEM;
	/* Room doubles at each power of two: with the final NULL that is n + 1 slots. */
	if (!(n & (n + 1)) || !*l) {
		char **grown = reallocarray(*l, 2 * (n + 1), sizeof(*grown));
		if (!grown) {
			free(owned);
			return -ENOMEM;
		}
		*l = grown;
	}
	(*l)[n] = owned;
	(*l)[n + 1] = NULL;
	return 0;
}

int strv_extend(char ***l, char *const *more)
{
	for (; more && *more; more++) {
		int r = strv_push(l, strdup(*more));
		if (r < 0)
			return r;
	}
	return 0;
}

int strv_copy(char *const *l, char ***ret)
{
	_cleanup_(strv_freep) char **copy = NULL;
	int r = strv_extend(&copy, l);

	if (r >= 0)
		*ret = TAKE_PTR(copy);
	return r;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strv_sort(char **l)
{
	if (l)
		qsort(l, strv_length(l), sizeof(*l), by_text);
}

char *strv_join(char *const *l, const char *separator)
{
	size_t length = 1;

	for (char *const *s = l; s && *s; s++)
		length += strlen(*s) + strlen(separator);
	char *joined = malloc(length), *end = joined;
	if (!joined)
		return NULL;
	*end = 0;
	for (char *const *s = l; s && *s; s++)
		end = stpcpy(s == l ? end : stpcpy(end, separator), *s);
	return joined;
}

const char *text_after_prefix(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

bool text_ends_with(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && strcmp(text + n - m, suffix) == 0;
}

char *text_strip(char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	n = strlen(text);
	while (n && strchr(" \t\r\n", text[n - 1]))
		text[--n] = 0;
	return text;
}

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
size_t text_utf8_length(const char *text, size_t length)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;

	if (!length)
		return 0;
	size_t n = s[0] < 0x80	     ? 1
		   : s[0] >> 5 == 6  ? 2
		   : s[0] >> 4 == 14 ? 3
		   : s[0] >> 3 == 30 ? 4
				     : 0;
	if (n < 2 || n > length)
		return n == 1 ? 1 : 0;
	unsigned value = s[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		value = value << 6 | (s[i] & 0x3f);
	}
	if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	return n;
}

char *text_escape(const char *text, size_t length)
{
	char *escaped = malloc(4 * length + 1), *out = escaped;

	if (!escaped)
		return NULL;
	while (length) {
		size_t n = text_utf8_length(text, length);
		bool shown = n > 1 || (n == 1 && (isprint((unsigned char)*text) || *text == '\t'));

		if (shown)
			out = mempcpy(out, text, n);
		else
			out += sprintf(out, "\\x%02x", (unsigned char)*text);
		n = shown ? n : 1;
		text += n;
		length -= n;
	}
	*out = 0;
	return escaped;
}

#define DISTANCE_MAX 64

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned text_distance(const char *a, const char *b, unsigned limit)
{
	unsigned rows[3][DISTANCE_MAX + 1]; /* of as many letters of `a`: i, i - 1, i - 2 */
	size_t n = strlen(a), m = strlen(b);

	if (n > DISTANCE_MAX || m > DISTANCE_MAX || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = least(above[j - 1] + !is_same(a[i - 1], b[j - 1]),
				least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) &&
				is_same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

int text_replace(char **field, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

char *text_absolute_path(const char *path)
{
	_cleanup_(freep) char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	char *absolute;

	if (*path == '/')
		return strdup(path);
	return !here || asprintf(&absolute, "%s/%s", here, path) < 0 ? NULL : absolute;
}

void path_simplify(char *path)
{
	bool absolute = *path == '/';
	char *to = path;

	for (const char *s = path; *s;) {
		size_t n = strcspn(s, "/");
		if (n && !(n == 1 && *s == '.')) {
			if (to != path || absolute)
				*to++ = '/';
			memmove(to, s, n);
			to += n;
		}
		s += n;
		s += *s == '/';
	}
	if (to == path && *path)
		*to++ = absolute ? '/' : '.';
	*to = 0;
}

bool path_is_normal(const char *path)
{
	for (const char *s = path; *s;) {
		size_t n = strcspn(s, "/");
		if (n == 2 && s[0] == '.' && s[1] == '.')
			return false;
		s += n;
		s += *s == '/';
	}
	return true;
}

uint64_t text_hash(const char *text)
{
	uint64_t hash = 14695981039346656037ULL;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
	return hash;
}
