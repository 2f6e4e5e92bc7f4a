/* SPDX-License-Identifier: MIT */
/* Values of the sections Unit and Service: dependencies, conditions, exit sets, and settings that
 * come in pairs. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exit_name.h"
#include "common/format.h"
#include "common/signal_name.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

static int take_dependency(struct directive_context *c, char *word, void *data)
{
	const enum dep_kind kind = (enum dep_kind)c->directive->argument;
	const char *wrong = !unit_name_is_valid(word) ? "not the name of a unit"
			    : kind == DEP_BEFORE && text_ends_with(word, ".device")
				    ? "a device cannot be delayed"
				    : NULL;

	(void)data;
	if (wrong) {
		(void)directive_refuse(c, word, "%s", wrong);
		return 0;
	}
	_cleanup_(freep) char *name = unit_name_fill_template(word, c->specifiers->unit);
	return name ? config_add_dep(c->config, kind, name, ORIGIN_FILE) : -ENOMEM;
}

/* Names are split at blanks alone: neither quotes nor escapes mean anything in them. */
static int parse_dependency(struct directive_context *c, const char *text, void *field)
{
	return directive_each_word(c, text, 0, take_dependency, field);
}

static int parse_condition(struct directive_context *c, const char *text, void *field)
{
	struct config *s = c->config;
	bool is_assert = text_after_prefix(c->directive->key, "Assert");
	struct condition condition = {
		.type = (enum condition_type)c->directive->argument, .is_assert = is_assert};
	size_t kept = 0;

	(void)field;
	if (!*text) { /* an empty value takes back all of them, of every kind */
		for (size_t i = 0; i < s->condition_count; i++) {
			if (s->conditions[i].is_assert == is_assert)
				free(s->conditions[i].parameter);
			else
				s->conditions[kept++] = s->conditions[i];
		}
		s->condition_count = kept;
		return 0;
	}
	condition.is_trigger = *text == '|';
	bool is_path = strstr(c->directive->key, "Path") ||
		       strstr(c->directive->key, "Directory") || strstr(c->directive->key, "File");
	text += condition.is_trigger;
	if (!is_path)
		text += strspn(text, " \t");
	condition.is_negated = *text == '!';
	text += condition.is_negated;
	if (!is_path)
		text += strspn(text, " \t");
	int r = directive_expand(c, text, &condition.parameter);
	if (r < 0)
		return r;
	struct condition *grown = NULL;
	if (is_path && directive_check_path(c, condition.parameter) < 0)
		r = -EINVAL;
	else if (!(grown = reallocarray(s->conditions, s->condition_count + 1, sizeof(*grown))))
		r = -ENOMEM;
	if (r < 0) {
		free(condition.parameter);
		return r;
	}
	s->conditions = grown;
	s->conditions[s->condition_count++] = condition;
	return 0;
}

/* Where one may read on; what is no such place is left out. */
static int parse_documentation(struct directive_context *c, const char *text, void *field)
{
	static const char *const schemes[] = {"http://", "https://", "file:/", "info:", "man:"};
	char ***list = field, **good = NULL;
	size_t before = strv_length(*list);
	int r = type_lines.parse(c, text, field);

	for (size_t i = 0; r >= 0 && *list && (*list)[i]; i++) {
		const char *rest = i < before ? "x" : NULL;

		for (size_t k = 0; k < ELEMENTS(schemes) && !rest; k++)
			rest = text_after_prefix((*list)[i], schemes[k]);
		if (rest && *rest)
			r = strv_push(&good, strdup((*list)[i]));
		else
			(void)directive_refuse(c, (*list)[i],
				"not the place of a document; write man:, info:, file:/, http:// "
				"or https://");
	}
	strv_free(*list);
	*list = good;
	return r;
}

/* OnFailureIsolate=yes: the old way to write OnFailureJobMode=isolate. */
static int parse_isolate(struct directive_context *c, const char *text, void *field)
{
	int r = value_parse_bool(text);

	(void)field;
	if (r < 0)
		return directive_refuse(c, text, "not a boolean; write yes or no");
	c->config->unit->on_failure_job_mode = r ? JOB_MODE_ISOLATE : JOB_MODE_REPLACE;
	return 0;
}

static int take_mount(struct directive_context *c, char *word, void *list)
{
	if (directive_check_path(c, word) < 0 || strv_contains(*(char ***)list, word))
		return 0;
	return strv_push(list, strdup(word));
}

/* Paths whose mounts must be there: we mount nothing, so all that is left is that they are named
 * rightly. */
static int parse_mounts_for(struct directive_context *c, const char *text, void *field)
{
	return directive_each_word(c, text, WORD_UNQUOTE, take_mount, field);
}

static void done_mounts_for(void *field)
{
	*(char ***)field = strv_free(*(char ***)field);
}

static int set_exit(struct exit_set *set, const char *word)
{
	int status = exit_name_from_string(word);
	int sig = status < 0 ? signal_from_string(word) : -1;

	if (status >= 0)
		set->statuses[status / 8] |= (uint8_t)(1 << status % 8);
	else if (sig > 0)
		set->signals |= 1ULL << (sig - 1);
	else
		return -EINVAL;
	return 0;
}

static void done_exit_set(void *field)
{
	struct exit_set **set = field;

	free(*set);
	*set = NULL;
}

static int parse_exit_set(struct directive_context *c, const char *text, void *field)
{
	struct exit_set **set = field;
	char *word;

	if (!*text)
		done_exit_set(field);
	else if (!*set && !(*set = calloc(1, sizeof(**set))))
		return -ENOMEM;
	while (word_next(&text, &word, WORD_UNQUOTE) > 0) {
		_cleanup_(freep) char *owned = word;

		if (set_exit(*set, word) < 0)
			(void)directive_refuse(c, word, "neither an exit status nor a signal");
	}
	return 0;
}

static char *format_exit_set(const struct directive *d, const void *field)
{
	const struct exit_set *set = *(struct exit_set *const *)field;
	char *text = NULL, name[SIGNAL_NAME_MAX];
	size_t length;
	const char *blank = "";
	FILE *f = set ? open_memstream(&text, &length) : NULL;

	(void)d;
	if (!f)
		return NULL;
	for (int i = 0; i < 256; i++)
		if (set->statuses[i / 8] >> i % 8 & 1) {
			fprintf(f, "%s%d", blank, i);
			blank = " ";
		}
	for (int i = 0; i < 64; i++)
		if (set->signals >> i & 1) {
			fprintf(f, "%s%s", blank, signal_to_string(i + 1, name) + 3);
			blank = " ";
		}
	fclose(f);
	if (text && *text)
		return text;
	free(text);
	return NULL;
}

static int parse_exit_status(struct directive_context *c, const char *text, void *field)
{
	int status = exit_name_from_string(text);

	if (*text && status < 0)
		return directive_refuse(c, text, "not an exit status from 0 to 255");
	*(int *)field = *text ? status : -1;
	return 0;
}

/* TimeoutStartSec=: 0 is none. */
static int parse_timeout(struct directive_context *c, const char *text, void *field)
{
	int r = type_usec_or_infinity.parse(c, text, field);

	if (r >= 0 && field == &c->config->service->timeout_start_usec)
		c->config->service->timeout_start_set = true;
	return r;
}

static int parse_timeout_both(struct directive_context *c, const char *text, void *field)
{
	struct service_settings *s = c->config->service;
	int r = parse_timeout(c, text, &s->timeout_start_usec);

	(void)field;
	if (r >= 0)
		s->timeout_stop_usec = s->timeout_start_usec;
	return r;
}

static char *format_timeout_abort(const struct directive *d, const void *field)
{
	const struct service_settings *s =
		(const void *)((const char *)field -
			       offsetof(struct service_settings, timeout_abort_usec));

	return s->timeout_abort_set ? type_usec.format(d, field) : NULL;
}

/* The name of a service on the bus: parts with dots between, none of which begins with a digit. */
static int parse_bus_name(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *name = NULL;
	int r = directive_expand(c, text, &name);
	bool good = r >= 0 && strchr(name, '.') && strlen(name) <= 255, begins = true;

	for (const char *s = name; good && *s; s++) {
		if (*s == '.')
			good = !begins;
		else
			good = isalpha((unsigned char)*s) || strchr("_-", *s) ||
			       (!begins && isdigit((unsigned char)*s));
		begins = *s == '.';
	}
	if (r < 0)
		return r;
	if (!good || begins)
		return directive_refuse(c, text, "not a name on the bus");
	free(*(char **)field);
	*(char **)field = TAKE_PTR(name);
	return 0;
}

/* Nothing is the default again. */
static int parse_kill_mode(struct directive_context *c, const char *text, void *field)
{
	if (*text)
		return type_enum.parse(c, text, field);
	*(int *)field = KILL_CONTROL_GROUP;
	return 0;
}

static int parse_timeout_abort(struct directive_context *c, const char *text, void *field)
{
	struct service_settings *s = c->config->service;

	int r = *text ? type_usec.parse(c, text, field) : 0;

	if (r >= 0)
		s->timeout_abort_set = *text != 0;
	return r;
}

/* A relative one lies below the folder for run-time files. */
static int parse_pid_file(struct directive_context *c, const char *text, void *field)
{
	_cleanup_(freep) char *expanded = NULL;
	char *path = NULL;
	int r = directive_expand(c, text, &expanded);

	if (r < 0)
		return r;
	const char *legacy = text_after_prefix(expanded, "/var/run/");
	if (!path_is_normal(expanded))
		return directive_fail(c, text, "the path goes through '..'");
	if (*expanded && asprintf(&path, "%s%s", legacy || *expanded != '/' ? "/run/" : "",
				 legacy ? legacy : expanded) < 0)
		return -ENOMEM;
	if (path)
		path_simplify(path);
	free(*(char **)field);
	*(char **)field = path;
	return 0;
}

static int parse_service_type(struct directive_context *c, const char *text, void *field)
{
	int r = type_enum.parse(c, text, field);

	if (r < 0)
		return r;
	c->config->service->type_set = true;
	return 0;
}

static int parse_notify_access(struct directive_context *c, const char *text, void *field)
{
	int r = type_enum.parse(c, text, field);

	if (r >= 0)
		c->config->service->notify_access_set = true;
	return r;
}

const struct value_type type_dependency = {"unit names", parse_dependency, NULL, NULL};
const struct value_type type_isolate = {"boolean", parse_isolate, NULL, NULL};
const struct value_type type_bus_name = {
	"name on the bus", parse_bus_name, plain_format_string, plain_done_string};
const struct value_type type_kill_mode = {
	"one of a list", parse_kill_mode, plain_format_enum, NULL};
const struct value_type type_documentation = {
	"documents", parse_documentation, plain_format_lines, plain_done_words};
const struct value_type type_condition = {"condition", parse_condition, NULL, NULL};
const struct value_type type_mounts_for = {
	"absolute paths", parse_mounts_for, NULL, done_mounts_for};
const struct value_type type_exit_set = {
	"exit statuses and signals", parse_exit_set, format_exit_set, done_exit_set};
const struct value_type type_exit_status = {"exit status", parse_exit_status, NULL, NULL};
const struct value_type type_timeout = {
	"time span, 0 for none", parse_timeout, plain_format_usec, NULL};
const struct value_type type_timeout_both = {
	"time span, 0 for none", parse_timeout_both, NULL, NULL};
const struct value_type type_timeout_abort = {
	"time span, 0 for none", parse_timeout_abort, format_timeout_abort, NULL};
const struct value_type type_pid_file = {
	"path", parse_pid_file, plain_format_string, plain_done_string};
const struct value_type type_service_type = {
	"one of a list", parse_service_type, plain_format_enum, NULL};
const struct value_type type_notify_access = {
	"one of a list", parse_notify_access, plain_format_enum, NULL};
