/* SPDX-License-Identifier: MIT */
/* Properties as they are gathered: those alone that somebody asked for. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/control/server.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(a, *(char *const *)b);
}

bool property_is_wanted(const struct properties *p, const char *key)
{
	return !p->wanted ||
	       bsearch(key, p->wanted, p->wanted_count, sizeof(*p->wanted), by_text) != NULL;
}

void property_put(struct properties *p, const char *key, json_t *value)
{
	if (property_is_wanted(p, key))
		json_object_set_new(p->object, key, value);
	else
		json_decref(value);
}

void property_put_text(struct properties *p, const char *key, const char *text)
{
	if (!property_is_wanted(p, key))
		return;
	_cleanup_(freep) char *escaped = text ? text_escape(text, strlen(text)) : NULL;
	json_object_set_new(p->object, key, json_string(escaped ? escaped : ""));
}

json_t *property_strings(char *const *list)
{
	json_t *array = json_array();

	for (char *const *s = list; s && *s; s++)
		json_array_append_new(array, json_string(*s));
	return array;
}
