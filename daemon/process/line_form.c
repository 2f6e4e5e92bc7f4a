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

static bool put_file(struct outlet *o, const char *unit, const struct file_line *line)
{
	size_t unit_length = strlen(unit);
	char *to = outlet_reserve(
		o, unit_length + strlen(" ") + LOG_STAMP_LENGTH + strlen(" 6 \n") + line->length);

	if (!to)
		return false;
	to = mempcpy(to, unit, unit_length);
	*to++ = ' ';
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

void line_to_files(
	struct outlet *o, struct line_loss *loss, const char *unit, const struct output_line *line)
{
	char text[96];
	size_t n = loss_text(o, loss, text, sizeof(text));

	if (n &&
		put_file(o, unit, &(struct file_line){line->realtime_usec, LEVEL_WARNING, text, n}))
		loss->told = loss->dropped;
	if (!put_file(o, unit,
		    &(struct file_line){
			    line->realtime_usec, line->priority, line->text, line->length}))
		loss->dropped++;
}
