/* SPDX-License-Identifier: MIT */
#include "daemon/file/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "common/text.h"
#include "daemon/file/apply.h"
#include "daemon/file/types.h"

static void dump_json_string(const char *text, FILE *f)
{
	putc('"', f);
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", f);
		else if (*s == '\t')
			fputs("\\t", f);
		else if (*s < ' ')
			fprintf(f, "\\u%04x", *s);
		else
			putc(*s, f);
	}
	putc('"', f);
}

void dump_arguments(char *const *argv, FILE *f)
{
	putc('[', f);
	for (char *const *a = argv; a && *a; a++) {
		if (a != argv)
			fputs(", ", f);
		dump_json_string(*a, f);
	}
	putc(']', f);
}

void dump_condition_value(const struct condition *c, FILE *f)
{
	fprintf(f, "%s%s%s", c->is_trigger ? "|" : "", c->is_negated ? "!" : "", c->parameter);
}

static void dump_names(const struct unit *u, FILE *f)
{
	_cleanup_(freep) char *prefix = NULL, *instance = NULL;

	fprintf(f, "# %s\n", u->id);
	if (u->config->path)
		fprintf(f, "Source: %s\n", u->config->path);
	for (char **d = u->config->dropins; d && *d; d++)
		fprintf(f, "DropIn: %s\n", *d);
	if (unit_name_split(u->id, &prefix, &instance) >= 0 && instance)
		fprintf(f, "Instance: %s\n", instance);
	for (char **a = u->aliases; a && *a; a++)
		fprintf(f, "Alias: %s\n", *a);
}

static void dump_conditions(const struct unit *u, FILE *f)
{
	for (size_t i = 0; i < u->config->condition_count; i++) {
		const struct condition *c = &u->config->conditions[i];

		fprintf(f, "%s%s: ", c->is_assert ? "Assert" : "Condition",
			condition_type_to_string(c->type));
		dump_condition_value(c, f);
		putc('\n', f);
	}
}

static void dump_commands(const struct unit *u, FILE *f)
{
	const struct commands *c = &u->config->commands;

	for (size_t i = 0; i < c->count; i++) {
		fprintf(f, "%s: ", command_list_to_string((enum command_list)c->list[i].list));
		dump_arguments(c->list[i].argv, f);
		putc('\n', f);
	}
}

/* No limit is the largest number there: the kernel's RLIM_INFINITY. */
static void dump_limit(const struct directive *d, const void *field, FILE *f)
{
	const struct rlimit *limit = *(struct rlimit *const *)field;

	if (limit)
		fprintf(f, "%s: %llu\n%sSoft: %llu\n", d->key, (unsigned long long)limit->rlim_max,
			d->key, (unsigned long long)limit->rlim_cur);
}

static void dump_lines(const char *key, const char *text, FILE *f)
{
	do { /* an empty set is a line too */
		size_t n = strcspn(text, "\n");

		fprintf(f, "%s: %.*s\n", key, (int)n, text);
		text += n + (text[n] == '\n');
	} while (*text);
}

static bool is_one_of(const char *key, const char *const *keys)
{
	for (; *keys; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

/* Rows that are told by other lines, or only beside others. */
static bool is_told_elsewhere(const struct directive *d, const struct unit *u)
{
	static const char *const of_accept[] = {
		"Accept", "MaxConnections", "MaxConnectionsPerSource", "Service", NULL};
	static const char *const of_syslog[] = {"SyslogFacility", "SyslogLevel", NULL};
	const struct exec_settings *e = u->config->exec;

	if (strcmp(d->section, "Socket") == 0)
		return is_one_of(d->key, of_accept);
	if (strcmp(d->section, "Service") == 0 && strcmp(d->key, "Sockets") == 0)
		return true;
	if (strcmp(d->key, "RestrictNamespaces") == 0) {
		const char *said = kept_get(u->config, d);
		return said && (!*said || strcmp(said, "no") == 0);
	}
	if (e && is_one_of(d->key, of_syslog))
		return !exec_logs(e);
	/* Of a terminal all is told, or nothing. */
	return e && !e->tty_path && text_after_prefix(d->key, "TTY");
}

/* Whether the unit could have a line for the row: its section is one of the unit's type. */
static bool row_applies(const struct directive *d, const struct unit *u)
{
	if (d->flags & DIRECTIVE_OLD || strcmp(d->section, "Install") == 0)
		return false;
	if (is_told_elsewhere(d, u))
		return false;
	if (d->group != GROUP_NONE)
		return directive_field(d, u->config);
	const char *kept = kept_get(u->config, d);
	if (kept && (*kept || d->fallback || d->type == &type_bool))
		return true;
	if (d->flags & DIRECTIVE_TERSE || !(d->fallback || d->type == &type_bool))
		return false;
	if (strcmp(d->section, "Exec") == 0)
		return u->config->exec;
	return strcmp(d->section, unit_type_section(u->type)) == 0;
}

/* systemd's dump has a few words that its unit files have not. */
static const char *shown_key(const struct directive *d)
{
	static const char *const words[][2] = {{"AccuracySec", "Accuracy"},
		{"OnTimezoneChange", "OnTimeZoneChange"}, {"SecureBits", "Secure Bits"},
		{"JobTimeoutSec", "Job Timeout"}, {"JobRunningTimeoutSec", "Job Running Timeout"},
		{"JobTimeoutAction", "Job Timeout Action"}, {"SuccessAction", "Success Action"},
		{"FailureAction", "Failure Action"},
		{"FileDescriptorStoreMax", "File Descriptor Store Max"},
		{"TimeoutIdleSec", "TimeoutIdleUSec"}};

	for (size_t i = 0; i < ELEMENTS(words); i++)
		if (strcmp(words[i][0], d->key) == 0)
			return words[i][1];
	if (strcmp(d->section, "Mount") == 0 && strcmp(d->key, "Type") == 0)
		return "File System Type";
	return d->key;
}

/* What the row says of a unit that says nothing of it; the caller frees. */
static char *default_text(const struct directive *d, const struct unit *u)
{
	_cleanup_(config_freep) struct config *fresh = config_new(u->type);

	return fresh ? d->type->format(d, directive_field(d, fresh)) : NULL;
}

/* A value that a unit does not say: %n is its name, %N.service what it starts. */
static void dump_unsaid(const struct directive *d, const struct unit *u, FILE *f)
{
	const char *text = d->fallback ? d->fallback : "no", *key = shown_key(d);

	if (strcmp(text, "%n") == 0)
		fprintf(f, "%s: %s\n", key, u->id);
	else if (strcmp(text, "%N.service") == 0)
		fprintf(f, "%s: %.*s.service\n", key, (int)(strrchr(u->id, '.') - u->id), u->id);
	else if (strcmp(d->key, "KeyringMode") == 0 && u->type != UNIT_SERVICE)
		fprintf(f, "%s: shared\n", key);
	else
		fprintf(f, "%s: %s\n", key, text);
}

/* Spans of services are told in whole seconds, from one second on. */
static char *field_text(const struct directive *d, const void *field)
{
	bool is_span = d->type == &type_usec || d->type == &type_usec_or_infinity ||
		       d->type == &type_timeout || d->type == &type_timeout_abort;
	uint64_t usec = is_span ? *(const uint64_t *)field : 0;
	_cleanup_(freep) char *text = d->type->format(d, field);
	char buffer[FORMAT_MAX];

	if (!text || d->group != GROUP_SERVICE || usec < USEC_PER_SEC || usec == USEC_INFINITY)
		return TAKE_PTR(text);
	return strdup(format_timespan(buffer, usec - usec % USEC_PER_SEC, 1));
}

static void dump_field(const struct directive *d, const struct unit *u, FILE *f)
{
	_cleanup_(freep) char *text = field_text(d, directive_field(d, u->config));
	_cleanup_(freep) char *unsaid = !(d->flags & DIRECTIVE_TERSE) ? NULL
					: d->fallback		      ? strdup(d->fallback)
								      : default_text(d, u);

	if (!text && d->fallback && !(d->flags & DIRECTIVE_TERSE))
		dump_unsaid(d, u, f);
	else if (text && !(unsaid && strcmp(text, unsaid) == 0))
		dump_lines(shown_key(d), text, f);
}

/* All namespaces refused is a list of those allowed that is empty; whose controllers are named are
 * delegated. */
static const char *shown_value(const struct directive *d, const char *text)
{
	if (strcmp(d->key, "RestrictNamespaces") == 0 && strcmp(text, "yes") == 0)
		return "n/a";
	return strcmp(d->key, "Delegate") == 0 && strcmp(text, "no") != 0 ? "yes" : text;
}

/* Folders, and the links to them. */
static void dump_directories(const struct directive *d, char *const *paths, FILE *f)
{
	for (; paths && *paths; paths++) {
		fprintf(f, "%s: %.*s\n", d->key, (int)strcspn(*paths, ":"), *paths);
		if (strchr(*paths, ':'))
			fprintf(f, "%sSymlink: %s\n", d->key, *paths);
	}
}

/* A stream into a file is told in two lines: that it is one, and which. */
static void dump_stream(const struct directive *d, const struct exec_settings *e,
	const struct stdio_setting *s, FILE *f)
{
	static const struct {
		enum exec_stdio kind;
		const char *suffix;
	} rows[] = {{STDIO_FILE, "File"}, {STDIO_APPEND, "FileToAppend"},
		{STDIO_TRUNCATE, "FileToTruncate"}, {STDIO_FD, "FileDescriptorName"}};

	bool inherits_nothing = s == &e->output && exec_inherits_nothing(e);

	fprintf(f, "%s: %s\n", d->key,
		inherits_nothing ? "journal" : exec_stdio_to_string(s->kind));
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (rows[i].kind == s->kind && s->argument)
			fprintf(f, "%s%s: %s\n", d->key, rows[i].suffix, s->argument);
}

static void dump_row(const struct directive *d, const struct unit *u, FILE *f)
{
	const char *kept = d->group == GROUP_NONE ? kept_get(u->config, d) : NULL;

	if (!row_applies(d, u))
		return;
	if (d->type == &type_rlimit)
		dump_limit(d, directive_field(d, u->config), f);
	else if (d->type == &type_directories)
		dump_directories(d, *(char **const *)directive_field(d, u->config), f);
	else if (d->type == &type_stdio)
		dump_stream(d, u->config->exec, directive_field(d, u->config), f);
	else if (kept && *kept)
		dump_lines(shown_key(d), shown_value(d, kept), f);
	else if (d->group == GROUP_NONE)
		dump_unsaid(d, u, f);
	else if (d->type->format)
		dump_field(d, u, f);
}

static void dump_origins(unsigned origin, FILE *f)
{
	const char *blank = "";

	if (origin & ORIGIN_DEFAULT)
		fprintf(f, "%sorigin-default", blank), blank = " ";
	if (origin & ORIGIN_FILE)
		fprintf(f, "%sorigin-file", blank), blank = " ";
	if (origin & ORIGIN_IMPLICIT)
		fprintf(f, "%sorigin-implicit", blank), blank = " ";
	if (origin & ORIGIN_PATH)
		fprintf(f, "%sorigin-path", blank);
}

static int by_name(const void *a, const void *b, void *table)
{
	const struct edge *x = a, *y = b;

	return strcmp(unit_at(table, x->to)->id, unit_at(table, y->to)->id);
}

/* Only what this unit itself says: the other direction is told at the other unit. */
static int dump_dependencies(const struct unit *u, FILE *f)
{
	for (int kind = 0; kind < DEP_KIND_MAX; kind++) {
		size_t count;
		const struct edge *edges = unit_edges(u, (enum dep_kind)kind, &count);
		_cleanup_(freep) struct edge *sorted =
			count ? calloc(count, sizeof(*sorted)) : NULL;

		if (count && !sorted)
			return -ENOMEM;
		if (count)
			memcpy(sorted, edges, count * sizeof(*sorted));
		if (count)
			qsort_r(sorted, count, sizeof(*sorted), by_name, u->table);
		for (size_t i = 0; i < count; i++) {
			if (!sorted[i].origin || kind == DEP_TRIGGERED_BY)
				continue;
			fprintf(f, "%s: %s (", dep_kind_to_string((enum dep_kind)kind),
				unit_at(u->table, sorted[i].to)->id);
			dump_origins(sorted[i].origin, f);
			fputs(")\n", f);
		}
	}
	return 0;
}

/* Of a socket that hands each connection over. */
static void dump_accept(const struct socket_settings *s, FILE *f)
{
	fprintf(f,
		"Accepted: 0\nNConnections: 0\nMaxConnections: %u\nMaxConnectionsPerSource: %u\n",
		s->max_connections, s->max_per_source);
}

/* What is mounted lies in something that is. */
static void dump_mount_below(const struct unit *u, FILE *f)
{
	const char *section = unit_type_section(u->type);
	const struct directive *d = directive_find(section, "Where");
	const char *where = d ? kept_get(u->config, d) : NULL;
	const char *slash = where ? strrchr(where, '/') : NULL;

	if (slash)
		fprintf(f, "RequiresMountsFor: %.*s (origin-implicit)\n",
			slash == where ? 1 : (int)(slash - where), where);
}

static void dump_mounts(const struct unit *u, FILE *f)
{
	char **paths = u->config->mounts_for;

	strv_sort(paths);
	for (char **p = paths; p && *p; p++)
		fprintf(f, "RequiresMountsFor: %s (origin-file)\n", *p);
	dump_mount_below(u, f);
}

int dump_unit(const struct unit *u, FILE *f)
{
	const struct directive *d;

	dump_names(u, f);
	for (size_t i = 0; (d = directive_at(i)); i++)
		dump_row(d, u, f);
	if (u->config->socket && u->config->socket->accept)
		dump_accept(u->config->socket, f);
	if (u->type == UNIT_MOUNT && u->config->path)
		fputs("From fragment: yes\n", f);
	dump_conditions(u, f);
	dump_commands(u, f);
	int r = dump_dependencies(u, f);
	dump_mounts(u, f);
	putc('\n', f);
	return r;
}
