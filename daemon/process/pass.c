/* SPDX-License-Identifier: MIT */
/* In the child: descriptors handed over from 3 on, as sd_listen_fds(3) takes them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/process/child.h"

static int set_blocking(int fd, bool blocks)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

int child_pass_descriptors(const struct child *c)
{
	int count = (int)c->request->fd_count, first = 3;
	int *apart = count ? calloc((size_t)count, sizeof(int)) : NULL;

	if (!count)
		return 0;
	if (!apart)
		return -ENOMEM;
	/* Out of the way first: one may lie where another has to go. */
	for (int i = 0; i < count; i++) {
		apart[i] = fcntl(c->request->fds[i], F_DUPFD_CLOEXEC, first + count);
		if (apart[i] < 0)
			return -errno;
	}
	for (int i = 0; i < count; i++) {
		if (dup2(apart[i], first + i) < 0)
			return -errno;
		int r = set_blocking(first + i, !c->exec->non_blocking);
		if (r < 0)
			return r;
	}
	free(apart);
	return 0;
}
