/* SPDX-License-Identifier: MIT */
/* Assignments -> configuration: each line of a unit's file and drop-ins finds its row of the table.
 */
#pragma once

#include "daemon/file/directive.h"
#include "daemon/file/reader.h"

struct apply_context {
	enum unit_type type;
	struct config *config;
	struct diags *diags;
	const struct specifier_context *specifiers;
	const char *file;
	size_t keys; /* assignments so far, against LIMIT_UNIT_KEYS */
};

/* The section that a unit type has for itself: "Service"; "" where there is none. */
const char *unit_type_section(enum unit_type type);

/* Applies the text of one file. What is wrong becomes a diagnostic. 0, or -ENOMEM, -E2BIG. */
int apply_text(struct apply_context *c, const char *file, const char *text, size_t length);
