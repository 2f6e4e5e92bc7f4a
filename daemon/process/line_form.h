/* SPDX-License-Identifier: MIT */
/*
 * How lines look where they go: behind the unit's name on our own output, and for the writer of log
 * files. Nothing outside process/
 * includes this.
 */
#pragma once

#include <stdint.h>

#include "daemon/process/outlet.h"
#include "daemon/process/ring.h"

/* Lines that were dropped and have not been told of. */
struct line_loss {
	uint64_t dropped, told;
};

/* "unit: text". */
void line_to_console(
	struct outlet *o, struct line_loss *loss, const char *unit, const struct output_line *line);

/*
 * "unit 2026-11-27T22:04:30.123456Z 6 text": what stands behind the unit is a line of its log file.
 */
void line_to_files(
	struct outlet *o, struct line_loss *loss, const char *unit, const struct output_line *line);
