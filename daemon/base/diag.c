/* SPDX-License-Identifier: MIT */
#include "daemon/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/limits.h"

DEFINE_ENUM_TABLE(diag_level, DIAG_LEVEL_MAX, [DIAG_NOT_APPLIED] = "not-applied",
	[DIAG_WARNING] = "warning", [DIAG_ERROR] = "error");

/* Room doubles at each power of two, so that no capacity needs to be kept. */
static bool make_room(struct diags *d)
{
	if (d->count >= LIMIT_DIAGNOSTICS)
		return false;
	if (d->count & (d->count - 1))
		return true;

	size_t room = d->count ? d->count * 2 : 1;
	struct diag *list = reallocarray(d->list, room, sizeof(*list));
	if (!list)
		return false;
	d->list = list;
	return true;
}

void diag_add(struct diags *d, enum diag_level level, const char *file, unsigned line,
	const char *fmt, ...)
{
	_cleanup_(freep) char *text = NULL;
	va_list args;

	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		text = NULL;

	_cleanup_(freep) char *copy = strdup(file);
	if (!text || !copy || !make_room(d)) {
		d->dropped++;
		return;
	}
	d->list[d->count++] = (struct diag){
		.level = level, .line = line, .file = TAKE_PTR(copy), .text = TAKE_PTR(text)};
}

bool diag_has(const struct diags *d, enum diag_level level)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->list[i].level >= level)
			return true;
	return false;
}

char *diag_format(const struct diag *entry)
{
	char *text = NULL;
	int n = entry->line ? asprintf(&text, "%s:%u: %s", entry->file, entry->line, entry->text)
			    : asprintf(&text, "%s: %s", entry->file, entry->text);
	return n < 0 ? NULL : text;
}

void diags_done(struct diags *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->list[i].file);
		free(d->list[i].text);
	}
	free(d->list);
	*d = (struct diags){0};
}
