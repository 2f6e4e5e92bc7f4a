/* SPDX-License-Identifier: MIT */
/* In the child: it goes to its cgroup, or is given it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/process/cgroup.h"

int cgroup_join(int cgroup_fd)
{
	_cleanup_(closep) int fd = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, "0", 1) < 0 ? -errno : 0;
}

int cgroup_give(int cgroup_fd, uid_t uid, gid_t gid)
{
	static const char *const files[] = {"cgroup.procs", "cgroup.subtree_control",
		"cgroup.threads", "memory.oom.group", "memory.reclaim"};

	if (fchownat(cgroup_fd, "", uid, gid, AT_EMPTY_PATH) < 0)
		return -errno;
	for (size_t i = 0; i < ELEMENTS(files); i++)
		if (fchownat(cgroup_fd, files[i], uid, gid, 0) < 0 && errno != ENOENT)
			return -errno;
	return 0;
}
