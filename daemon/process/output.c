/* SPDX-License-Identifier: MIT */
#include "daemon/process/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/base/limits.h"
#include "daemon/process/console.h"

#define LEVEL_INFO 6 /* syslog(3) */

struct kept_line {
	struct output_line line;
	struct kept_line *next;
	char text[];
};

struct output_hub {
	struct loop *loop;
	struct console console;
	size_t ring_bytes;
	uint64_t sequence;
	output_line_fn *listener;
	void *listener_data;
	bool (*sink)(const char *unit_id, const struct output_line *line, void *data);
	void *sink_data;
};

struct output {
	struct output_hub *hub;
	const char *unit_id;
	struct loop_source source; /* read end; fd -1: closed */
	int write_fd;
	bool forward, has_prefixes;
	int level;
	char *partial; /* the line that has not ended yet */
	size_t partial_length;
	struct kept_line *first, *last;
	size_t bytes;
	uint64_t dropped;
};

int output_hub_new(struct loop *loop, int console_fd, size_t ring_bytes, struct output_hub **ret)
{
	struct output_hub *hub = calloc(1, sizeof(*hub));

	if (!hub)
		return -ENOMEM;
	hub->loop = loop;
	hub->ring_bytes = ring_bytes;
	console_open(&hub->console, loop, console_fd);
	*ret = hub;
	return 0;
}

struct output_hub *output_hub_free(struct output_hub *hub)
{
	if (!hub)
		return NULL;
	console_close(&hub->console);
	free(hub);
	return NULL;
}

void output_hub_set_listener(struct output_hub *hub, output_line_fn *fn, void *data)
{
	hub->listener = fn;
	hub->listener_data = data;
}

void output_hub_set_sink(struct output_hub *hub,
	bool (*fn)(const char *unit_id, const struct output_line *line, void *data), void *data)
{
	hub->sink = fn;
	hub->sink_data = data;
}

uint64_t output_hub_dropped(const struct output_hub *hub)
{
	return hub->console.dropped;
}

void output_hub_flush(struct output_hub *hub, uint64_t usec)
{
	console_flush(&hub->console, usec);
}

struct output *output_new(struct output_hub *hub, const char *unit_id)
{
	struct output *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->hub = hub;
	o->unit_id = unit_id;
	o->source.fd = -1;
	o->write_fd = -1;
	output_set_level(o, LEVEL_INFO, true);
	return o;
}

static size_t cost(const struct kept_line *k)
{
	return sizeof(*k) + k->line.length + 1;
}

static void drop_first(struct output *o)
{
	struct kept_line *k = o->first;

	o->first = k->next;
	if (!o->first)
		o->last = NULL;
	o->bytes -= cost(k);
	free(k);
}

struct output *output_free(struct output *o)
{
	if (!o)
		return NULL;
	output_close(o);
	while (o->first)
		drop_first(o);
	free(o->partial);
	free(o);
	return NULL;
}

void output_set_level(struct output *o, int level, bool has_prefixes)
{
	o->level = level;
	o->has_prefixes = has_prefixes;
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

static void keep(struct output *o, const char *text, size_t length, bool forward)
{
	int priority = take_priority(o, &text, &length);
	struct kept_line *k = malloc(sizeof(*k) + length + 1);

	if (!k) {
		o->dropped++;
		return;
	}
	memcpy(k->text, text, length);
	k->text[length] = 0;
	k->next = NULL;
	k->line = (struct output_line){.realtime_usec = clock_realtime_usec(),
		.sequence = ++o->hub->sequence,
		.text = k->text,
		.length = length,
		.priority = priority};
	if (o->last)
		o->last->next = k;
	else
		o->first = k;
	o->last = k;
	o->bytes += cost(k);
	if (forward && !o->hub->sink)
		console_write(&o->hub->console, o->unit_id, text, length);
	else if (forward && !o->hub->sink(o->unit_id, &k->line, o->hub->sink_data))
		o->hub->console.dropped++;
	if (o->hub->listener)
		o->hub->listener(o->unit_id, &k->line, o->hub->listener_data);
	while (o->bytes > o->hub->ring_bytes && o->first != o->last)
		drop_first(o);
}

static void end_partial(struct output *o)
{
	keep(o, o->partial, o->partial_length, o->forward);
	o->partial_length = 0;
}

static void take(struct output *o, const char *text, size_t length)
{
	while (length) {
		const char *newline = memchr(text, '\n', length);
		size_t n = newline ? (size_t)(newline - text) : length;
		size_t room = LIMIT_OUTPUT_LINE_BYTES - o->partial_length;

		if (n > room) { /* a line longer than the limit is split */
			memcpy(o->partial + o->partial_length, text, room);
			o->partial_length += room;
			end_partial(o);
			text += room;
			length -= room;
			continue;
		}
		memcpy(o->partial + o->partial_length, text, n);
		o->partial_length += n;
		if (newline)
			end_partial(o);
		n += newline != NULL;
		text += n;
		length -= n;
	}
}

static void read_some(struct output *o, size_t budget)
{
	char buffer[16 * 1024];

	while (budget && o->source.fd >= 0) {
		ssize_t n = read(
			o->source.fd, buffer, sizeof(buffer) < budget ? sizeof(buffer) : budget);

		if (n <= 0)
			return;
		take(o, buffer, (size_t)n);
		budget -= (size_t)n;
	}
}

static void on_readable(struct loop_source *s, uint32_t events)
{
	(void)events;
	read_some(s->data, LIMIT_OUTPUT_PER_TURN);
}

void output_drain(struct output *o)
{
	read_some(o, LIMIT_OUTPUT_PER_TURN);
}

/*
 * The write end stays open with us until the unit goes, so that a process that outlives its service
 * can go on writing, and the service's next life uses the same pipe.
 */
int output_open(struct output *o, bool forward)
{
	int fds[2];

	o->forward = forward;
	if (o->write_fd >= 0)
		return o->write_fd;
	if (!o->partial && !(o->partial = malloc(LIMIT_OUTPUT_LINE_BYTES)))
		return -ENOMEM;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK); /* our end alone: the service's writes may wait */
	o->source = (struct loop_source){
		.fd = fds[0], .priority = LOOP_OUTPUT, .fn = on_readable, .data = o};
	int r = loop_add(o->hub->loop, &o->source, EPOLLIN);
	if (r < 0) {
		o->source.fd = -1;
		close(fds[0]);
		close(fds[1]);
		return r;
	}
	o->write_fd = fds[1];
	return o->write_fd;
}

void output_close(struct output *o)
{
	if (o->source.fd < 0)
		return;
	read_some(o, LIMIT_OUTPUT_PER_TURN);
	if (o->partial_length)
		end_partial(o);
	loop_remove(o->hub->loop, &o->source);
	close(o->source.fd);
	close(o->write_fd);
	o->source.fd = o->write_fd = -1;
}

void output_end_line(struct output *o)
{
	output_drain(o);
	if (o->partial_length)
		end_partial(o);
}

void output_note(struct output *o, const char *text)
{
	keep(o, text, strlen(text), false);
}

size_t output_foreach(const struct output *o, size_t count, uint64_t since_sequence,
	void (*fn)(const struct output_line *line, void *data), void *data)
{
	size_t have = 0, told = 0;

	for (const struct kept_line *k = o->first; k; k = k->next)
		have += k->line.sequence >= since_sequence;
	for (const struct kept_line *k = o->first; k; k = k->next) {
		if (k->line.sequence < since_sequence)
			continue;
		if (have-- > count)
			continue;
		fn(&k->line, data);
		told++;
	}
	return told;
}

uint64_t output_dropped(const struct output *o)
{
	return o->dropped;
}
