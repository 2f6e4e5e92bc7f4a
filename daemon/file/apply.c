/* SPDX-License-Identifier: MIT */
#include "daemon/file/apply.h"

#include <errno.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/limits.h"
#include "daemon/file/types.h"

/* The section that a unit type has for itself. */
static const char *const own_section[UNIT_TYPE_MAX] = {
	[UNIT_SERVICE] = "Service",
	[UNIT_TIMER] = "Timer",
	[UNIT_SOCKET] = "Socket",
	[UNIT_PATH] = "Path",
	[UNIT_MOUNT] = "Mount",
	[UNIT_AUTOMOUNT] = "Automount",
	[UNIT_SWAP] = "Swap",
	[UNIT_SLICE] = "Slice",
	[UNIT_SCOPE] = "Scope",
};

const char *unit_type_section(enum unit_type type)
{
	return own_section[type] ? own_section[type] : "";
}

static bool section_belongs(enum unit_type type, const char *section)
{
	return strcmp(section, "Unit") == 0 || strcmp(section, "Install") == 0 ||
	       strcmp(section, "X-Reaperd") == 0 ||
	       (own_section[type] && strcmp(section, own_section[type]) == 0);
}

static void report_section(const struct apply_context *c, const struct assignment *a)
{
	const char *near = directive_nearest_section(a->section);

	if (directive_section_is_known(a->section))
		diag_add(c->diags, DIAG_WARNING, c->file, a->line,
			"section [%s] does not belong into a %s unit; ignored", a->section,
			unit_type_to_string(c->type));
	else if (near)
		diag_add(c->diags, DIAG_WARNING, c->file, a->line,
			"unknown section [%s], did you mean [%s]? ignored", a->section, near);
	else
		diag_add(c->diags, DIAG_WARNING, c->file, a->line, "unknown section [%s]; ignored",
			*a->section ? a->section : "none");
}

static void report_key(const struct apply_context *c, const struct assignment *a)
{
	const char *near = directive_nearest(a->section, a->key);

	if (near)
		diag_add(c->diags, DIAG_WARNING, c->file, a->line,
			"unknown key '%s' in section [%s], did you mean '%s'? ignored", a->key,
			a->section, near);
	else
		diag_add(c->diags, DIAG_WARNING, c->file, a->line,
			"unknown key '%s' in section [%s]; ignored", a->key, a->section);
}

/* "no", "0" and nothing: a setting that asks for nothing. */
static bool asks_for_nothing(const char *value)
{
	return !*value || value_parse_bool(value) == 0;
}

static void report_not_applied(const struct directive_context *c, const char *value)
{
	const struct directive *d = c->directive;

	if (!*value || (d->flags & DIRECTIVE_QUIET && asks_for_nothing(value)))
		return;
	const char *why_not = directive_why_not(d);
	if (!why_not)
		return;
	diag_add(c->diags, DIAG_NOT_APPLIED, c->file, c->line, "%s=%.200s: not applied: %s", d->key,
		value, why_not);
}

static int apply_value(struct directive_context *c, const char *value)
{
	if (c->directive->group == GROUP_NONE)
		return kept_set(c, value);

	void *field = directive_field(c->directive, c->config);
	if (!field)
		return 0;
	return c->directive->type->parse(c, value, field);
}

static int on_assignment(const struct assignment *a, void *data)
{
	struct apply_context *c = data;

	if (!a->key) {
		if (!section_belongs(c->type, a->section) && !text_after_prefix(a->section, "X-"))
			report_section(c, a);
		return 0;
	}
	if (++c->keys > LIMIT_UNIT_KEYS) {
		diag_add(c->diags, DIAG_ERROR, c->file, a->line,
			"more than %d assignments; the unit cannot be started", LIMIT_UNIT_KEYS);
		return -E2BIG;
	}
	if (!section_belongs(c->type, a->section) || text_after_prefix(a->key, "X-"))
		return 0;

	struct directive_context context = {
		.directive = directive_find(a->section, a->key),
		.config = c->config,
		.file = c->file,
		.line = a->line,
		.diags = c->diags,
		.specifiers = c->specifiers,
	};
	if (context.directive && context.directive->same_as)
		context.directive = directive_find(a->section, context.directive->same_as);
	if (!context.directive) {
		report_key(c, a);
		return 0;
	}
	int r = apply_value(&context, a->value);
	if (r >= 0)
		report_not_applied(&context, a->value);
	return r == -ENOMEM ? r : 0;
}

int apply_text(struct apply_context *c, const char *file, const char *text, size_t length)
{
	c->file = file;
	return reader_parse(text, length, file, c->diags, on_assignment, c);
}
