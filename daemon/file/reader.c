/* SPDX-License-Identifier: MIT */
#include "daemon/file/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/limits.h"

/*
 * What inih is fed, a line at a time: `[section]`, `key=`, and the value as further values of the
 * same key. Each such piece begins with a blank (a further value, for inih) and a `|`, so that inih
 * neither strips blanks at the cut nor sees a comment at its start; ` ;` inside is kept by writing
 * `;` as the byte ESCAPE, which no text line may hold.
 */
#define PIECE_BYTES 120
#define ESCAPE '\x01'

struct reader {
	const char *cursor, *end;
	const char *file;
	struct diags *diags;
	reader_fn *fn;
	void *data;
	int result;

	unsigned line;	       /* of the physical line that comes next */
	unsigned logical_line; /* where the logical line began */
	char *logical;	       /* the logical line, blanks stripped */
	size_t length, room;
	const char *pending; /* the part of the value not yet fed; NULL: none */
	unsigned keys;

	char *section;
	char *key;   /* of the assignment that is being put together; NULL: none */
	char *value; /* ... and its value so far */
	size_t value_length;
	unsigned value_line;
};

static void complain(struct reader *r, unsigned line, const char *text)
{
	diag_add(r->diags, DIAG_WARNING, r->file, line, "%s", text);
}

/* Takes one physical line, without its end. False at the end of the text. */
static bool next_physical(struct reader *r, const char **ret, size_t *ret_length)
{
	if (r->cursor >= r->end)
		return false;
	const char *newline = memchr(r->cursor, '\n', (size_t)(r->end - r->cursor));
	const char *stop = newline ? newline : r->end;

	*ret = r->cursor;
	*ret_length = (size_t)(stop - r->cursor);
	if (*ret_length && stop[-1] == '\r')
		--*ret_length;
	r->cursor = newline ? newline + 1 : r->end;
	r->line++;
	return true;
}

static int append(struct reader *r, const char *text, size_t length)
{
	if (r->length + length + 2 > r->room) {
		size_t room = 2 * (r->length + length + 2);
		char *logical = realloc(r->logical, room);
		if (!logical)
			return -ENOMEM;
		r->logical = logical;
		r->room = room;
	}
	memcpy(r->logical + r->length, text, length);
	r->length += length;
	r->logical[r->length] = 0;
	return 0;
}

static bool is_comment(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && (text[i] == ' ' || text[i] == '\t'))
		i++;
	return i < length && (text[i] == '#' || text[i] == ';');
}

/* A backslash that is not escaped by one before it. */
static bool ends_in_backslash(const char *text, size_t length)
{
	size_t n = 0;

	while (n < length && text[length - 1 - n] == '\\')
		n++;
	return n % 2;
}

/*
 * Joins physical lines into r->logical: a backslash at the very end is one blank, comments inside a
 * continuation are skipped, an empty line ends it. 1, 0 at the end of the text, -E2BIG for a line
 * over the limit, -EILSEQ with a NUL.
 */
static int next_logical(struct reader *r)
{
	bool continues = false, too_long = false, bad = false;
	const char *text;
	size_t length;

	r->length = 0;
	while (next_physical(r, &text, &length)) {
		if (is_comment(text, length))
			continue;
		if (!continues)
			r->logical_line = r->line;
		bool goes_on = ends_in_backslash(text, length);
		bad |= memchr(text, 0, length) || memchr(text, ESCAPE, length);
		too_long |= r->length + length > LIMIT_UNIT_LINE_BYTES;
		if (!too_long && append(r, text, goes_on ? length - 1 : length) < 0)
			return -ENOMEM;
		if (!too_long && goes_on && append(r, " ", 1) < 0)
			return -ENOMEM;
		if (!goes_on)
			return too_long ? -E2BIG : bad ? -EILSEQ : 1;
		continues = true;
	}
	if (!continues)
		return 0;
	return too_long ? -E2BIG : bad ? -EILSEQ : 1;
}

static char *strip(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		text[--n] = 0;
	return text;
}

/* A section without an assignment is one too: inih does not tell of it. */
static void announce_section(struct reader *r, const char *line, size_t n)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)n - 2, line + 1);
	const struct assignment a = {.section = name, .line = r->logical_line};
	int result = r->fn(&a, r->data);
	if (result < 0)
		r->result = result;
}

/* inih's line with `[section]`; what it would misread is checked here. */
static bool feed_section(struct reader *r, char *line, char *out, int size)
{
	size_t n = strlen(line);

	if (n < 2 || line[n - 1] != ']') {
		complain(r, r->logical_line,
			"invalid section header, ignored; a header is written [Section]");
		return false;
	}
	if (n >= (size_t)size - 2 || n > 48 || strchr(line, ';')) {
		complain(r, r->logical_line, "section name too long, ignored");
		/* what follows must not fall to the section before */
		snprintf(out, (size_t)size, "[?]\n");
		return true;
	}
	announce_section(r, line, n);
	snprintf(out, (size_t)size, "%s\n", line);
	return true;
}

static bool feed_key(struct reader *r, char *line, char *out, int size)
{
	char *equals = strchr(line, '=');

	if (!equals) {
		complain(r, r->logical_line, "missing '=', ignored");
		return false;
	}
	*equals = 0;
	char *key = strip(line);
	if (!*key) {
		complain(r, r->logical_line, "no key before '=', ignored");
		return false;
	}
	if (strlen(key) > 48 || strchr(key, ':') || strchr(key, ';')) {
		diag_add(r->diags, DIAG_WARNING, r->file, r->logical_line,
			"unknown key '%.40s', ignored", key);
		return false;
	}
	if (++r->keys > LIMIT_UNIT_KEYS) {
		if (r->keys == LIMIT_UNIT_KEYS + 1)
			complain(r, r->logical_line,
				"too many keys in this file; this one and all after it are "
				"ignored");
		return false;
	}
	r->pending = strip(equals + 1);
	r->value_line = r->logical_line;
	snprintf(out, (size_t)size, "%s=|\n", key);
	return true;
}

/* The next piece of the value: never a blank or an escape lost at the cut. */
static void feed_piece(struct reader *r, char *out)
{
	size_t n = strnlen(r->pending, PIECE_BYTES);

	*out++ = ' ';
	*out++ = '|';
	for (size_t i = 0; i < n; i++)
		*out++ = r->pending[i] == ';' ? ESCAPE : r->pending[i];
	*out++ = '|';
	*out++ = '\n';
	*out = 0;
	r->pending += n;
	if (!*r->pending)
		r->pending = NULL;
}

/* inih asks for its next line. */
static char *feed(char *out, int size, void *stream)
{
	struct reader *r = stream;

	if (r->result < 0)
		return NULL;
	if (r->pending && *r->pending) {
		feed_piece(r, out);
		return out;
	}
	r->pending = NULL;
	for (;;) {
		int n = next_logical(r);
		if (n == 0)
			return NULL;
		if (n == -ENOMEM) {
			r->result = n;
			return NULL;
		}
		if (n < 0) {
			complain(r, r->logical_line,
				n == -E2BIG ? "line too long, ignored"
					    : "a NUL or control byte in this line, ignored");
			continue;
		}
		char *line = strip(r->logical);
		if (!*line)
			continue;
		if (*line == '[' ? feed_section(r, line, out, size) : feed_key(r, line, out, size))
			return out;
	}
}

/* The assignment is whole: hands it on. */
static void deliver(struct reader *r)
{
	if (!r->key || !r->section)
		return;

	char *key = TAKE_PTR(r->key), *value = TAKE_PTR(r->value);
	const struct assignment a = {.section = r->section,
		.key = key,
		.value = value ? value : "",
		.line = r->value_line};

	if (!*r->section)
		complain(r, a.line, "assignment outside of a section, ignored");
	else if (r->result >= 0) {
		int n = r->fn(&a, r->data);
		if (n < 0)
			r->result = n;
	}
	free(key);
	free(value);
}

/* A piece of the value as feed_piece() wrote it. */
static bool add_piece(struct reader *r, const char *piece)
{
	size_t n = strlen(piece);

	if (n < 2)
		return true;
	char *value = realloc(r->value, r->value_length + n);
	if (!value)
		return false;
	for (size_t i = 1; i + 1 < n; i++)
		value[r->value_length++] = piece[i] == ESCAPE ? ';' : piece[i];
	value[r->value_length] = 0;
	r->value = value;
	return true;
}

static int on_value(void *data, const char *section, const char *key, const char *value)
{
	struct reader *r = data;

	if (strcmp(value, "|") != 0) /* not the `key=|` that begins an assignment */
		return add_piece(r, value) ? 1 : (r->result = -ENOMEM, 0);

	free(r->section);
	free(r->key);
	free(r->value);
	r->section = strdup(section);
	r->key = strdup(key);
	r->value = NULL;
	r->value_length = 0;
	if (!r->section || !r->key)
		r->result = -ENOMEM;
	return r->result >= 0;
}

/* The value is complete when the next line is asked for and none of it is pending. */
static char *feed_and_deliver(char *out, int size, void *stream)
{
	struct reader *r = stream;

	if (!(r->pending && *r->pending))
		deliver(r);
	return feed(out, size, stream);
}

int reader_parse(const char *text, size_t length, const char *file, struct diags *diags,
	reader_fn *fn, void *data)
{
	struct reader r = {.cursor = text,
		.end = text + length,
		.file = file,
		.diags = diags,
		.fn = fn,
		.data = data};

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.cursor += 3;
	(void)ini_parse_stream(feed_and_deliver, &r, on_value, &r);
	deliver(&r);
	free(r.logical);
	free(r.section);
	free(r.key);
	free(r.value);
	return r.result;
}

/* Only a regular file has an end; /dev/null stands for an empty one. */
static int check_kind(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return st->st_size > LIMIT_UNIT_FILE_BYTES ? -EFBIG : 0;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3) ? 0 : -ENOTSUP;
}

int reader_load(const char *path, char **ret_text, size_t *ret_length)
{
	struct stat st;
	size_t length = 0;

	_cleanup_(closep) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	int r = check_kind(&st);
	if (r < 0)
		return r;
	size_t room = S_ISREG(st.st_mode) ? (size_t)st.st_size + 1 : 1;
	_cleanup_(freep) char *text = malloc(room + 1);
	if (!text)
		return -ENOMEM;
	while (length < room) {
		ssize_t n = read(fd, text + length, room - length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		length += (size_t)n;
	}
	text[length] = 0;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}
