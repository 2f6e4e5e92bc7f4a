/* SPDX-License-Identifier: MIT */
/* "Did you mean": the same words for verbs, options and units. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "ctl/ctl.h"

/* Two slips of the finger, fewer in a short word. */
static unsigned limit_for(const char *wanted)
{
	return strlen(wanted) < 4 ? 2 : 3;
}

/* Of two as near, the one as long as what was written: letters are swapped more often than left
 * out. */
static bool is_nearer(const struct hint *h, const char *candidate, unsigned distance)
{
	size_t length = strlen(h->wanted);

	return distance < h->distance || (distance == h->distance && strlen(candidate) == length &&
						 strlen(h->nearest) != length);
}

void hint_try(struct hint *h, const char *candidate)
{
	if (!*h->wanted)
		return;
	unsigned limit = limit_for(h->wanted);
	unsigned distance = text_distance(h->wanted, candidate, limit);

	if (h->nearest ? !is_nearer(h, candidate, distance) : distance >= limit)
		return;
	h->distance = distance;
	h->nearest = candidate;
}

const char *hint_text(const struct hint *h)
{
	static char text[300];

	if (!h->nearest)
		return "";
	snprintf(text, sizeof(text), " (did you mean \"%s\"?)", h->nearest);
	return text;
}

void hint_tell_unit(struct ctl *c, const char *unit, const char *text)
{
	struct hint hint = {.wanted = unit};
	_cleanup_(freep) char *error = NULL;
	json_t *reply = NULL, *row;
	size_t i;

	if (ctl_try(c, "ListUnitFiles", NULL, &reply, &error) == 0 && !error)
		json_array_foreach (json_object_get(reply, "files"), i, row)
			hint_try(&hint, get_string(row, "unit_file"));
	fprintf(stderr, "reaperctl: %s%s\n", text, hint_text(&hint));
	json_decref(reply);
}
