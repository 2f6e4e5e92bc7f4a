/* SPDX-License-Identifier: MIT */
#include "daemon/base/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define KEPT 8	  /* a scan of /proc has three open at a time */
#define SCARCE 32 /* a hard limit below that is not divided */

void reserve_keep(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max < SCARCE ? limit.rlim_max : limit.rlim_max - KEPT;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* The soft limit is lowered again at once: what is open stays open. */
static int open_beyond(const char *path, int flags)
{
	struct rlimit usual, all;

	if (getrlimit(RLIMIT_NOFILE, &usual) < 0)
		return -errno;
	all = (struct rlimit){usual.rlim_max, usual.rlim_max};
	(void)setrlimit(RLIMIT_NOFILE, &all);
	int fd = open(path, flags | O_CLOEXEC);
	int error = errno;
	(void)setrlimit(RLIMIT_NOFILE, &usual);
	return fd < 0 ? -error : fd;
}

int reserve_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	return errno == EMFILE ? open_beyond(path, flags) : -errno;
}

DIR *reserve_opendir(const char *path)
{
	int fd = reserve_open(path, O_RDONLY | O_DIRECTORY);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (fd < 0)
		errno = -fd;
	else if (!d)
		close(fd);
	return d;
}
