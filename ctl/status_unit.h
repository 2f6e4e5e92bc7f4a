/* SPDX-License-Identifier: MIT */
/* What `status` prints of a unit: what it is, since when, why not, which processes, which last
 * lines. */
#pragma once

#include "ctl/ctl.h"

/* `u`: its properties; `tree`, `lines`: what Tree and Logs say of it, or NULL. */
void status_print_unit(
	const json_t *u, const json_t *tree, const json_t *lines, const struct options *options);
