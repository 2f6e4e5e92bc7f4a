/* SPDX-License-Identifier: MIT */
/* top: what each unit uses, live on a terminal, once elsewhere. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/text.h"
#include "ctl/render.h"

#define PERIOD_MSEC 2000
#define FIRST_MSEC 500 /* between the two looks that a share of the CPU needs */
#define HEADER_LINES 3

enum order {
	BY_CPU,
	BY_MEMORY,
	BY_RESTARTS,
	BY_NAME,
};

static const struct {
	char key;
	enum order order;
	const char *name;
} orders[] = {
	{'c', BY_CPU, "CPU"},
	{'m', BY_MEMORY, "memory"},
	{'r', BY_RESTARTS, "restarts"},
	{'n', BY_NAME, "name"},
};

struct look {
	json_t *units; /* Usage's rows */
	uint64_t at_usec;
};

struct row {
	const json_t *now;
	double share; /* of one CPU, in percent */
};

static int look(struct ctl *c, struct look *ret)
{
	json_t *reply;
	int r = ctl_call(c, "Usage", NULL, &reply);

	if (r)
		return r;
	json_decref(ret->units);
	ret->units = json_incref(json_object_get(reply, "units"));
	ret->at_usec = clock_monotonic_usec();
	json_decref(reply);
	return EXIT_DONE;
}

static double share_of(const json_t *now, const struct look *before, uint64_t at_usec)
{
	json_t *then;
	size_t i;

	json_array_foreach (before->units, i, then) {
		if (strcmp(get_string(then, "unit"), get_string(now, "unit")) != 0)
			continue;
		json_int_t used = get_int(now, "cpu_usec") - get_int(then, "cpu_usec");
		return used <= 0 || at_usec <= before->at_usec
			       ? 0
			       : 100.0 * (double)used / (double)(at_usec - before->at_usec);
	}
	return 0;
}

static enum order sort_order;

static int by_order(const void *a, const void *b)
{
	static const char *const keys[] = {
		[BY_MEMORY] = "memory_bytes", [BY_RESTARTS] = "restarts"};
	const struct row *x = a, *y = b;
	json_int_t difference = 0;

	if (sort_order == BY_CPU)
		difference = x->share < y->share ? 1 : x->share > y->share ? -1 : 0;
	else if (sort_order != BY_NAME)
		difference = get_int(y->now, keys[sort_order]) - get_int(x->now, keys[sort_order]);
	if (!difference)
		return strcmp(get_string(x->now, "unit"), get_string(y->now, "unit"));
	return difference > 0 ? 1 : -1;
}

static struct row *make_rows(const struct look *before, const struct look *now)
{
	struct row *rows = calloc(json_array_size(now->units) + 1, sizeof(*rows));
	json_t *unit;
	size_t i;

	json_array_foreach (now->units, i, unit)
		if (rows)
			rows[i] = (struct row){unit, share_of(unit, before, now->at_usec)};
	if (rows && i)
		qsort(rows, i, sizeof(*rows), by_order);
	return rows;
}

static void print_row(struct table *t, const struct row *row)
{
	const char *active = get_string(row->now, "active");
	enum colour colour = strcmp(active, "failed") == 0 ? RED : PLAIN;
	uint64_t since = (uint64_t)get_int(row->now, "since_usec");
	char share[32], buffer[FORMAT_MAX];

	snprintf(share, sizeof(share), "%.1f", row->share);
	table_cell(t, colour, get_string(row->now, "unit"));
	table_cell(t, colour, get_string(row->now, "sub"));
	table_number(t, get_int(row->now, "processes"));
	table_cell(t, row->share >= 50 ? YELLOW : PLAIN, share);
	table_cell(t, PLAIN,
		format_timespan(buffer, (uint64_t)get_int(row->now, "cpu_usec"), USEC_PER_MSEC));
	table_cell(t, PLAIN, format_bytes(buffer, (uint64_t)get_int(row->now, "memory_bytes")));
	table_number(t, get_int(row->now, "restarts"));
	table_cell(t, PLAIN, since ? format_relative(buffer, since, clock_realtime_usec()) : "-");
}

static void print_table(
	const struct options *o, const struct look *before, const struct look *now, size_t limit)
{
	struct table t = {.columns = 8,
		.headings = {"UNIT", "STATE", "PROCESSES", "CPU%", "CPU TIME", "MEMORY", "RESTARTS",
			"SINCE"},
		.to_right = {false, false, true, true, true, true, true}};
	_cleanup_(freep) struct row *rows = make_rows(before, now);
	size_t count = json_array_size(now->units);

	for (size_t i = 0; rows && i < count && i < limit; i++)
		print_row(&t, &rows[i]);
	table_print(&t, o);
}

static int print_once(struct ctl *c)
{
	struct look before = {0}, now = {0};
	int r = look(c, &before);

	if (!r)
		r = poll(NULL, 0, FIRST_MSEC), look(c, &now);
	if (!r && c->options.format == OUTPUT_JSON)
		r = print_json(now.units);
	else if (!r)
		print_table(&c->options, &before, &now, SIZE_MAX);
	json_decref(before.units);
	json_decref(now.units);
	return r;
}

static struct termios saved;

static void restore_terminal(void)
{
	static const char end[] = "\033[?25h\033[?1049l"; /* the cursor, the screen before */

	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
	if (write(STDOUT_FILENO, end, sizeof(end) - 1) < 0)
		return;
}

static void on_end(int sig)
{
	restore_terminal();
	_exit(128 + sig);
}

static void on_resize(int sig)
{
	(void)sig; /* it wakes poll(2), and that is all */
}

static bool take_terminal(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return false;
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return false;
	(void)signal(SIGINT, on_end);
	(void)signal(SIGTERM, on_end);
	(void)signal(SIGHUP, on_end);
	(void)sigaction(SIGWINCH, &(struct sigaction){.sa_handler = on_resize}, NULL);
	fputs("\033[?1049h\033[?25l", stdout);
	return true;
}

static size_t screen_lines(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > HEADER_LINES + 1
		       ? size.ws_row - HEADER_LINES - 1
		       : 20;
}

static const char *order_name(void)
{
	for (size_t i = 0; i < ELEMENTS(orders); i++)
		if (orders[i].order == sort_order)
			return orders[i].name;
	return "";
}

static void draw(const struct options *o, const struct look *before, const struct look *now)
{
	fputs("\033[H\033[2J", stdout);
	printf("%sreaperd%s  %zu units, by %s    %sc CPU  m memory  r restarts  n name  q "
	       "quit%s\n\n",
		colour_on(BOLD), colour_off(), json_array_size(now->units), order_name(),
		colour_on(GREY), colour_off());
	print_table(o, before, now, screen_lines());
	fflush(stdout);
}

/* A key that was pressed; false: it was the last one. */
static bool take_key(void)
{
	bool is_end = true; /* readable, and nothing to be read */
	char key;

	while (read(STDIN_FILENO, &key, 1) == 1) {
		is_end = false;
		if (key == 'q' || key == 'Q' || key == '\004')
			return false;
		for (size_t i = 0; i < ELEMENTS(orders); i++)
			if (orders[i].key == key)
				sort_order = orders[i].order;
	}
	return !is_end;
}

static int run_live(struct ctl *c)
{
	struct look before = {0}, now = {0};
	struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
	int r = look(c, &now), wait = FIRST_MSEC;
	bool is_taken = !r && take_terminal(), goes_on = is_taken;

	while (goes_on && !r) {
		draw(&c->options, before.units ? &before : &now, &now);
		int n = poll(&keys, 1, wait);
		if (n > 0)
			goes_on = take_key() && !(keys.revents & (POLLHUP | POLLERR));
		if (n != 0)
			continue;
		json_decref(before.units);
		before = now;
		now = (struct look){0};
		r = look(c, &now);
		wait = PERIOD_MSEC;
	}
	if (is_taken)
		restore_terminal();
	json_decref(before.units);
	json_decref(now.units);
	return r;
}

int verb_top(struct ctl *c, char **arguments)
{
	const char *term = getenv("TERM");
	bool is_live = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
		       strcmp(term, "dumb") != 0 && c->options.format == OUTPUT_HUMAN;

	(void)arguments;
	return is_live ? run_live(c) : print_once(c);
}
