/* SPDX-License-Identifier: MIT */
#include "daemon/manager/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/reserve.h"
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

/* Dispositions that are ours while we run. */
static const struct {
	int number;
	void (*ours)(int);
} changed[INHERITED_SIGNALS] = {
	{SIGCHLD, SIG_DFL},
	{SIGPIPE, SIG_IGN},
	{SIGTTOU, SIG_IGN},
	{SIGTTIN, SIG_IGN},
};

void inherited_take(struct inherited *in)
{
	fill_standard_descriptors();
	/* An ignored SIGCHLD would have the kernel reap for us, and no status would be left
	 * (wait(2)). */
	for (size_t i = 0; i < ELEMENTS(changed); i++)
		in->was_ignored[i] = signal(changed[i].number, changed[i].ours) == SIG_IGN;
	(void)signal_mask_set(SIGNAL_MASK_ALL, &in->mask);

	if (getrlimit(RLIMIT_NOFILE, &in->open_files) == 0)
		reserve_keep();
}

void inherited_restore(const struct inherited *in)
{
	for (size_t i = 0; i < ELEMENTS(changed); i++)
		(void)signal(changed[i].number, in->was_ignored[i] ? SIG_IGN : SIG_DFL);
	(void)setrlimit(RLIMIT_NOFILE, &in->open_files);
	(void)signal_mask_set(in->mask, NULL);
}
