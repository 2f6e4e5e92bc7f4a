/* SPDX-License-Identifier: MIT */
#include "ctl/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/own.h"

static bool wants_colour(void)
{
	static int wanted = -1;

	if (wanted < 0) {
		const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
		wanted = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
	}
	return wanted;
}

const char *colour_on(enum colour colour)
{
	static const char *const sequences[] = {
		[PLAIN] = "",
		[BOLD] = "\033[1m",
		[GREEN] = "\033[1;32m",
		[RED] = "\033[1;31m",
		[YELLOW] = "\033[1;33m",
		[GREY] = "\033[90m",
	};

	return wants_colour() ? sequences[colour] : "";
}

const char *colour_off(void)
{
	return wants_colour() ? "\033[0m" : "";
}

unsigned terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

/* Columns of UTF-8 text, as far as they are one for each code point. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

struct table_cell {
	size_t text; /* where it begins in the table's text */
	size_t length, width;
	enum colour colour;
};

static bool make_room(struct table *t, size_t length)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 64;
		struct table_cell *cells = reallocarray(t->cells, room, sizeof(*cells));
		if (!cells)
			return false;
		t->cells = cells;
		t->room = room;
	}
	if (t->text_used + length > t->text_room) {
		size_t room = 2 * t->text_room + length + 1024;
		char *text = realloc(t->text, room);
		if (!text)
			return false;
		t->text = text;
		t->text_room = room;
	}
	return true;
}

void table_cell(struct table *t, enum colour colour, const char *text)
{
	size_t length = strlen(text);

	if (!make_room(t, length))
		return;
	memcpy(t->text + t->text_used, text, length);
	t->cells[t->count++] = (struct table_cell){
		.text = t->text_used, .length = length, .width = width_of(text), .colour = colour};
	t->text_used += length;
}

void table_number(struct table *t, long long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", number);
	table_cell(t, PLAIN, text);
}

static void measure(const struct table *t, bool headings, size_t widths[])
{
	for (size_t k = 0; k < t->columns; k++)
		widths[k] = headings && t->headings[k] ? width_of(t->headings[k]) : 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->cells[i].width > widths[i % t->columns])
			widths[i % t->columns] = t->cells[i].width;
}

/* How many bytes of `text` make up `columns` code points. */
static size_t bytes_of(const char *text, size_t length, size_t columns)
{
	size_t i = 0;

	for (; i < length; i++)
		if ((text[i] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return i;
}

static void print_blanks(size_t count)
{
	static const char blanks[] =
		"                                                                ";

	for (size_t n; count; count -= n) {
		n = count < sizeof(blanks) - 1 ? count : sizeof(blanks) - 1;
		fwrite(blanks, 1, n, stdout);
	}
}

/* `width` is the column's; the last one may be cut to `room`, 0: as wide as it is. */
static void print_cell(const struct table *t, size_t column, const struct table_cell *cell,
	const char *text, size_t width, size_t room)
{
	bool last = column + 1 == t->columns, cut = last && room && cell->width > room;

	if (t->hidden[column])
		return;
	if (t->to_right[column])
		print_blanks(width - cell->width);
	if (cell->colour != PLAIN)
		fputs(colour_on(cell->colour), stdout);
	fwrite(text, 1, cut ? bytes_of(text, cell->length, room - 1) : cell->length, stdout);
	if (cut)
		fputs("…", stdout);
	if (cell->colour != PLAIN)
		fputs(colour_off(), stdout);
	if (!t->to_right[column] && !last)
		print_blanks(width - cell->width);
	putchar(last ? '\n' : ' ');
}

static void print_headings(const struct table *t, const size_t widths[], size_t room)
{
	for (size_t k = 0; k < t->columns; k++) {
		const char *text = t->headings[k] ? t->headings[k] : "";
		struct table_cell cell = {
			.length = strlen(text), .width = width_of(text), .colour = BOLD};
		print_cell(t, k, &cell, text, widths[k], room);
	}
}

void table_print(struct table *t, const struct options *o)
{
	size_t widths[TABLE_COLUMNS], before = 0, room = o->full ? 0 : terminal_width();

	measure(t, !o->no_legend, widths);
	for (size_t k = 0; k + 1 < t->columns; k++)
		before += t->hidden[k] ? 0 : widths[k] + 1;
	room = room > before + 8 ? room - before : 0;
	if (!o->no_legend)
		print_headings(t, widths, room);
	for (size_t i = 0; i < t->count; i++)
		print_cell(t, i % t->columns, &t->cells[i], t->text + t->cells[i].text,
			widths[i % t->columns], room);
	free(t->cells);
	free(t->text);
	t->cells = NULL;
	t->text = NULL;
	t->count = t->room = t->text_used = t->text_room = 0;
}

static bool is_bad_load(const char *load)
{
	return strcmp(load, "loaded") != 0 && strcmp(load, "masked") != 0 && *load;
}

const char *dot(const char *load, const char *active)
{
	if (strcmp(active, "inactive") == 0 && !is_bad_load(load))
		return "○";
	if (strcmp(active, "failed") == 0)
		return "×";
	return strcmp(active, "reloading") == 0 ? "↻" : "●";
}

enum colour dot_colour(const char *load, const char *active)
{
	if (is_bad_load(load) || strcmp(active, "failed") == 0)
		return RED;
	if (strcmp(active, "active") == 0 || strcmp(active, "reloading") == 0)
		return GREEN;
	return strcmp(active, "inactive") == 0 ? PLAIN : YELLOW;
}

void tree_branch(const char *prefix, bool last)
{
	printf("%s%s%s%s", colour_on(GREY), prefix, last ? "└─" : "├─", colour_off());
}
