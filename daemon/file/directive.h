/* SPDX-License-Identifier: MIT */
/*
 * The table of directives: one row is all there is to know about a name that a user may write in a
 * unit file. Parsing, defaults, `show`, --dump, "did you mean" and the manual page's list come from
 * it.
 */
#pragma once

#include <stddef.h>

#include "daemon/base/diag.h"
#include "daemon/base/place.h"
#include "daemon/file/config.h"
#include "daemon/file/specifier.h"

/* Which struct a row's offset counts from. */
enum directive_group {
	GROUP_CONFIG, /* struct config itself: [Unit], [Install] */
	GROUP_UNIT,
	GROUP_EXEC,
	GROUP_KILL,
	GROUP_SERVICE,
	GROUP_TIMER,
	GROUP_PATH,
	GROUP_SOCKET,
	GROUP_SERVICE_COMMANDS, /* struct commands; the argument is the list */
	GROUP_SOCKET_COMMANDS,
	GROUP_NONE, /* no field: the text is kept as it was written (struct kept_value) */
	GROUP_MAX,
};

/* Everything a parser may want to know or say; `field` comes apart from it. */
struct directive_context {
	const struct directive *directive;
	struct config *config;
	const char *file;
	unsigned line;
	struct diags *diags;
	const struct specifier_context *specifiers;
};

/*
 * A kind of value. parse() gets the text after the `=`, blanks stripped, and reports what is wrong
 * as a diagnostic; it returns 0, or a negative errno when the value was not taken (systemd ignores
 * such a line; where it refuses the unit the diagnostic is a DIAG_ERROR). format() gives what
 * `show` and --dump print, to be freed by the caller; NULL: nothing to print, or no memory. Values
 * that --dump prints on a line each stand on a line each there too.
 */
struct value_type {
	const char *name; /* for the manual page: "boolean", "time span", ... */
	int (*parse)(struct directive_context *c, const char *text, void *field);
	char *(*format)(const struct directive *d, const void *field);
	void (*done)(void *field); /* NULL: nothing owned */
};

enum directive_flag {
	DIRECTIVE_SECURITY = 1 << 0, /* a value that cannot be taken fails the unit */
	DIRECTIVE_OLD = 1 << 1,	     /* an old spelling: understood, not listed */
	DIRECTIVE_QUIET =
		1 << 2, /* not applied, and not worth a word when it says "no" or nothing */
	DIRECTIVE_TERSE = 1 << 3, /* --dump has it where it is not the default */
	DIRECTIVE_KEPT = 1 << 4,  /* honoured by whoever asks for the text that is kept */
};

struct directive {
	const char *section; /* "Exec", "Kill", "CGroup": all sections that have that group */
	const char *key;
	const struct value_type *type;
	enum directive_group group;
	unsigned flags;
	size_t offset;
	int argument; /* for parsers that serve several rows: dep_kind, RLIMIT_*, ... */
	const struct enum_table *names; /* of an enum value */
	const char *fallback;		/* the default as text, where it is not zero or empty */
	const char *same_as;		/* of an old spelling: the key that stands for it now */
	const char *not_applied; /* why it is understood and not done here; NULL: it is honoured */
	enum need need;		 /* what this place must have for it; else it is reported too */
};

/* A part of the table: one file a part. */
struct directive_rows {
	const struct directive *rows;
	size_t count;
};

extern const struct directive_rows unit_directives, service_directives, exec_directives,
	sandbox_directives, resource_directives, trigger_directives, other_directives;

/* The row for `key` in a section as written in a file ("Service"), or NULL. */
const struct directive *directive_find(const char *section, const char *key);

/* The nearest key of that section, for "did you mean"; NULL when nothing is near. */
const char *directive_nearest(const char *section, const char *key);

/* Whether a section of that name exists, or is one that others may use (X-*). */
bool directive_section_is_known(const char *section);
/* The nearest name of a section, or NULL. */
const char *directive_nearest_section(const char *section);

/* Why the row is not done here: for what it is, or for where we are. NULL: it is. */
const char *directive_why_not(const struct directive *d);

/* Row by row, for tests, `show` and pages: NULL after the last. */
const struct directive *directive_at(size_t index);

/* The field a row stands for in `c`; NULL when this unit type has no such group. */
void *directive_field(const struct directive *d, const struct config *c);

/* Says that a value cannot be taken, and why; -EINVAL. An error for rows marked DIRECTIVE_SECURITY.
 */
int directive_refuse(struct directive_context *c, const char *text, const char *fmt, ...)
	_printf_(3, 4);
/* The same for what makes systemd refuse the whole unit. */
int directive_fail(struct directive_context *c, const char *text, const char *fmt, ...)
	_printf_(3, 4);
/* Whether `path` is absolute and goes through no `..`, which is said; simplified in place. 0 or
 * -EINVAL. */
int directive_check_path(struct directive_context *c, char *path);
/* `text` with specifiers expanded, to be freed by the caller; a diagnostic and -EINVAL when there
 * is an unknown one. */
int directive_expand(struct directive_context *c, const char *text, char **ret);
/* One word of a value; 0, or a negative errno that ends the walk. */
typedef int directive_word_fn(struct directive_context *c, char *word, void *data);
/*
 * Calls fn with each word of `text`, read as `flags` say (base/word.h), with specifiers expanded.
 * What cannot be expanded is told of and left out, and so is what follows a lone quote. 0, -EINVAL
 * for such a quote, or what fn returned.
 */
int directive_each_word(struct directive_context *c, const char *text, unsigned flags,
	directive_word_fn *fn, void *data);
