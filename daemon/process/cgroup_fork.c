/* SPDX-License-Identifier: MIT */
/* A child in its cgroup: born there, or moved, or given the cgroup. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/process/cgroup.h"

pid_t cgroup_fork(int cgroup_fd, bool *joined)
{
	struct clone_args how = {.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)(unsigned)cgroup_fd};

	*joined = true;
	if (cgroup_fd < 0)
		return fork();
	pid_t pid = (pid_t)syscall(SYS_clone3, &how, sizeof(how));
	if (pid >= 0 || errno == EAGAIN || errno == ENOMEM)
		return pid;
	/* An old kernel, a filter of system calls, a cgroup that takes nobody: the child will see.
	 */
	*joined = false;
	return fork();
}

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
