/* SPDX-License-Identifier: MIT */
/* Signals to reaperd, through a signalfd: each means one thing in unit mode, and is forwarded in
 * entrypoint mode. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/signal_name.h"
#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"
#include "daemon/manager/manager.h"

static bool asks_to_stop(int sig)
{
	return sig == SIGTERM || sig == SIGINT || sig == SIGPWR ||
	       (sig >= SIGNAL_RTMIN + 3 && sig <= SIGNAL_RTMIN + 5);
}

static void on_stop_signal(struct manager *m, int sig)
{
	static const char *const verbs[] = {"halt", "poweroff", "reboot"};
	char name[SIGNAL_NAME_MAX];

	if (sig >= SIGNAL_RTMIN + 3 && sig <= SIGNAL_RTMIN + 5)
		m->final_verb = verbs[sig - SIGNAL_RTMIN - 3];
	if (m->state == MANAGER_STOPPING && (sig == SIGTERM || sig == SIGINT))
		manager_hurry(m, "asked a second time");
	else
		manager_stop(m, m->exit_status, signal_to_string(sig, name));
}

/* What the kernel tells of descriptors is no signal of anybody's. */
static bool is_of_output(struct manager *m, const struct signalfd_siginfo *info)
{
	return info->ssi_code > 0 && m->life.output &&
	       output_hub_told(m->life.output, (int)info->ssi_signo, info->ssi_fd);
}

static void on_signal(struct manager *m, const struct signalfd_siginfo *info)
{
	int sig = (int)info->ssi_signo;

	if (is_of_output(m, info))
		return;
	if (sig == SIGCHLD) {
		m->life.reaping.sigchld_wakeups++;
		(void)manager_reap(m);
		return;
	}
	if (m->entrypoint.process) {
		entrypoint_forward(m, sig);
		return;
	}
	if (asks_to_stop(sig))
		on_stop_signal(m, sig);
	else if (sig == SIGHUP && !m->options.command)
		(void)manager_request_reload(m);
	else if (sig == SIGUSR1 && m->rebind)
		m->rebind(m->control);
}

static void on_readable(struct loop_source *s, uint32_t events)
{
	struct manager *m = s->data;
	struct signalfd_siginfo info[64];

	(void)events;
	ssize_t n = read(s->fd, info, sizeof(info));
	for (ssize_t i = 0; i < n / (ssize_t)sizeof(info[0]); i++)
		on_signal(m, &info[i]);
}

int signals_open(struct manager *m)
{
	uint64_t all = SIGNAL_MASK_ALL;

	/* Faults of our own must end us at once, not queue up behind a read. */
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	for (size_t i = 0; i < ELEMENTS(faults); i++)
		if (!m->options.command)
			all &= ~SIGNAL_BIT(faults[i]);
	int fd = signal_mask_open(all);
	if (fd < 0)
		return log_error_errno(fd, "cannot open a signalfd");
	m->signal_source = (struct loop_source){
		.fd = fd, .priority = LOOP_SIGNAL, .fn = on_readable, .data = m};
	int r = loop_add(m->loop, &m->signal_source, EPOLLIN);
	return r < 0 ? log_error_errno(r, "cannot watch for signals") : 0;
}
