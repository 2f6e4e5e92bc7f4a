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

static void take(const struct process_table *t, struct reap_counters *counters,
	const siginfo_t *end, bool is_zombie, reap_fn *fn, void *data)
{
	siginfo_t info;
	const struct reaped r = {
		.pid = end->si_pid,
		.code = end->si_code,
		.status = end->si_status,
		.process = process_find(t, end->si_pid),
	};

	fn(&r, data);
	if (is_zombie && wait_child(P_PID, (id_t)r.pid, &info, WEXITED | WNOHANG) < 0)
		return;
	counters->reaped++;
	if (!r.process)
		counters->orphans_reaped++;
}

bool reap_next(const struct process_table *t, struct reap_counters *counters, bool peek,
	reap_fn *fn, void *data)
{
	siginfo_t info = {0};

	if (wait_child(P_ALL, 0, &info, WEXITED | WNOHANG | (peek ? WNOWAIT : 0)) < 0 ||
		info.si_pid == 0)
		return false;
	if (is_exit(info.si_code)) {
		take(t, counters, &info, peek, fn, data);
	} else {
		detach(&info);
		counters->detached++;
	}
	return true;
}
