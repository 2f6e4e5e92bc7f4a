/* SPDX-License-Identifier: MIT */
/* What people look at: columns, colours, trees. Colours are there on a terminal only (and not with
 * NO_COLOR in the environment). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ctl/ctl.h"

enum colour {
	PLAIN,
	BOLD,
	GREEN,
	RED,
	YELLOW,
	GREY,
};

/* The escape sequence that begins or ends a colour; "" where there are none. */
const char *colour_on(enum colour colour);
const char *colour_off(void);
/* Columns of the terminal; 0: none, or it is no terminal. */
unsigned terminal_width(void);

/* A table: its widths are those of its widest cells. */
#define TABLE_COLUMNS 8

struct table {
	size_t columns;
	const char *headings[TABLE_COLUMNS];
	bool to_right[TABLE_COLUMNS]; /* numbers */
	bool hidden[TABLE_COLUMNS];   /* filled, and not shown */
	struct table_cell *cells;     /* `columns` in a row */
	size_t count, room;	      /* of cells */
	char *text;		      /* of all cells, one behind the other */
	size_t text_used, text_room;
};

/* One more cell, of the present row until that is full; text is copied. */
void table_cell(struct table *t, enum colour colour, const char *text);
void table_number(struct table *t, long long number);
/* Prints it, headings first unless `no_legend`; the last column is cut to the terminal unless
 * `full`; empties it. */
void table_print(struct table *t, const struct options *o);

/* The dot before a unit: ● green, red, yellow, white or ○, by its state. */
const char *dot(const char *load, const char *active);
enum colour dot_colour(const char *load, const char *active);

/* One line of a tree: the lines down to it, then what was to be printed. `prefix` is what its
 * parents left; `last`: no sibling follows. */
void tree_branch(const char *prefix, bool last);
