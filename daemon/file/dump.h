/* SPDX-License-Identifier: MIT */
/* What a unit resolves to, line by line: `Property: value` (--dump). */
#pragma once

#include <stdio.h>

#include "daemon/file/unit.h"

/* Writes `# NAME`, its lines, and an empty line. 0 or -ENOMEM. */
int dump_unit(const struct unit *u, FILE *f);
/* An argument vector as a JSON array, on one line. */
void dump_arguments(char *const *argv, FILE *f);
/* A condition's value as it is written: `|!/path`. */
void dump_condition_value(const struct condition *c, FILE *f);
