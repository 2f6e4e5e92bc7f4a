/* SPDX-License-Identifier: MIT */
#include "daemon/base/signal_mask.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int signal_mask_set(uint64_t mask, uint64_t *ret_before)
{
	return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, ret_before, sizeof(mask)) < 0
		       ? -errno
		       : 0;
}

int signal_mask_open(uint64_t mask)
{
	int fd = (int)syscall(SYS_signalfd4, -1, &mask, sizeof(mask), SFD_CLOEXEC | SFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

/* The kernel's struct sigaction, in words; the first is the handler, all zero is SIG_DFL. */
typedef unsigned long disposition[8];

uint64_t signal_ignored(void)
{
	uint64_t mask = 0;

	for (int sig = 1; sig < NSIG; sig++) {
		disposition d = {0};

		if (syscall(SYS_rt_sigaction, sig, NULL, d, sizeof(mask)) == 0 &&
			d[0] == (unsigned long)(uintptr_t)SIG_IGN)
			mask |= SIGNAL_BIT(sig);
	}
	return mask;
}

void signal_to_default(uint64_t mask)
{
	const disposition by_default = {0};

	for (int sig = 1; sig < NSIG; sig++)
		if (mask & SIGNAL_BIT(sig))
			(void)syscall(SYS_rt_sigaction, sig, by_default, NULL, sizeof(mask));
}
