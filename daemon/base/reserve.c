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

bool is_lack(int error)
{
	error = error < 0 ? -error : error;
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* After a failure for want of descriptors the soft limit goes up to the hard one. */
static bool take_reserve(struct rlimit *ret_usual)
{
	if (errno != EMFILE || getrlimit(RLIMIT_NOFILE, ret_usual) < 0)
		return false;
	const struct rlimit all = {ret_usual->rlim_max, ret_usual->rlim_max};
	return setrlimit(RLIMIT_NOFILE, &all) == 0;
}

/* It is lowered again at once: what is open stays open. */
static void give_back(const struct rlimit *usual)
{
	int error = errno;

	(void)setrlimit(RLIMIT_NOFILE, usual);
	errno = error;
}

int reserve_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	struct rlimit usual;

	if (fd < 0 && take_reserve(&usual)) {
		fd = open(path, flags | O_CLOEXEC);
		give_back(&usual);
	}
	return fd < 0 ? -errno : fd;
}

/* Not fdopendir(3), which asks more of the kernel than is to fail here. */
DIR *reserve_opendir(const char *path)
{
	DIR *d = opendir(path);
	struct rlimit usual;

	if (!d && take_reserve(&usual)) {
		d = opendir(path);
		give_back(&usual);
	}
	return d;
}
