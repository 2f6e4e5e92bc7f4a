/* SPDX-License-Identifier: MIT */
/*
 * What the jobs do that are waited for. On a terminal: those that run, since when and until when at
 * the most, drawn anew until all have ended, and then gone. Elsewhere: a line for each that takes
 * long, ever more seldom.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/format.h"
#include "common/own.h"
#include "ctl/render.h"

#define LIVE_MSEC 500
#define PLAIN_MSEC 5000
#define LINES_MAX 8 /* jobs that are shown at a time */
#define LINE_BYTES 512

/* There is one process and one wait: this is its terminal. */
static struct {
	bool is_live;
	unsigned lines;	    /* that stand there now */
	uint64_t next_usec; /* plain: when the next lines are due */
	struct ctl asks;    /* a connection of its own: the other one waits for its answer */
} progress;

static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static unsigned columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static void erase(void)
{
	if (progress.lines)
		fprintf(stderr, "\033[%uA\033[J", progress.lines);
	progress.lines = 0;
}

/* "start of a.service: start-pre for 12s, 1min 18s left" */
static void describe(char text[static LINE_BYTES], const json_t *job)
{
	char span[FORMAT_MAX], left[FORMAT_MAX];
	const json_t *limit = json_object_get(job, "left_usec");
	uint64_t left_usec = (uint64_t)json_integer_value(limit);

	snprintf(text, LINE_BYTES, "%s of %s: %s for %s%s%s", get_string(job, "type"),
		get_string(job, "unit"), get_string(job, "sub"),
		format_timespan(span, (uint64_t)get_int(job, "elapsed_usec"), USEC_PER_SEC),
		limit ? ", at most " : ", no limit",
		limit ? format_timespan(left, left_usec + USEC_PER_SEC, USEC_PER_SEC) : "");
	if (limit)
		strncat(text, " more", LINE_BYTES - strlen(text) - 1);
}

static void print_jobs(const json_t *jobs)
{
	size_t i, shown = 0, running = 0, waiting = 0;
	char text[LINE_BYTES];
	const json_t *job;

	json_array_foreach (jobs, i, job) {
		if (strcmp(get_string(job, "state"), "running") != 0) {
			waiting++;
			continue;
		}
		if (++running > LINES_MAX)
			continue;
		describe(text, job);
		shown++;
		if (progress.is_live)
			fprintf(stderr, "  %.*s\n", (int)columns() - 3, text);
		else
			fprintf(stderr, "reaperctl: %s\n", text);
	}
	if (progress.is_live && (running > shown || waiting))
		fprintf(stderr, "  %zu more run, %zu wait\n", running - shown, waiting);
	if (progress.is_live)
		progress.lines = (unsigned)(shown + (running > shown || waiting));
}

/* Where reaperd does not answer any more, the call that is waited for says so. */
static void tell(struct ctl *c, uint64_t waited_usec)
{
	_cleanup_(freep) char *error = NULL;
	json_t *reply;

	if (waited_usec < progress.next_usec)
		return;
	if (ctl_try(&progress.asks, "ListJobs", NULL, &reply, &error)) {
		c->tell_every_msec = 0;
		return;
	}
	if (progress.is_live)
		erase();
	else
		progress.next_usec = 2 * waited_usec;
	print_jobs(json_object_get(reply, "jobs"));
	fflush(stderr);
	json_decref(reply);
}

void progress_begin(struct ctl *c)
{
	if (c->options.quiet || c->options.no_block || c->options.format != OUTPUT_HUMAN)
		return;
	progress.is_live = is_terminal();
	progress.asks = (struct ctl){.options = c->options, .fd = -1};
	c->tell = tell;
	c->tell_every_msec = progress.is_live ? LIVE_MSEC : PLAIN_MSEC;
}

void progress_end(struct ctl *c)
{
	erase();
	c->tell_every_msec = 0;
	if (progress.asks.fd >= 0)
		close(progress.asks.fd);
	varlink_buffer_done(&progress.asks.in);
}
