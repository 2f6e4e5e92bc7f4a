/* SPDX-License-Identifier: MIT */
/*
 * What is wrong in the user's files, as data: a list of file, line, key, sentence.
 * --check, the log, `verify` and the reply to `start` print the same list.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/enum.h"
#include "common/own.h"

enum diag_level {
	DIAG_NOT_APPLIED, /* understood; this kernel, privilege or program does not do it */
	DIAG_WARNING,	  /* ignored as systemd ignores it; the unit loads */
	DIAG_ERROR,	  /* the unit cannot be started */
	DIAG_LEVEL_MAX,
};

ENUM_TABLE(diag_level)

struct diag {
	enum diag_level level;
	unsigned line; /* 0: the file as a whole */
	char *file;
	char *text; /* one sentence, with the remedy where there is one */
};

struct diags {
	struct diag *list;
	uint32_t count;
	uint32_t dropped; /* beyond LIMIT_DIAGNOSTICS, or lost to a lack of memory */
};

/* Adds an entry; `file` and the text are copied. Never fails: what cannot be kept is counted. */
void diag_add(struct diags *d, enum diag_level level, const char *file, unsigned line,
	const char *fmt, ...) _printf_(5, 6);

/* Whether an entry of that level or a worse one is in the list. */
bool diag_has(const struct diags *d, enum diag_level level);

/* `FILE:LINE: text`, without a newline. The caller frees it; NULL when memory is short. */
char *diag_format(const struct diag *entry);

/* Empties the list; it can be used again. */
void diags_done(struct diags *d);
