/* SPDX-License-Identifier: MIT */
/*
 * Takes in dead children. SIGCHLD only says "some": signals coalesce, so we ask waitid(2) until it
 * has none. Nothing here allocates and nothing can fail. A traced or stopped child is not an exit:
 * it is detached (ptrace(2)) and lives on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/process/process.h"

struct reaped {
	pid_t pid;
	int code;   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
	int status; /* exit status or signal */
};

/* Called for each child that ended. With `peek` it is still a zombie then, /proc/PID is there, and
 * it is reaped right after. The callee may forget its process: it is an orphan then. */
typedef void dead_child_fn(const struct reaped *r, void *data);

struct reap_counters {
	uint64_t reaped, orphans_reaped, detached, sigchld_wakeups;
};

/*
 * Reaps until none is left, or `budget` is used up. Those of the process table wait in its line
 * (process_next_gone()). `peek`: `fn` wants to look at /proc, which costs
 * a further system call for each. Returns how many were taken in; a return equal to the budget
 * means: call again.
 */
unsigned reap_drain(struct process_table *t, struct reap_counters *counters, unsigned budget,
	bool peek, dead_child_fn *fn, void *data);
