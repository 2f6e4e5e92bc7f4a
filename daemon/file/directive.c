/* SPDX-License-Identifier: MIT */
#include "daemon/file/directive.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/word.h"

#define NEAR 3 /* edits that "did you mean" bridges */

static const struct directive_rows *const parts[] = {&unit_directives, &service_directives,
	&exec_directives, &sandbox_directives, &resource_directives, &trigger_directives,
	&other_directives};

/* Which groups of rows a section of a file may use. */
static const struct {
	const char *section;
	const char *groups[5];
} sections[] = {
	{"Unit", {"Unit"}},
	{"Install", {"Install"}},
	{"Service", {"Service", "Exec", "Kill", "CGroup"}},
	{"Socket", {"Socket", "Exec", "Kill", "CGroup"}},
	{"Timer", {"Timer"}},
	{"Path", {"Path"}},
	{"Mount", {"Mount", "Exec", "Kill", "CGroup"}},
	{"Automount", {"Automount"}},
	{"Swap", {"Swap", "Exec", "Kill", "CGroup"}},
	{"Slice", {"CGroup"}},
	{"Scope", {"Scope", "Kill", "CGroup"}},
	{"X-Reaperd", {"X-Reaperd"}},
};

const struct directive *directive_at(size_t index)
{
	for (size_t i = 0; i < ELEMENTS(parts); i++) {
		if (index < parts[i]->count)
			return &parts[i]->rows[index];
		index -= parts[i]->count;
	}
	return NULL;
}

/* Rows by key, so that each line of a file costs a search by halves. */
static const struct directive **sorted;
static size_t sorted_count;

static int by_key(const void *a, const void *b)
{
	return strcmp((*(const struct directive *const *)a)->key,
		(*(const struct directive *const *)b)->key);
}

static bool make_index(void)
{
	if (sorted)
		return true;
	size_t n = 0;
	while (directive_at(n))
		n++;
	sorted = calloc(n, sizeof(*sorted));
	if (!sorted)
		return false;
	for (size_t i = 0; i < n; i++)
		sorted[i] = directive_at(i);
	qsort(sorted, n, sizeof(*sorted), by_key);
	sorted_count = n;
	return true;
}

static const char *const *groups_of(const char *section)
{
	for (size_t i = 0; i < ELEMENTS(sections); i++)
		if (strcmp(sections[i].section, section) == 0)
			return sections[i].groups;
	return NULL;
}

static bool is_in(const struct directive *d, const char *const *groups)
{
	for (size_t i = 0; i < ELEMENTS(sections[0].groups) && groups[i]; i++)
		if (strcmp(d->section, groups[i]) == 0)
			return true;
	return false;
}

const struct directive *directive_find(const char *section, const char *key)
{
	const char *const *groups = groups_of(section);
	size_t low = 0, high;

	if (!groups || !make_index())
		return NULL;
	for (high = sorted_count; low < high;) {
		size_t middle = (low + high) / 2;
		if (strcmp(sorted[middle]->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < sorted_count && strcmp(sorted[low]->key, key) == 0; low++)
		if (is_in(sorted[low], groups))
			return sorted[low];
	return NULL;
}

const char *directive_nearest(const char *section, const char *key)
{
	const char *const *groups = groups_of(section);
	const char *best = NULL;
	unsigned least = NEAR + 1;

	for (size_t i = 0; groups && make_index() && i < sorted_count; i++) {
		unsigned n = is_in(sorted[i], groups) ? text_distance(key, sorted[i]->key, NEAR)
						      : NEAR + 1;
		if (n < least && n < strlen(key)) {
			least = n;
			best = sorted[i]->key;
		}
	}
	return best;
}

bool directive_section_is_known(const char *section)
{
	return groups_of(section) || text_after_prefix(section, "X-");
}

const char *directive_nearest_section(const char *section)
{
	for (size_t i = 0; i < ELEMENTS(sections); i++)
		if (text_distance(section, sections[i].section, 2) <= 2)
			return sections[i].section;
	return NULL;
}

void *directive_field(const struct directive *d, const struct config *c)
{
	char *base = NULL;

	switch (d->group) {
	case GROUP_CONFIG:
		base = (char *)c;
		break;
	case GROUP_UNIT:
		base = (char *)c->unit;
		break;
	case GROUP_EXEC:
		base = (char *)c->exec;
		break;
	case GROUP_KILL:
		base = (char *)c->kill;
		break;
	case GROUP_SERVICE:
		base = (char *)c->service;
		break;
	case GROUP_TIMER:
		base = (char *)c->timer;
		break;
	case GROUP_PATH:
		base = (char *)c->path_watches;
		break;
	case GROUP_SOCKET:
		base = (char *)c->socket;
		break;
	case GROUP_SERVICE_COMMANDS:
		base = c->service ? (char *)&c->commands : NULL;
		break;
	case GROUP_SOCKET_COMMANDS:
		base = c->socket ? (char *)&c->commands : NULL;
		break;
	case GROUP_NONE:
	case GROUP_MAX:
		break;
	}
	return base ? base + d->offset : NULL;
}

static _printf_(4, 0) int complain(struct directive_context *c, enum diag_level level,
	const char *value, const char *fmt, va_list args)
{
	_cleanup_(freep) char *why = NULL;

	if (vasprintf(&why, fmt, args) < 0)
		why = NULL;
	diag_add(c->diags, level, c->file, c->line, "%s=%.200s: %s%s", c->directive->key, value,
		why ? why : "", level == DIAG_ERROR ? "; the unit cannot be started" : "; ignored");
	return -EINVAL;
}

int directive_refuse(struct directive_context *c, const char *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int r = complain(c, c->directive->flags & DIRECTIVE_SECURITY ? DIAG_ERROR : DIAG_WARNING,
		text, fmt, args);
	va_end(args);
	return r;
}

int directive_fail(struct directive_context *c, const char *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int r = complain(c, DIAG_ERROR, text, fmt, args);
	va_end(args);
	return r;
}

int directive_expand(struct directive_context *c, const char *text, char **ret)
{
	int r = specifier_expand(text, c->specifiers, ret);

	return r == -EINVAL ? directive_refuse(
				      c, text, "unknown specifier; a percent sign is written %%%%")
			    : r;
}

static int expand_for(
	struct directive_context *c, const char *word, directive_word_fn *fn, void *data)
{
	_cleanup_(freep) char *expanded = NULL;
	int r = directive_expand(c, word, &expanded);

	if (r < 0)
		return r == -EINVAL ? 0 : r;
	return fn(c, expanded, data);
}

int directive_each_word(struct directive_context *c, const char *text, unsigned flags,
	directive_word_fn *fn, void *data)
{
	char *word;
	int r;

	while ((r = word_next(&text, &word, flags)) > 0) {
		_cleanup_(freep) char *owned = word;

		r = expand_for(c, word, fn, data);
		if (r < 0)
			return r;
	}
	if (r == -EINVAL)
		return directive_refuse(c, text,
			flags & WORD_CUNESCAPE && !(flags & WORD_UNKNOWN_STAYS)
				? "unbalanced quotes, or no escape of C"
				: "unbalanced quotes");
	return r;
}

int directive_check_path(struct directive_context *c, char *path)
{
	if (*path != '/')
		return directive_refuse(c, path, "not an absolute path");
	if (!path_is_normal(path))
		return directive_refuse(c, path, "the path goes through '..'");
	path_simplify(path);
	return 0;
}

const char *directive_why_not(const struct directive *d)
{
	if (d->not_applied)
		return d->not_applied;
	return d->need == NEED_NOTHING || place_has(d->need) ? NULL : place_why_not(d->need);
}
