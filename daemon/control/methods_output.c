/* SPDX-License-Identifier: MIT */
/* What services wrote, and what happens: once, or as a stream. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/life/service.h"

#define LINES_PER_REPLY 512

struct one_line {
	const char *unit;
	const struct output_line *line;
};

struct gathered {
	struct one_line *list;
	size_t count, room;
	const char *unit;
	uint64_t since_usec, until_usec, after; /* the last: a sequence */
	int max_priority;
	bool failed;
};

static void gather(const struct output_line *line, void *data)
{
	struct gathered *g = data;

	if (line->sequence <= g->after || line->realtime_usec < g->since_usec ||
		line->realtime_usec > g->until_usec || line->priority > g->max_priority)
		return;
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		struct one_line *grown = reallocarray(g->list, room, sizeof(*grown));
		if (!grown) {
			g->failed = true;
			return;
		}
		g->list = grown;
		g->room = room;
	}
	g->list[g->count++] = (struct one_line){g->unit, line};
}

static int by_sequence(const void *a, const void *b)
{
	uint64_t x = ((const struct one_line *)a)->line->sequence,
		 y = ((const struct one_line *)b)->line->sequence;

	return x < y ? -1 : x > y;
}

static json_t *line_row(const char *unit, const struct output_line *line)
{
	_cleanup_(freep) char *escaped = text_escape(line->text, line->length);

	return json_pack("{s:s, s:I, s:I, s:i, s:s}", "unit", unit, "realtime_usec",
		(json_int_t)line->realtime_usec, "sequence", (json_int_t)line->sequence, "priority",
		line->priority, "text", escaped ? escaped : "");
}

static bool is_wanted(const json_t *names, const char *unit)
{
	const json_t *name;
	size_t i;

	if (!json_array_size(names))
		return true;
	json_array_foreach (names, i, name)
		if (strcmp(json_string_value(name), unit) == 0)
			return true;
	return false;
}

static void gather_unit(const struct unit *u, struct gathered *g)
{
	const struct service *s = u ? u->service : NULL;

	if (!s || !s->output)
		return;
	output_drain(s->output);
	g->unit = u->id;
	(void)output_foreach(s->output, SIZE_MAX, 0, gather, g);
}

static void gather_all(struct call *c, struct gathered *g)
{
	struct unit_table *t = &c->client->control->manager->life.units;
	const json_t *name;
	size_t i;

	json_array_foreach (c->units, i, name)
		gather_unit(unit_table_find(t, json_string_value(name)), g);
	for (i = 0; !json_array_size(c->units) && i < t->count; i++)
		gather_unit(t->list[i], g);
	if (g->count)
		qsort(g->list, g->count, sizeof(*g->list), by_sequence);
}

/* Names as clients give them -> ids; 0, or negative and the call is answered. */
static int resolve_units(struct call *c, const json_t *names)
{
	const json_t *name;
	size_t i;

	c->units = json_array();
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		if (!u)
			return -1;
		if (!json_array_size(c->units) || !is_wanted(c->units, u->id))
			json_array_append_new(c->units, json_string(u->id));
	}
	return 0;
}

void method_logs(struct call *c)
{
	json_int_t lines = -1, since = 0, until = 0, after = 0, priority = LOG_DEBUG;
	struct gathered g = {0};
	bool follow = false;
	json_t *names, *rows = json_array();

	if (call_strings(c, "units", &names) < 0 || call_int(c, "lines", &lines) < 0 ||
		call_int(c, "since_usec", &since) < 0 || call_int(c, "until_usec", &until) < 0 ||
		call_int(c, "priority", &priority) < 0 || call_int(c, "after", &after) < 0 ||
		call_bool(c, "follow", &follow) < 0 || resolve_units(c, names) < 0) {
		json_decref(rows);
		return;
	}
	size_t want = lines < 0 ? SIZE_MAX : (size_t)lines;
	g.since_usec = since > 0 ? (uint64_t)since : 0;
	g.until_usec = until > 0 ? (uint64_t)until : UINT64_MAX;
	g.after = after > 0 ? (uint64_t)after : 0;
	g.max_priority = c->max_priority = (int)priority;
	gather_all(c, &g);
	size_t from = g.count > want ? g.count - want : 0;
	for (size_t i = from; i < g.count; i++) {
		json_array_append_new(rows, line_row(g.list[i].unit, g.list[i].line));
		if (c->more && json_array_size(rows) == LINES_PER_REPLY) {
			call_continue(c, json_pack("{s:o}", "lines", rows));
			rows = json_array();
		}
	}
	free(g.list);
	if (!follow || !c->more) {
		call_reply(c, json_pack("{s:o}", "lines", rows));
		return;
	}
	call_continue(c, json_pack("{s:o}", "lines", rows));
	c->follows_lines = true;
	call_wait(c);
}

void logs_on_line(const char *unit_id, const struct output_line *line, void *data)
{
	struct control *control = data;
	struct client *next;

	for (struct client *k = control->clients; k; k = next) {
		next = k->next;
		if (!k->busy || !k->call.follows_lines || line->priority > k->call.max_priority ||
			!is_wanted(k->call.units, unit_id))
			continue;
		call_continue(&k->call, json_pack("{s:[o]}", "lines", line_row(unit_id, line)));
		client_wake(k);
	}
}

void method_rotate_logs(struct call *c)
{
	if (log_files_rotate(c->client->control->manager))
		call_reply(c, json_object());
	else
		call_unit_error(c, "NotApplicable", "",
			"there are no log files; LogDirectory= in reaperd.conf asks for them");
}

void method_events(struct call *c)
{
	if (!c->more) {
		call_error(c, "org.varlink.service.ExpectedMore", NULL);
		return;
	}
	c->follows_events = true;
	call_wait(c);
}

static json_t *event_row(const struct life_news *n)
{
	_cleanup_(freep) char *escaped =
		text_escape(n->text ? n->text : "", n->text ? strlen(n->text) : 0);
	json_t *row = json_pack("{s:s, s:I, s:o, s:s}", "kind", life_news_kind_to_string(n->kind),
		"realtime_usec", (json_int_t)clock_realtime_usec(), "unit",
		n->unit ? json_string(n->unit->id) : json_null(), "text", escaped ? escaped : "");

	if (n->pid)
		json_object_set_new(row, "pid", json_integer(n->pid));
	if (n->kind == NEWS_EXIT || n->kind == NEWS_REAPED) {
		json_object_set_new(row, "code", json_integer(n->code));
		json_object_set_new(row, "status", json_integer(n->status));
	}
	if (n->kind == NEWS_STATE && n->unit)
		json_object_set_new(
			row, "active", json_string(unit_active_state_to_string(n->unit->active)));
	if (n->job) {
		json_object_set_new(row, "job", json_string(job_type_to_string(n->job->type)));
		json_object_set_new(row, "result", json_string(job_result_to_string(n->result)));
	}
	return row;
}

void events_on_news(struct control *control, const struct life_news *n)
{
	struct client *next;

	for (struct client *k = control->clients; k; k = next) {
		next = k->next;
		if (!k->busy || !k->call.follows_events)
			continue;
		call_continue(&k->call, event_row(n));
		client_wake(k);
	}
}
