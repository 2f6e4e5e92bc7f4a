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
 * A block of lines of one unit for the writer of log files, as they are to be in its file, behind
 * "unit length\n": "2026-11-27T22:04:30.123456Z 6 text\n". Zero: none is begun.
 */
struct file_block {
	const char *unit;
	size_t length;
};

/* Adds a line, to a new block where it has to be. */
void line_to_files(struct outlet *o, struct file_block *block, struct line_loss *loss,
	const char *unit, const struct output_line *line);
/* Before the outlet is pushed: writes its length in front of what is there. */
void line_end_block(struct outlet *o, struct file_block *block);
