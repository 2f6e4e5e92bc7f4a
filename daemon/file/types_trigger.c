/* SPDX-License-Identifier: MIT */
/* Values of timers and paths. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/file/types.h"

static void forget_points(struct timer_settings *t)
{
	for (size_t i = 0; i < t->count; i++)
		calendar_free(t->points[i].calendar);
	free(t->points);
	t->points = NULL;
	t->count = 0;
}

static int add_point(struct directive_context *c, const struct timer_point *point)
{
	struct timer_settings *t = c->config->timer;
	struct timer_point *grown = reallocarray(t->points, t->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	t->points = grown;
	t->points[t->count++] = *point;
	return 0;
}

/* An empty value takes all of them back, spans and calendar events alike. */
static int parse_point(struct directive_context *c, const char *text, void *field)
{
	struct timer_point point = {.base = (enum timer_base)c->directive->argument};
	_cleanup_(freep) char *expanded = NULL;

	(void)field;
	if (!*text) {
		forget_points(c->config->timer);
		return 0;
	}
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	r = point.base == TIMER_ON_CALENDAR ? calendar_parse(expanded, &point.calendar)
					    : value_parse_usec(expanded, &point.span_usec);
	if (r == -E2BIG)
		return directive_refuse(c, text, "more than 240 parts in one field");
	if (r < 0 && r != -ENOMEM)
		return directive_refuse(c, text,
			point.base == TIMER_ON_CALENDAR
				? "not a calendar event; write e.g. daily or Mon..Fri 10:00"
				: "not a time span; write e.g. 90s or 1min 30s");
	if (r >= 0)
		r = add_point(c, &point);
	if (r < 0)
		calendar_free(point.calendar);
	return r;
}

static char *format_point(const struct timer_point *p)
{
	char buffer[FORMAT_MAX];

	return p->calendar ? calendar_format(p->calendar)
			   : strdup(format_timespan(buffer, p->span_usec, 1));
}

/* Those of the row's own kind, a line each. */
static char *format_points(const struct directive *d, const void *field)
{
	const struct timer_settings *t =
		(const void *)((const char *)field - offsetof(struct timer_settings, points));
	_cleanup_(strv_freep) char **lines = NULL;

	for (size_t i = 0; i < t->count; i++)
		if ((int)t->points[i].base == d->argument &&
			strv_push(&lines, format_point(&t->points[i])) < 0)
			return NULL;
	return lines ? strv_join(lines, "\n") : NULL;
}

static void done_points(void *field)
{
	forget_points((void *)((char *)field - offsetof(struct timer_settings, points)));
}

static void forget_watches(struct path_settings *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->watches[i].path);
	free(p->watches);
	p->watches = NULL;
	p->count = 0;
}

static int parse_watch(struct directive_context *c, const char *text, void *field)
{
	struct path_settings *p = c->config->path_watches;
	_cleanup_(freep) char *expanded = NULL;

	(void)field;
	if (!*text) {
		forget_watches(p);
		return 0;
	}
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	if (directive_check_path(c, expanded) < 0)
		return -EINVAL;
	struct path_watch *grown = reallocarray(p->watches, p->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->watches = grown;
	p->watches[p->count++] = (struct path_watch){
		.kind = (enum path_kind)c->directive->argument, .path = TAKE_PTR(expanded)};
	return 0;
}

static char *format_watches(const struct directive *d, const void *field)
{
	const struct path_settings *p =
		(const void *)((const char *)field - offsetof(struct path_settings, watches));
	_cleanup_(strv_freep) char **lines = NULL;

	for (size_t i = 0; i < p->count; i++)
		if ((int)p->watches[i].kind == d->argument &&
			strv_push(&lines, strdup(p->watches[i].path)) < 0)
			return NULL;
	return lines ? strv_join(lines, "\n") : NULL;
}

static void done_watches(void *field)
{
	forget_watches((void *)((char *)field - offsetof(struct path_settings, watches)));
}

/* The unit that is started: of any type but this one. */
static int parse_triggered(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r < 0)
		return r;
	if (!unit_name_is_valid(expanded) || unit_name_is_template(expanded))
		return directive_refuse(c, text, "not the name of a unit");
	if (strcmp(c->directive->key, "Service") == 0 && !text_ends_with(expanded, ".service"))
		return directive_refuse(c, text, "not the name of a service");
	free(*(char **)field);
	*(char **)field = TAKE_PTR(expanded);
	return 0;
}

static int parse_accuracy(struct directive_context *c, const char *text, void *field)
{
	int r = type_usec.parse(c, text, field);

	if (r >= 0)
		c->config->timer->accuracy_set = true;
	return r;
}

const struct value_type type_accuracy = {"time span", parse_accuracy, plain_format_usec, NULL};
const struct value_type type_calendar = {"calendar event", parse_point, format_points, done_points};
const struct value_type type_timer_span = {"time span", parse_point, format_points, done_points};
const struct value_type type_watch = {"absolute path", parse_watch, format_watches, done_watches};
const struct value_type type_triggered = {
	"unit", parse_triggered, plain_format_string, plain_done_string};
