/* SPDX-License-Identifier: MIT */
#include "daemon/process/reap.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* A child that is passed over now would wait for the next one's signal. */
static int wait_child(idtype_t kind, id_t id, siginfo_t *info, int how)
{
	int r;

	do
		r = waitid(kind, id, info, how);
	while (r < 0 && errno == EINTR);
	return r;
}

static bool is_exit(int code)
{
	return code == CLD_EXITED || code == CLD_KILLED || code == CLD_DUMPED;
}

/*
 * A child made us its tracer (PTRACE_TRACEME) and stopped: it is let go, with the signal that it
 * stopped for. Where that fails the answer is taken off the queue, so that the same one does not
 * come back for ever.
 */
static void detach(const siginfo_t *info)
{
	siginfo_t again;
	long sig = info->si_status == SIGTRAP ? 0 : info->si_status & 0x7f;

	if (ptrace(PTRACE_DETACH, info->si_pid, NULL, (void *)sig) < 0)
		(void)waitid(P_PID, (id_t)info->si_pid, &again, WEXITED | WSTOPPED | WNOHANG);
}

static bool reap(pid_t pid)
{
	siginfo_t info;

	return wait_child(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) >= 0;
}

static void take(struct process_table *t, struct reap_counters *counters, const siginfo_t *end,
	bool is_zombie, dead_child_fn *fn, void *data)
{
	const struct reaped r = {end->si_pid, end->si_code, end->si_status};

	fn(&r, data);
	if (is_zombie && !reap(r.pid))
		return;
	struct process *p = process_find(t, r.pid);
	counters->reaped++;
	if (p)
		process_gone(t, p, r.code, r.status);
	else
		counters->orphans_reaped++;
}

unsigned reap_drain(struct process_table *t, struct reap_counters *counters, unsigned budget,
	bool peek, dead_child_fn *fn, void *data)
{
	const int how = WEXITED | WNOHANG | (peek ? WNOWAIT : 0);

	for (unsigned n = 0; n < budget; n++) {
		siginfo_t info = {0};

		if (wait_child(P_ALL, 0, &info, how) < 0 || info.si_pid == 0)
			return n;
		if (is_exit(info.si_code)) {
			take(t, counters, &info, peek, fn, data);
		} else {
			detach(&info);
			counters->detached++;
		}
	}
	return budget;
}
