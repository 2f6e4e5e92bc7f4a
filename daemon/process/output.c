/* SPDX-License-Identifier: MIT */
#include "daemon/process/output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "daemon/base/limits.h"
#include "daemon/process/capture.h"
#include "daemon/process/line_form.h"
#include "daemon/process/outlet.h"

#define LEVEL_WARNING 4 /* syslog(3) */
#define LEVEL_INFO 6
#define LEVEL_DEBUG 7
#define FLUSH_USEC (USEC_PER_SEC / 10)
#define FILES_PATIENCE_USEC (USEC_PER_SEC / 5)

struct output_hub {
	struct loop *loop;
	struct capture_set captures;
	struct outlet console, files;
	struct file_block block; /* of what is read now */
	struct line_loss console_loss;
	bool has_files;		  /* log files are asked for */
	uint64_t files_busy_usec; /* CLOCK_MONOTONIC: since when their queue is filled; 0: it is not
				   */
	size_t ring_bytes;
	uint64_t unkept; /* lines that there was no memory for */
	uint64_t sequence;
	uint64_t now_usec; /* CLOCK_REALTIME of the lines that are being read; 0: none are */
	output_line_fn *listener;
	void *listener_data;
	output_sink_fn *sink;
	void *sink_data;
};

struct output {
	struct output_hub *hub;
	const char *unit_id;
	struct capture capture;
	struct ring *ring; /* NULL: no line was kept yet */
	struct line_filter filter;
	int level;
	bool has_prefixes;
	struct output_fields fields;
	struct line_loss file_loss;
};

struct output_hub *output_hub_free(struct output_hub *hub)
{
	if (!hub)
		return NULL;
	outlet_close(&hub->console);
	outlet_close(&hub->files);
	capture_set_done(&hub->captures);
	free(hub);
	return NULL;
}

void output_hub_set_listener(struct output_hub *hub, output_line_fn *fn, void *data)
{
	hub->listener = fn;
	hub->listener_data = data;
}

void output_hub_set_sink(struct output_hub *hub, output_sink_fn *fn, void *data)
{
	hub->sink = fn;
	hub->sink_data = data;
}

void output_hub_set_files(struct output_hub *hub, int fd)
{
	uint64_t dropped = hub->files.dropped;

	outlet_flush(&hub->files, FLUSH_USEC);
	outlet_close(&hub->files);
	if (fd >= 0)
		outlet_take(&hub->files, hub->loop, fd, LIMIT_FILES_QUEUE_BYTES);
	hub->files.dropped = dropped;
	hub->has_files = true;
}

void output_hub_tell_files(struct output_hub *hub, const char *text)
{
	char *to =
		outlet_is_open(&hub->files) ? outlet_reserve(&hub->files, strlen(text) + 1) : NULL;

	if (!to)
		return;
	to = mempcpy(to, text, strlen(text));
	*to = '\n';
	outlet_push(&hub->files);
}

bool output_hub_told(struct output_hub *hub, int signal, int fd)
{
	bool is_ours = signal == CAPTURE_SIGNAL || signal == SIGIO;

	if (is_ours)
		capture_told(&hub->captures, signal == CAPTURE_SIGNAL ? fd : -1);
	return is_ours;
}

uint64_t output_hub_dropped(const struct output_hub *hub)
{
	return hub->unkept + hub->console.dropped + hub->files.dropped;
}

void output_hub_flush(struct output_hub *hub, uint64_t usec)
{
	outlet_flush(&hub->console, usec);
}

/* "<3>" in front of a line (sd-daemon(3)): taken off. */
static int take_priority(const struct output *o, const char **text, size_t *length)
{
	const char *t = *text;

	if (!o->has_prefixes || *length < 3 || t[0] != '<' || t[1] < '0' || t[1] > '7' ||
		t[2] != '>')
		return o->level;
	*text += 3;
	*length -= 3;
	return t[1] - '0';
}

static void to_files(struct output *o, const struct output_line *line)
{
	struct output_hub *hub = o->hub;

	if (outlet_is_open(&hub->files)) {
		line_to_files(&hub->files, &hub->block, &o->file_loss, o->unit_id, line);
		return;
	}
	o->file_loss.dropped++;
	hub->files.dropped++;
}

static void pass_on(struct output *o, const struct output_line *line)
{
	struct output_hub *hub = o->hub;

	if (hub->has_files)
		to_files(o, line);
	if (!hub->sink && outlet_is_open(&hub->console))
		line_to_console(&hub->console, &hub->console_loss, o->unit_id, line);
	else if (hub->sink && !hub->sink(o->unit_id, line, &o->fields, hub->sink_data))
		hub->console.dropped++;
	if (hub->listener)
		hub->listener(o->unit_id, line, hub->listener_data);
}

static struct ring *ring_of(struct output *o)
{
	if (!o->ring && (o->ring = calloc(1, sizeof(*o->ring))))
		o->ring->bound = o->hub->ring_bytes;
	return o->ring;
}

static void keep(struct output *o, const char *text, size_t length, int priority)
{
	struct output_hub *hub = o->hub;
	struct ring *ring = ring_of(o);
	struct output_line *line = ring ? ring_add(ring, text, length) : NULL;

	if (!line) {
		hub->unkept++;
		return;
	}
	line->realtime_usec = hub->now_usec;
	line->sequence = ++hub->sequence;
	line->priority = priority;
	pass_on(o, line);
}

static void on_line(const char *text, size_t length, void *data)
{
	struct output *o = data;
	struct output_hub *hub = o->hub;
	int priority = take_priority(o, &text, &length);
	unsigned suppressed;
	char note[64];

	if (!hub->now_usec)
		hub->now_usec = clock_realtime_usec();
	bool passes = line_filter_passes(&o->filter, priority, hub->now_usec, &suppressed);
	if (suppressed) {
		int n = snprintf(
			note, sizeof(note), "%u lines suppressed (LogRateLimitBurst=)", suppressed);
		keep(o, note, (size_t)n, LEVEL_WARNING);
	}
	if (passes)
		keep(o, text, length, priority);
}

static void push_files(struct output_hub *hub)
{
	if (!hub->has_files)
		return;
	line_end_block(&hub->files, &hub->block);
	outlet_push(&hub->files);
}

static void on_end(void *data)
{
	struct output_hub *hub = ((struct output *)data)->hub;

	hub->now_usec = 0;
	outlet_push(&hub->console);
	push_files(hub);
}

/* A writer of log files that is only slower than a flood is waited for, with the unit's own pipe to
 * wait in; one that does not write at all is not. */
static size_t may_read(void *data)
{
	const struct output *o = data;
	struct output_hub *hub = o->hub;

	if (!hub->has_files)
		return LIMIT_OUTPUT_PER_TURN;
	uint64_t now_usec = clock_monotonic_usec();
	if (outlet_is_filled(&hub->files))
		push_files(hub);
	if (!outlet_is_filled(&hub->files))
		hub->files_busy_usec = 0;
	else if (!hub->files_busy_usec)
		hub->files_busy_usec = now_usec;
	bool waits = hub->files_busy_usec && now_usec - hub->files_busy_usec < FILES_PATIENCE_USEC;
	return waits ? 0 : LIMIT_OUTPUT_PER_TURN_TO_FILES;
}

static const struct capture_reader reader = {.may_read = may_read, .line = on_line, .end = on_end};

int output_hub_new(struct loop *loop, int console_fd, size_t ring_bytes, struct output_hub **ret)
{
	const size_t least = LIMIT_OUTPUT_LINE_BYTES + sizeof(struct output_line) + 8;
	struct output_hub *hub = calloc(1, sizeof(*hub));

	if (!hub)
		return -ENOMEM;
	hub->loop = loop;
	hub->ring_bytes = ring_bytes < least ? least : ring_bytes;
	capture_set_init(&hub->captures, loop, &reader);
	outlet_open(&hub->console, loop, console_fd);
	hub->files.source.fd = -1;
	*ret = hub;
	return 0;
}

struct output *output_new(struct output_hub *hub, const char *unit_id)
{
	struct output *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->hub = hub;
	o->unit_id = unit_id;
	capture_init(&o->capture, &hub->captures, o);
	output_set_level(o, LEVEL_INFO, true);
	o->filter.level_max = LEVEL_DEBUG;
	return o;
}

struct output *output_free(struct output *o)
{
	if (!o)
		return NULL;
	output_close(o);
	if (o->ring)
		ring_done(o->ring);
	free(o->ring);
	free(o->fields.text);
	free(o);
	return NULL;
}

void output_set_level(struct output *o, int level, bool has_prefixes)
{
	o->level = level;
	o->has_prefixes = has_prefixes;
}

void output_set_filter(struct output *o, const struct line_filter *filter)
{
	o->filter = *filter;
}

void output_set_fields(struct output *o, char *text, size_t size)
{
	free(o->fields.text);
	o->fields = (struct output_fields){text, size};
}

int output_open(struct output *o)
{
	return capture_open(&o->capture);
}

void output_release(struct output *o)
{
	capture_release(&o->capture);
}

void output_close(struct output *o)
{
	capture_close(&o->capture);
}

void output_drain(struct output *o)
{
	capture_drain(&o->capture);
}

void output_end_line(struct output *o)
{
	capture_end_line(&o->capture);
}

size_t output_foreach(const struct output *o, size_t count, uint64_t since_sequence,
	void (*fn)(const struct output_line *line, void *data), void *data)
{
	const struct output_line *first = o->ring ? ring_first(o->ring) : NULL, *line;
	size_t have = 0, told = 0;

	while (first && first->sequence < since_sequence)
		first = ring_after(o->ring, first);
	for (line = first; line; line = ring_after(o->ring, line))
		have++;
	for (line = first; line; line = ring_after(o->ring, line))
		if (have-- <= count) {
			fn(line, data);
			told++;
		}
	return told;
}
