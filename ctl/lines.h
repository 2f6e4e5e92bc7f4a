/* SPDX-License-Identifier: MIT */
/* Lines that services wrote, as they are shown. */
#pragma once

#include "ctl/ctl.h"

/* One line: with its time and unit, or (OUTPUT_CAT) bare. */
void line_print(const json_t *line, enum output_format format);
/* What -n says: a number, -1 for "all" and for what is none (told); `otherwise` without -n. */
json_int_t lines_wanted(const struct options *o, json_int_t otherwise);
/* Whether -n says so; if not, that is told. */
bool lines_are_valid(const char *text);
/* What --since says, in microseconds of CLOCK_REALTIME, against `now_usec`: "5min ago", "-5min",
 * "@SECONDS", "today", "yesterday", "now", "2026-11-23 10:30[:00]", "2026-11-23", "10:30[:00]". 0
 * or -EINVAL. */
int when_parse(const char *text, uint64_t now_usec, uint64_t *ret);
