/* SPDX-License-Identifier: MIT */
#include "ctl/process_tree.h"

#include <stdio.h>
#include <string.h>

#include "ctl/render.h"

/* A tree that is deeper is cut here. */
#define DEPTH 64

/* The lines that parents leave for their children: "│ " or "  " for each level. */
struct branch {
	char prefix[DEPTH * 4 + 64];
	size_t room; /* left columns on the terminal; 0: no end */
};

static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void print_process(const struct branch *b, const json_t *node)
{
	const char *command = get_string(node, "command"), *name = get_string(node, "name");
	bool is_zombie = strcmp(get_string(node, "state"), "Z") == 0;
	bool is_orphan = get_bool(node, "orphan");
	const char *text = *command ? command : name;
	char label[64] = "";

	if (is_zombie)
		snprintf(label, sizeof(label), " %s<zombie>%s", colour_on(RED), colour_off());
	else if (is_orphan)
		snprintf(label, sizeof(label), " %s<orphan>%s", colour_on(YELLOW), colour_off());
	size_t used = columns_of(b->prefix) + 2 + 8 + (*label ? 10 : 0);
	int room = b->room > used + 8 ? (int)(b->room - used) : 4096;

	printf("%d %.*s%s\n", (int)get_int(node, "pid"), room, text, label);
}

static void print_children(struct branch *b, const json_t *node)
{
	const json_t *children = json_object_get(node, "children");
	size_t count = json_array_size(children), length = strlen(b->prefix), i;
	json_t *child;

	if (length + 8 > sizeof(b->prefix))
		return;
	json_array_foreach (children, i, child) {
		bool last = i + 1 == count;

		tree_branch(b->prefix, last);
		if (json_is_integer(json_object_get(child, "pid")))
			print_process(b, child);
		else
			printf("%s%s%s (%s)\n", colour_on(BOLD), get_string(child, "name"),
				colour_off(), get_string(child, "state"));
		strcat(b->prefix, last ? "  " : "│ ");
		print_children(b, child);
		b->prefix[length] = 0;
	}
}

void process_tree_print(const json_t *tree, const struct options *o)
{
	struct branch b = {.room = o->full ? 0 : terminal_width()};

	printf("%s%s%s %d (%s)\n", colour_on(BOLD), get_string(tree, "name"), colour_off(),
		(int)get_int(tree, "pid"), get_string(tree, "state"));
	print_children(&b, tree);
}

void process_tree_print_below(const json_t *tree, const char *indent, const struct options *o)
{
	struct branch b = {.room = o->full ? 0 : terminal_width()};

	snprintf(b.prefix, sizeof(b.prefix), "%s", indent);
	print_children(&b, tree);
}

void process_tree_print_unit(const json_t *tree, const char *indent, const struct options *o)
{
	const json_t *unit = json_array_get(json_object_get(tree, "children"), 0);

	if (unit)
		process_tree_print_below(unit, indent, o);
}

static bool has_process(const json_t *node, json_int_t pid)
{
	json_t *child;
	size_t i;

	if (get_int(node, "pid") == pid)
		return true;
	json_array_foreach (json_object_get(node, "children"), i, child)
		if (has_process(child, pid))
			return true;
	return false;
}

const char *process_tree_unit_of(const json_t *tree, json_int_t pid)
{
	json_t *unit;
	size_t i;

	json_array_foreach (json_object_get(tree, "children"), i, unit)
		if (*get_string(unit, "unit") && has_process(unit, pid))
			return get_string(unit, "unit");
	return NULL;
}
