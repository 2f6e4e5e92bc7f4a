/* SPDX-License-Identifier: MIT */
/* Names of units as people type them: patterns, suffixes left out, paths; and rows by name. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/ctl.h"

bool is_pattern(const char *word)
{
	return strpbrk(word, "*?[");
}

json_t *string_array(char *const *words)
{
	json_t *list = json_array();

	for (; words && *words; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

static int compare(const char *a, const char *a_type, const char *b, const char *b_type)
{
	int r = a_type && b_type ? strcasecmp(a_type, b_type) : 0;

	return r ? r : strcasecmp(a, b);
}

int compare_unit_names(const char *a, const char *b)
{
	return compare(a, strrchr(a, '.'), b, strrchr(b, '.'));
}

/* What a row is compared by, looked up once. */
struct sorted_row {
	const char *name, *type;
	json_t *row;
};

static int by_name(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;

	return compare(x->name, x->type, y->name, y->type);
}

json_t *sorted_by_unit(const json_t *rows, const char *key)
{
	size_t size = json_array_size(rows), i;
	_cleanup_(freep) struct sorted_row *list = calloc(size + 1, sizeof(*list));
	json_t *row, *sorted = json_array();

	if (!list)
		return sorted;
	json_array_foreach (rows, i, row) {
		const char *name = get_string(row, key);

		list[i] = (struct sorted_row){name, strrchr(name, '.'), row};
	}
	qsort(list, size, sizeof(*list), by_name);
	for (i = 0; i < size; i++)
		json_array_append(sorted, list[i].row);
	return sorted;
}

bool is_wanted_type(const struct options *o, const char *name)
{
	const char *type = strrchr(name, '.');

	return !o->types || (type && strv_contains(o->types, type + 1));
}

bool is_wanted_state(const struct options *o, const char *load, const char *active, const char *sub)
{
	return !o->states || strv_contains(o->states, load) || strv_contains(o->states, active) ||
	       strv_contains(o->states, sub);
}

bool is_wanted_name(char *const *words, const char *name)
{
	if (!*words)
		return true;
	for (; *words; words++) {
		_cleanup_(freep) char *whole = NULL;

		if (!is_pattern(*words))
			whole = unit_name_mangle(*words);
		if (fnmatch(whole ? whole : *words, name, FNM_NOESCAPE) == 0)
			return true;
	}
	return false;
}

static int add_matches(struct ctl *c, json_t *names, const char *pattern)
{
	const struct options *o = &c->options;
	json_t *reply, *row;
	size_t i;
	int r = ctl_call(c, "ListUnits",
		json_pack("{s:[s], s:b}", "patterns", pattern, "all", o->all || o->states), &reply);

	if (r)
		return r;
	json_t *rows = sorted_by_unit(json_object_get(reply, "units"), "unit");
	json_array_foreach (rows, i, row)
		if (is_wanted_type(o, get_string(row, "unit")) &&
			is_wanted_state(o, get_string(row, "load"), get_string(row, "active"),
				get_string(row, "sub")))
			json_array_append(names, json_object_get(row, "unit"));
	json_decref(rows);
	json_decref(reply);
	return 0;
}

/* Characters that a name cannot hold were escaped: whoever typed them is told. */
static void tell_of_escaping(const struct ctl *c, const char *word, const char *name)
{
	if (*word == '/' || c->options.quiet || strncmp(word, name, strlen(word)) == 0)
		return;
	fprintf(stderr, "reaperctl: \"%s\" cannot be the name of a unit; %s is taken for it\n",
		word, name);
}

json_t *ctl_unit_names(struct ctl *c, char **words)
{
	json_t *names = json_array();

	for (char **w = words; w && *w; w++) {
		_cleanup_(freep) char *name = NULL;

		if (is_pattern(*w)) {
			if (add_matches(c, names, *w) == 0)
				continue;
			json_decref(names);
			return NULL;
		}
		name = unit_name_mangle(*w);
		if (!name) {
			fprintf(stderr, "reaperctl: \"%s\" cannot be the name of a unit\n", *w);
			json_decref(names);
			return NULL;
		}
		tell_of_escaping(c, *w, name);
		json_array_append_new(names, json_string(name));
	}
	return names;
}
