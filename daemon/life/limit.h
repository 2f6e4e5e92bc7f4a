/* SPDX-License-Identifier: MIT */
/* Resource control of units and slices: what they say -> the files of their cgroups, now and again
 * when it changes. */
#pragma once

#include "daemon/life/life.h"

/* The controllers that the unit and the slices above it need, as bits; `path` is its cgroup's. */
unsigned limit_controllers(struct life *life, const struct unit *u, const char *path);

/*
 * Writes what the unit says. *applied remembers by bits what was written, so that what is not said
 * any more is taken back. What cannot be written is logged. Of a controller that is not `granted`
 * nothing is written: the unit's diagnostics tell.
 */
void limit_apply(struct life *life, const struct unit *u, const char *path, unsigned granted,
	unsigned *applied);

/* A slice that is just made: cgroup_slice_fn, of a struct life. */
void limit_apply_slice(const char *path, void *life);
/* A slice whose files were read anew. */
void limit_reconfigure_slice(struct unit *slice);
