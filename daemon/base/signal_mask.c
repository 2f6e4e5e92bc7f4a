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

void signal_all_to_default(void)
{
	/* The kernel's struct sigaction; all zero is SIG_DFL. */
	const unsigned long by_default[8] = {0};

	for (int sig = 1; sig < NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, by_default, NULL, sizeof(uint64_t));
}
