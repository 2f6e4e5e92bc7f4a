/* SPDX-License-Identifier: MIT */
/*
 * analyze plot: start-up as a picture (SVG). A row for each unit that took time, in the order in
 * which they began; the phases of its life in colours of their own; on hover, what it waited for.
 * Style sheets do the hovering, so that the picture needs no script. The name of a unit holds
 * nothing that would have to be escaped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/own.h"
#include "ctl/startup.h"

#define ROW_HEIGHT 22
#define BAR_HEIGHT 14
#define TOP 78 /* title and scale */
#define BOTTOM 56
#define RIGHT 90 /* room for the last bar's time */
#define WIDTH 900
#define LETTER 7 /* of a unit's name, about */
#define THINNEST 3.0
#define STEPS_MIN 5

/* Phases in the order of a life, with the name that the legend has for each. */
static const struct {
	const char *style, *name;
} phases[] = {
	{"prepare", "before its main process"},
	{"start", "starting"},
	{"up", "up"},
	{"stop", "stopping"},
	{"failed", "failed"},
};

static const char style_sheet[] =
	"<style>\n"
	"text { font: 12px system-ui, sans-serif; fill: #334; }\n"
	".title { font-size: 18px; font-weight: 600; }\n"
	".faint { fill: #667; font-size: 11px; }\n"
	".paper { fill: #fff; }\n"
	".grid { stroke: #e6e8ee; }\n"
	".finish { stroke: #27ae60; stroke-dasharray: 4 3; }\n"
	".finished { fill: #27ae60; font-size: 11px; }\n"
	".prepare { fill: #f5b041; } .start { fill: #2e86de; } .up { fill: #bcd9f5; }\n"
	".stop { fill: #af7ac5; } .failed { fill: #e74c3c; }\n"
	".band { fill: transparent; }\n"
	".unit:hover .band { fill: #eef3fb; } .unit:hover > text { font-weight: 600; }\n"
	".waits { fill: none; stroke: #e67e22; stroke-width: 1.5; visibility: hidden; }\n"
	".unit:hover .waits { visibility: visible; }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"  text, .faint { fill: #d5d9e4; } .paper { fill: #1b1e27; } .grid { stroke: #2c3140; }\n"
	"  .up { fill: #34506e; } .unit:hover .band { fill: #262b38; }\n"
	"}\n"
	"</style>\n";

struct plot {
	const struct bars *bars;
	const struct bar **rows;
	size_t count, late; /* late: began when start-up was over */
	double left;
	uint64_t whole_usec; /* what the width stands for */
};

static double x_of(const struct plot *p, uint64_t usec)
{
	return p->left + (double)usec * WIDTH / (double)p->whole_usec;
}

static double y_of(size_t row)
{
	return TOP + (double)row * ROW_HEIGHT;
}

static int by_begin(const void *a, const void *b)
{
	const struct bar *x = *(const struct bar *const *)a, *y = *(const struct bar *const *)b;

	if (x->begin_usec != y->begin_usec)
		return x->begin_usec < y->begin_usec ? -1 : 1;
	return strcmp(x->unit, y->unit);
}

/* Which units get a row; the scale ends a little after start-up, or with what is still starting. */
static int choose_rows(struct plot *p)
{
	const struct bars *b = p->bars;
	uint64_t finish = b->finish_usec ? b->finish_usec - b->origin_usec : 0;
	size_t widest = 0;

	p->rows = calloc(b->count + 1, sizeof(*p->rows));
	if (!p->rows)
		return -1;
	p->whole_usec = finish ? finish : 1;
	for (size_t i = 0; i < b->count; i++) {
		const struct bar *bar = &b->list[i];

		if (finish && bar->begin_usec > finish) {
			p->late++;
			continue;
		}
		if (bar->end_usec == bar->begin_usec)
			continue;
		p->rows[p->count++] = bar;
		if (!finish && bar->end_usec > p->whole_usec)
			p->whole_usec = bar->end_usec;
		if (strlen(bar->unit) > widest)
			widest = strlen(bar->unit);
	}
	p->whole_usec += p->whole_usec / 50 + 1;
	p->left = 24 + (double)(widest * LETTER);
	if (p->count)
		qsort(p->rows, p->count, sizeof(*p->rows), by_begin);
	return 0;
}

/* 1, 2 or 5 times a power of ten microseconds, so that the scale has some steps and no more. */
static uint64_t scale_step(uint64_t whole_usec)
{
	uint64_t step = 1;

	while (whole_usec / step > 10 * STEPS_MIN)
		step *= 10;
	if (whole_usec / step > 5 * STEPS_MIN)
		return 5 * step;
	return whole_usec / step > 2 * STEPS_MIN ? 2 * step : step;
}

static void print_scale(const struct plot *p)
{
	uint64_t step = scale_step(p->whole_usec);
	char span[FORMAT_MAX];

	for (uint64_t at = 0; at <= p->whole_usec; at += step)
		printf("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.0f\"/>"
		       "<text class=\"faint\" x=\"%.1f\" y=\"%d\" "
		       "text-anchor=\"middle\">%s</text>\n",
			x_of(p, at), x_of(p, at), TOP - 6, y_of(p->count) + 4, x_of(p, at),
			TOP - 12, format_timespan(span, at, 1));
}

/* A phase that took no time is seen too: what failed at once, above all. */
static void print_phase(
	const struct plot *p, size_t row, const char *style, uint64_t begin, uint64_t end)
{
	if (end > p->whole_usec)
		end = p->whole_usec;
	if (end < begin)
		return;
	double width = x_of(p, end) - x_of(p, begin);

	printf("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>", style,
		x_of(p, begin), y_of(row) + (ROW_HEIGHT - BAR_HEIGHT) / 2.0,
		width < THINNEST ? THINNEST : width, BAR_HEIGHT);
}

static void print_phases(const struct plot *p, size_t row)
{
	const struct bar *bar = p->rows[row];
	uint64_t begin = bar->begin_usec, down = bar->down_usec ? bar->down_usec : p->whole_usec;

	if (bar->main_usec > begin && bar->main_usec <= bar->end_usec) {
		print_phase(p, row, "prepare", begin, bar->main_usec);
		begin = bar->main_usec;
	}
	print_phase(p, row, bar->failed && !bar->was_up ? "failed" : "start", begin, bar->end_usec);
	if (!bar->was_up)
		return;
	print_phase(p, row, "up", bar->end_usec, down);
	if (bar->down_usec)
		print_phase(p, row, bar->failed ? "failed" : "stop", down, bar->gone_usec);
}

/* The row of that unit; p->count: it has none. */
static size_t row_of(const struct plot *p, const char *unit)
{
	size_t row = 0;

	while (row < p->count && strcmp(p->rows[row]->unit, unit) != 0)
		row++;
	return row;
}

/* On hover: a line from the end of each unit in the picture that it waited for. */
static void print_waits(const struct plot *p, size_t row)
{
	const struct bar *bar = p->rows[row];
	double to = x_of(p, bar->begin_usec), down = y_of(row) + ROW_HEIGHT / 2.0;
	const json_t *name;
	size_t i;

	json_array_foreach (bar->after, i, name) {
		size_t other = row_of(p, json_string_value(name));

		if (other == p->count || p->rows[other]->end_usec > bar->begin_usec)
			continue;
		double from = x_of(p, p->rows[other]->end_usec),
		       up = y_of(other) + ROW_HEIGHT / 2.0;
		printf("<path class=\"waits\" d=\"M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f\"/>",
			from, up, from + 24, up, to - 24, down, to, down);
	}
}

/* What the pointer is told, one thing a line. */
static void print_tip(const struct plot *p, const struct bar *bar)
{
	char when[FORMAT_MAX], span[FORMAT_MAX];
	const char *before = "\nwaited for ";
	const json_t *name;
	size_t i;

	printf("<title>%s\nbegan at %s, %s after %s", bar->unit,
		format_timespan(when, bar->begin_usec, 1),
		bar->was_up   ? "up"
		: bar->failed ? "failed"
			      : "done",
		format_timespan(span, bar->end_usec - bar->begin_usec, 1));
	json_array_foreach (bar->after, i, name) {
		if (row_of(p, json_string_value(name)) == p->count)
			continue;
		printf("%s%s", before, json_string_value(name));
		before = ", ";
	}
	fputs("</title>", stdout);
}

static void print_row(const struct plot *p, size_t row)
{
	const struct bar *bar = p->rows[row];
	uint64_t took = bar->end_usec - bar->begin_usec;
	double middle = y_of(row) + ROW_HEIGHT / 2.0 + 4;
	char span[FORMAT_MAX];

	fputs("<g class=\"unit\">", stdout);
	print_tip(p, bar);
	printf("<rect class=\"band\" x=\"0\" y=\"%.0f\" width=\"%.0f\" height=\"%d\"/>"
	       "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\">%s</text>",
		y_of(row), p->left + WIDTH + RIGHT, ROW_HEIGHT, p->left - 8, middle, bar->unit);
	print_phases(p, row);
	printf("<text class=\"faint\" x=\"%.1f\" y=\"%.0f\">%s</text>",
		x_of(p, bar->end_usec > p->whole_usec ? p->whole_usec : bar->end_usec) + 5, middle,
		format_timespan(
			span, took, took < USEC_PER_SEC ? USEC_PER_MSEC / 10 : USEC_PER_MSEC));
	print_waits(p, row);
	puts("</g>");
}

static void print_title(const struct plot *p)
{
	const struct bars *b = p->bars;
	char span[FORMAT_MAX];

	if (b->finish_usec)
		printf("<text class=\"title\" x=\"16\" y=\"30\">Start-up in %s</text>\n",
			format_timespan(span, b->finish_usec - b->origin_usec, USEC_PER_MSEC));
	else
		puts("<text class=\"title\" x=\"16\" y=\"30\">Start-up, not over yet</text>");
	printf("<text class=\"faint\" x=\"16\" y=\"48\">%zu units took time", p->count);
	if (p->late)
		printf("; %zu began later and are not in the picture", p->late);
	puts("</text>");
}

static void print_finish(const struct plot *p)
{
	const struct bars *b = p->bars;

	if (!b->finish_usec)
		return;
	double x = x_of(p, b->finish_usec - b->origin_usec);
	printf("<line class=\"finish\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%.0f\"/>"
	       "<text class=\"finished\" x=\"%.1f\" y=\"%.0f\" text-anchor=\"end\">start-up "
	       "over</text>\n",
		x, x, TOP - 6, y_of(p->count) + 18, x - 4, y_of(p->count) + 16);
}

static void print_legend(const struct plot *p)
{
	double x = p->left, y = y_of(p->count) + 36;

	for (size_t i = 0; i < ELEMENTS(phases); i++) {
		printf("<rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"12\" height=\"12\"/>"
		       "<text class=\"faint\" x=\"%.0f\" y=\"%.0f\">%s</text>\n",
			phases[i].style, x, y - 10, x + 17, y, phases[i].name);
		x += 40 + (double)strlen(phases[i].name) * (LETTER - 1);
	}
}

int print_plot(const struct bars *b)
{
	struct plot p = {.bars = b};

	if (choose_rows(&p) < 0) {
		fputs("reaperctl: out of memory\n", stderr);
		return EXIT_FAILED;
	}
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\">\n%s"
	       "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n",
		p.left + WIDTH + RIGHT, y_of(p.count) + BOTTOM, style_sheet);
	print_title(&p);
	print_scale(&p);
	for (size_t i = 0; i < p.count; i++)
		print_row(&p, i);
	print_finish(&p);
	print_legend(&p);
	puts("</svg>");
	free(p.rows);
	return EXIT_DONE;
}
