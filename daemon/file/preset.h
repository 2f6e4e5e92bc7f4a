/* SPDX-License-Identifier: MIT */
/* What a distribution wants enabled: systemd.preset(5). */
#pragma once

#include <stdbool.h>

#include "common/own.h"

struct presets;

/* All preset files below `root` ("": our own), in their order. NULL: out of memory. */
struct presets *presets_read(const char *root);
struct presets *presets_free(struct presets *p);
DEFINE_CLEANUP(struct presets, presets_free)
/* Whether they enable a unit of that name: the first line that matches decides; true where none
 * does, and of NULL. */
bool presets_enable(const struct presets *p, const char *name);
