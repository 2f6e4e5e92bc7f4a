/* SPDX-License-Identifier: MIT */
/* Groups of system calls, such as @system-service. Pure. */
#pragma once

/* The members of a group, its name without the @: names of calls, and other groups with theirs,
 * with blanks between; "*" is every call there is. NULL: there is no such group. */
const char *syscall_group_members(const char *name);
