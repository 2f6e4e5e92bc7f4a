/* SPDX-License-Identifier: MIT */
/* list-dependencies: what a unit needs, who needs it, what comes before and after, as a tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "ctl/render.h"

#define MAX_DEPTH 64
#define BATCH 256 /* names in one call: a request has a limit */

struct walk {
	struct ctl *ctl;
	const char *const *kinds; /* properties that lead on */
	json_t *units;		  /* name -> its properties: what was asked for so far */
	const char *path[MAX_DEPTH];
	int depth;
};

static const char *const forward[] = {
	"Requires", "Requisite", "Wants", "ConsistsOf", "BindsTo", "Upholds", NULL};
static const char *const backward[] = {
	"RequiredBy", "RequisiteOf", "WantedBy", "PartOf", "BoundBy", "UpheldBy", NULL};
static const char *const earlier[] = {"After", NULL};
static const char *const later[] = {"Before", NULL};

static const char *const *kinds_of(const struct options *o)
{
	return o->reverse ? backward : o->after ? earlier : o->before ? later : forward;
}

static bool is_target(const char *name)
{
	return text_ends_with(name, ".target");
}

/* As systemctl has them: targets after all others. */
static int by_name(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	if (is_target(x) != is_target(y))
		return is_target(x) ? 1 : -1;
	return strcasecmp(x, y);
}

/* The names that a unit leads to, each once; borrowed, the array is the caller's. */
static const char **next_of(const struct walk *w, const char *name, size_t *ret_count)
{
	const json_t *unit = json_object_get(w->units, name);
	const char **names = NULL;
	size_t count = 0, i;

	for (const char *const *kind = w->kinds; *kind; kind++) {
		const json_t *list = json_object_get(unit, *kind);
		const json_t *item;
		const char **grown =
			reallocarray(names, count + json_array_size(list) + 1, sizeof(*names));
		if (!grown)
			break;
		names = grown;
		json_array_foreach (list, i, item)
			names[count++] = json_string_value(item);
	}
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	*ret_count = 0;
	for (i = 0; i < count; i++)
		if (!i || strcmp(names[i], names[*ret_count - 1]) != 0)
			names[(*ret_count)++] = names[i];
	return names;
}

static bool is_shown(const struct options *o, const struct walk *w, const char *name)
{
	const json_t *unit = json_object_get(w->units, name);

	return is_wanted_type(o, name) &&
	       is_wanted_state(o, get_string(unit, "LoadState"), get_string(unit, "ActiveState"),
		       get_string(unit, "SubState"));
}

static bool is_on_path(const struct walk *w, const char *name)
{
	for (int i = 0; i < w->depth; i++)
		if (strcmp(w->path[i], name) == 0)
			return true;
	return false;
}

static void print_name(const struct walk *w, const char *name, const char *prefix, bool last)
{
	const struct options *o = &w->ctl->options;
	const json_t *unit = json_object_get(w->units, name);
	const char *load = get_string(unit, "LoadState"), *active = get_string(unit, "ActiveState");

	if (o->plain) {
		printf("  %s\n", name);
		return;
	}
	printf("%s%s%s ", colour_on(dot_colour(load, active)), dot(load, active), colour_off());
	tree_branch(prefix, last);
	puts(name);
}

/* Properties of those that are not known yet, a batch a call. */
static int fetch(struct walk *w, const char *const *names, size_t count)
{
	json_t *unknown = json_array(), *reply, *unit;
	size_t i;
	int r = EXIT_DONE;

	for (size_t n = 0; n < count && !r; n++) {
		if (!json_object_get(w->units, names[n]))
			json_array_append_new(unknown, json_string(names[n]));
		bool is_full = json_array_size(unknown) == BATCH;
		if (!json_array_size(unknown) || (!is_full && n + 1 < count))
			continue;
		r = ctl_call(w->ctl, "Show", json_pack("{s:O}", "units", unknown), &reply);
		if (r)
			break;
		json_array_foreach (json_object_get(reply, "units"), i, unit)
			json_object_set(
				w->units, json_string_value(json_array_get(unknown, i)), unit);
		json_decref(reply);
		json_array_clear(unknown);
	}
	json_decref(unknown);
	return r;
}

static void walk_below(struct walk *w, const char *name, const char *prefix)
{
	size_t count;
	_cleanup_(freep) const char **names = next_of(w, name, &count);
	const struct options *o = &w->ctl->options;

	if (fetch(w, names, count))
		return;
	w->path[w->depth++] = name;
	for (size_t i = 0; i < count && w->depth < MAX_DEPTH; i++) {
		bool last = i + 1 == count;
		_cleanup_(freep) char *below = NULL;

		if (is_on_path(w, names[i]) || !is_shown(o, w, names[i]))
			continue;
		print_name(w, names[i], prefix, last);
		if (!o->all && !is_target(names[i]))
			continue;
		if (asprintf(&below, "%s%s", prefix, last ? "  " : "│ ") >= 0)
			walk_below(w, names[i], below);
	}
	w->depth--;
}

static json_t *as_json(struct walk *w, const char *name)
{
	size_t count;
	_cleanup_(freep) const char **names = next_of(w, name, &count);
	json_t *children = json_array();

	if (fetch(w, names, count))
		count = 0;
	w->path[w->depth++] = name;
	for (size_t i = 0; i < count && w->depth < MAX_DEPTH; i++)
		if (!is_on_path(w, names[i]) && is_shown(&w->ctl->options, w, names[i]) &&
			(w->ctl->options.all || w->depth == 1 || is_target(name)))
			json_array_append_new(children, as_json(w, names[i]));
	w->depth--;
	return json_pack("{s:s, s:o}", "unit", name, "children", children);
}

int verb_list_dependencies(struct ctl *c, char **arguments)
{
	static char *usual[] = {(char *)"default.target", NULL};
	json_t *names = ctl_unit_names(c, *arguments ? arguments : usual), *name;
	struct walk w = {.ctl = c, .kinds = kinds_of(&c->options), .units = json_object()};
	size_t i;
	json_t *list = json_array();
	int r = names ? EXIT_DONE : EXIT_FAILED;

	json_array_foreach (names, i, name) {
		const char *first = json_string_value(name);

		r = r ? r : fetch(&w, &first, 1);
		if (r)
			break;
		if (c->options.format == OUTPUT_JSON) {
			json_array_append_new(list, as_json(&w, first));
			continue;
		}
		printf("%s%s\n", i ? "\n" : "", first);
		walk_below(&w, first, "");
	}
	if (!r && c->options.format == OUTPUT_JSON)
		r = print_json(list);
	json_decref(list);
	json_decref(w.units);
	json_decref(names);
	return r;
}
