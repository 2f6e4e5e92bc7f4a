/* SPDX-License-Identifier: MIT */
#include "daemon/manager/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/signal_mask.h"

/* A file opened later must not become our standard output (faults of daemons with descriptors 0-2
 * closed). */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_NOCTTY);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

void inherited_take(struct inherited *in)
{
	fill_standard_descriptors();
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction action;
		in->ignored[sig] =
			sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	}
	/* An ignored SIGCHLD would have the kernel reap for us, and no status would be left
	 * (wait(2)). */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGTTOU, SIG_IGN);
	(void)signal(SIGTTIN, SIG_IGN);
	(void)signal_mask_set(SIGNAL_MASK_ALL, &in->mask);

	if (getrlimit(RLIMIT_NOFILE, &in->open_files) == 0) {
		struct rlimit many = {in->open_files.rlim_max, in->open_files.rlim_max};
		(void)setrlimit(RLIMIT_NOFILE, &many);
	}
}

void inherited_restore(const struct inherited *in)
{
	static const int changed[] = {SIGCHLD, SIGPIPE, SIGTTOU, SIGTTIN};

	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
		(void)signal(changed[i], in->ignored[changed[i]] ? SIG_IGN : SIG_DFL);
	(void)setrlimit(RLIMIT_NOFILE, &in->open_files);
	(void)signal_mask_set(in->mask, NULL);
}
