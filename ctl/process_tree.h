/* SPDX-License-Identifier: MIT */
/* The answer of Tree, drawn. */
#pragma once

#include "ctl/ctl.h"

/* The whole: reaperd, units, their processes. */
void process_tree_print(const json_t *tree, const struct options *o);
/* The same without its first line, each line after `indent`. */
void process_tree_print_below(const json_t *tree, const char *indent, const struct options *o);
/* The name of the unit that a process is of; NULL: none. Borrowed. */
const char *process_tree_unit_of(const json_t *tree, json_int_t pid);
/* The processes of the one unit in a tree, each line after `indent`. */
void process_tree_print_unit(const json_t *tree, const char *indent, const struct options *o);
