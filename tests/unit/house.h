/* SPDX-License-Identifier: MIT */
/* A folder of unit files and a loader over it, for tests of what they mean. */
#pragma once

#include <criterion/criterion.h>

#include "daemon/file/load.h"

struct house {
	char folder[64];
	struct loader loader;
	struct unit_table units;
};

/* An empty folder under /tmp. */
void house_open(struct house *h);
void house_close(struct house *h);
/* Writes FOLDER/NAME; folders in between are made. */
void house_write(struct house *h, const char *name, const char *text);
/* The unit, loaded with all it names. */
struct unit *house_load(struct house *h, const char *name);
/* Writes `name` and loads it. */
struct unit *house_unit(struct house *h, const char *name, const char *text);
/* Whether a diagnostic of the unit holds these words, and on that line (0: any). */
bool house_said(const struct unit *u, unsigned line, const char *words);
/* The words of a command, joined by `|`; static. */
const char *house_argv(const struct unit *u, enum command_list kind, size_t index);
