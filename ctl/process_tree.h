/* SPDX-License-Identifier: MIT */
/* The answer of Tree, drawn. */
#pragma once

#include "ctl/ctl.h"

/* The whole: reaperd, units, their processes. */
void process_tree_print(const json_t *tree, const struct options *o);
/* The same without its first line, each line after `indent`. */
void process_tree_print_below(const json_t *tree, const char *indent, const struct options *o);
/* The processes of the one unit in a tree, each line after `indent`. */
void process_tree_print_unit(const json_t *tree, const char *indent, const struct options *o);
