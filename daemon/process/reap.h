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
	int code;		 /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
	int status;		 /* exit status or signal */
	struct process *process; /* NULL: an orphan that we adopted */
};

/*
 * Called for each dead child; the process table still has it, and the callee calls
 * process_forget(). With `peek` it is still a zombie then, /proc/PID is there, and it is reaped
 * right after.
 */
typedef void reap_fn(const struct reaped *r, void *data);

struct reap_counters {
	uint64_t reaped, orphans_reaped, detached, sigchld_wakeups;
};

/*
 * Takes in one child; false: none waits for it. `peek`: `fn` wants to look at /proc, which costs a
 * further system call.
 */
bool reap_next(const struct process_table *t, struct reap_counters *counters, bool peek,
	reap_fn *fn, void *data);
