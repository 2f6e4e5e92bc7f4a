/* SPDX-License-Identifier: MIT */
#include "daemon/process/line_form.h"

#include <stdio.h>
#include <string.h>

#include "common/log_stamp.h"

#define LEVEL_WARNING 4 /* syslog(3) */

static bool put_console(struct outlet *o, const char *unit, const char *text, size_t length)
{
	size_t unit_length = strlen(unit);
	char *to = outlet_reserve(o, unit_length + strlen(": ") + length + strlen("\n"));

	if (!to)
		return false;
	to = mempcpy(to, unit, unit_length);
	to = mempcpy(to, ": ", 2);
	to = mempcpy(to, text, length);
	*to = '\n';
	return true;
}

/* The lines of one read have one time: its text is made once. */
static const char *stamp_of(uint64_t realtime_usec)
{
	static char text[LOG_STAMP_LENGTH];
	static uint64_t of_usec;

	if (of_usec != realtime_usec)
		log_stamp_format(text, realtime_usec);
	of_usec = realtime_usec;
	return text;
}

struct file_line {
	uint64_t realtime_usec;
	int priority;
	const char *text;
	size_t length;
};

/* With leading zeros, so that it has its place before it is known. */
#define LENGTH_TEXT "00000000\n"

void line_end_block(struct outlet *o, struct file_block *block)
{
	const size_t digits = strlen(LENGTH_TEXT) - 1;
	size_t rest = block->length;

	if (!block->unit)
		return;
	char *text = outlet_last(o, block->length + strlen(LENGTH_TEXT));
	for (size_t i = digits; i-- > 0; rest /= 10)
		text[i] = (char)('0' + rest % 10);
	*block = (struct file_block){0};
}

/* Room for that much in a block of the unit; NULL: there is none. */
static char *reserve_in_block(
	struct outlet *o, struct file_block *block, const char *unit, size_t size)
{
	if (block->unit != unit || !outlet_has_room(o, size))
		line_end_block(o, block);
	size_t name = block->unit ? 0 : strlen(unit);
	size_t head = block->unit ? 0 : name + strlen(" " LENGTH_TEXT);
	char *to = outlet_reserve(o, head + size);
	if (!to)
		return NULL;
	if (head) {
		memcpy(to, unit, name);
		memcpy(to + name, " " LENGTH_TEXT, strlen(" " LENGTH_TEXT));
	}
	block->unit = unit;
	block->length += size;
	return to + head;
}

static bool put_file(
	struct outlet *o, struct file_block *block, const char *unit, const struct file_line *line)
{
	size_t size = LOG_STAMP_LENGTH + strlen(" 6 \n") + line->length;
	char *to = reserve_in_block(o, block, unit, size);

	if (!to)
		return false;
	to = mempcpy(to, stamp_of(line->realtime_usec), LOG_STAMP_LENGTH);
	*to++ = ' ';
	*to++ = (char)('0' + line->priority);
	*to++ = ' ';
	to = mempcpy(to, line->text, line->length);
	*to = '\n';
	return true;
}

/* How many were dropped, as a sentence; its length, 0: none that nobody was told of, or the queue
 * is not empty enough yet. */
static size_t loss_text(
	const struct outlet *o, const struct line_loss *loss, char *text, size_t size)
{
	if (loss->dropped == loss->told || outlet_is_filled(o))
		return 0;
	return (size_t)snprintf(text, size, "%llu lines were dropped here, the reader was too slow",
		(unsigned long long)(loss->dropped - loss->told));
}

void line_to_console(
	struct outlet *o, struct line_loss *loss, const char *unit, const struct output_line *line)
{
	char text[96];
	size_t n = loss_text(o, loss, text, sizeof(text));

	if (n && put_console(o, "reaperd", text, n))
		loss->told = loss->dropped;
	if (!put_console(o, unit, line->text, line->length))
		loss->dropped++;
}

void line_to_files(struct outlet *o, struct file_block *block, struct line_loss *loss,
	const char *unit, const struct output_line *line)
{
	char text[96];
	size_t n = loss_text(o, loss, text, sizeof(text));
	struct file_line told = {line->realtime_usec, LEVEL_WARNING, text, n};
	struct file_line said = {line->realtime_usec, line->priority, line->text, line->length};

	if (n && put_file(o, block, unit, &told))
		loss->told = loss->dropped;
	if (!put_file(o, block, unit, &said))
		loss->dropped++;
}
