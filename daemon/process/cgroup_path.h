/* SPDX-License-Identifier: MIT */
/* Where the cgroup of a unit lies below our part of the tree, as systemd has it. Pure. */
#pragma once

#include <stdbool.h>

/*
 * "a-b.slice" is "a.slice/a-b.slice", "-.slice" is the root itself, "". The caller frees; NULL: no
 * name of a slice, or no memory.
 */
char *cgroup_slice_path(const char *slice);

/* The slice of a unit that names none: "system.slice", "system-getty.slice" of getty@tty1.service;
 * with `is_user` those of "app". The caller frees; NULL: no memory. */
char *cgroup_default_slice(const char *unit, bool is_user);

/* "system.slice/a.service"; a name that would be taken for a file of the kernel's has `_` in front.
 * The caller frees; NULL as above. */
char *cgroup_unit_path(const char *slice, const char *unit);
