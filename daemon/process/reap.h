/* SPDX-License-Identifier: MIT */
/*
 * Takes in dead children. SIGCHLD only says "some": signals coalesce, so we ask waitid(2) until it
 * has none. Nothing here allocates and nothing can fail. A traced or stopped child is not an exit:
 * it is detached (ptrace(2)) and lives on.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "daemon/process/process.h"

struct reaped {
	pid_t pid;
	int code;		 /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
	int status;		 /* exit status or signal */
	struct process *process; /* NULL: an orphan that we adopted */
};

/*
 * Called for each dead child while it is still a zombie: /proc/PID is there, its PID is still
 * taken. It is reaped right after. The process table still has it; the callee calls
 * process_forget().
 */
typedef void reap_fn(const struct reaped *r, void *data);

struct reap_counters {
	uint64_t reaped, orphans_reaped, detached, sigchld_wakeups;
};

/*
 * Reaps until none is left, or `budget` is used up (0: no budget). Returns how many were reaped;
 * a return equal to the budget means: call again.
 */
unsigned reap_drain(const struct process_table *t, struct reap_counters *counters, unsigned budget,
	reap_fn *fn, void *data);
