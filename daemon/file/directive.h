/* SPDX-License-Identifier: MIT */
/*
 * The table of directives: one row is all there is to know about a name that a user may write in a
 * unit file. Parsing, defaults, `show`, --dump, "did you mean" and the manual page's list come from
 * it.
 */
#pragma once

#include <stddef.h>

#include "daemon/base/diag.h"
#include "daemon/file/config.h"

/* Which struct a row's offset counts from. */
enum directive_group {
	GROUP_CONFIG, /* struct config itself: [Unit], [Install], [X-Reaperd] */
	GROUP_EXEC,
	GROUP_KILL,
	GROUP_SERVICE,
	GROUP_NONE, /* no field: the canonical text is kept (struct kept_value) */
	GROUP_MAX,
};

/* Everything a parser may want to know or say; `field` comes apart from it. */
struct directive_context {
	const struct directive *directive;
	struct config *config;
	const char *unit; /* for specifiers */
	const char *file;
	unsigned line;
	struct diags *diags;
};

/*
 * A kind of value. parse() gets the text after the `=`, blanks stripped, and reports what is wrong
 * as a diagnostic; it returns 0, or a negative errno when the value was not taken (systemd ignores
 * such a line; where it refuses the unit the diagnostic is a DIAG_ERROR). format() gives what
 * `show` and --dump print, to be freed by the caller; NULL: nothing to print, or no memory.
 */
struct value_type {
	const char *name; /* for the manual page: "boolean", "time span", ... */
	size_t size;
	int (*parse)(struct directive_context *c, const char *text, void *field);
	char *(*format)(const struct directive *d, const void *field);
	void (*done)(void *field); /* NULL: nothing owned */
};

enum directive_flag {
	DIRECTIVE_LIST = 1 << 0,     /* may repeat; an empty value resets */
	DIRECTIVE_SECURITY = 1 << 1, /* a value that cannot be taken fails the unit */
	DIRECTIVE_OLD = 1 << 2,	     /* an old spelling: understood, not listed */
};

struct directive {
	const char *
		section; /* of the group's rows: "Exec", "Kill": all sections that have the group */
	const char *key;
	const struct value_type *type;
	enum directive_group group;
	uint32_t offset;
	unsigned flags;
	int argument; /* for parsers that serve several rows: dep_kind, RLIMIT_*, ... */
	const struct enum_table *names; /* of an enum value */
	const char *fallback;		/* the default as text, where it is not zero or empty */
	const char *not_applied; /* why it is understood and not done here; NULL: it is honoured */
};

/* The row for `key` in a section as written in a file ("Service"), or NULL. */
const struct directive *directive_find(const char *section, const char *key);

/* The nearest key of that section, for "did you mean"; NULL when nothing is near. */
const char *directive_nearest(const char *section, const char *key);

/* Whether a section of that name exists; X-* names are systemd's for others' use. */
bool directive_section_is_known(const char *section);

/* Row by row, for tests, `show` and pages: NULL after the last. */
const struct directive *directive_at(size_t index);

/* The field a row stands for in `c`; NULL when this unit type has no such group. */
void *directive_field(const struct directive *d, const struct config *c);
