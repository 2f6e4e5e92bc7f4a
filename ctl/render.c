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
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (wanted < 0)
		wanted = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
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

static bool make_room(struct table *t)
{
	size_t room = t->room ? 2 * t->room : 64;

	if (t->count < t->room)
		return true;
	char **cells = reallocarray(t->cells, room, sizeof(*cells));
	if (cells)
		t->cells = cells;
	enum colour *colours = reallocarray(t->colours, room, sizeof(*colours));
	if (colours)
		t->colours = colours;
	if (!cells || !colours)
		return false;
	t->room = room;
	return true;
}

void table_cell(struct table *t, enum colour colour, const char *text)
{
	if (!make_room(t))
		return;
	t->cells[t->count] = strdup(text);
	t->colours[t->count++] = colour;
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
	for (size_t i = 0; i < t->count; i++) {
		size_t width = t->cells[i] ? width_of(t->cells[i]) : 0;
		if (width > widths[i % t->columns])
			widths[i % t->columns] = width;
	}
}

/* How many bytes of `text` make up `columns` code points. */
static int bytes_of(const char *text, size_t columns)
{
	const char *s = text;

	for (; *s; s++)
		if ((*s & 0xc0) != 0x80 && columns-- == 0)
			break;
	return (int)(s - text);
}

static void print_cell(const struct table *t, size_t column, enum colour colour, const char *text,
	size_t width, size_t room)
{
	int gap = (int)(width - width_of(text));
	bool last = column + 1 == t->columns;

	if (t->hidden[column])
		return;
	if (t->to_right[column])
		printf("%*s", gap, "");
	if (last && room && width_of(text) > room)
		printf("%s%.*s…%s", colour_on(colour), bytes_of(text, room - 1), text,
			colour_off());
	else
		printf("%s%s%s", colour_on(colour), text, colour != PLAIN ? colour_off() : "");
	if (!t->to_right[column] && !last)
		printf("%*s", gap, "");
	putchar(last ? '\n' : ' ');
}

void table_print(struct table *t, const struct options *o)
{
	size_t widths[TABLE_COLUMNS], before = 0, room = o->full ? 0 : terminal_width();

	measure(t, !o->no_legend, widths);
	for (size_t k = 0; k + 1 < t->columns; k++)
		before += t->hidden[k] ? 0 : widths[k] + 1;
	room = room > before + 8 ? room - before : 0;
	for (size_t k = 0; k < t->columns && !o->no_legend; k++)
		print_cell(t, k, BOLD, t->headings[k] ? t->headings[k] : "", widths[k], room);
	for (size_t i = 0; i < t->count; i++) {
		print_cell(t, i % t->columns, t->colours[i], t->cells[i] ? t->cells[i] : "",
			widths[i % t->columns], room);
		free(t->cells[i]);
	}
	free(t->cells);
	free(t->colours);
	t->cells = NULL;
	t->colours = NULL;
	t->count = t->room = 0;
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
