/* SPDX-License-Identifier: MIT */
/* The answer of ListUnits, read where it lies: a JSON value for each of thousands of strings would
 * take most of the time that a list takes. */
#pragma once

#include <stddef.h>

struct unit_row {
	const char *unit, *load, *active, *sub, *description, *job; /* "" where there is none */
};

/* The rows in `text`, a reply, which is written over and has to outlive them; *ret is the
 * caller's. 0, -EBADMSG: it is no such answer, or -ENOMEM. */
int unit_rows_read(char *text, struct unit_row **ret, size_t *ret_count);
