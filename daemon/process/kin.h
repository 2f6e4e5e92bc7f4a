/* SPDX-License-Identifier: MIT */
/*
 * Which activation a process belongs to, for those that changed their limits too: by its mark, else
 * by the line of its parents, else by its session, else by what is left of its mark. Good enough to
 * end a process with its unit; not to believe what it says.
 */
#pragma once

#include "daemon/process/mark.h"
#include "daemon/process/process.h"

/* Its mark, or 0: none that is known. Reads a file of /proc, and more only where the mark was
 * changed. */
uint64_t kin_mark(const struct mark_space *space, const struct process_table *processes, pid_t pid);
