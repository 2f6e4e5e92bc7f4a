/* SPDX-License-Identifier: MIT */
#include "daemon/base/place.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/capability_name.h"
#include "daemon/base/cgroup_root.h"

#define CONTROLLER(name)                                                                           \
	{                                                                                          \
		"the controller " name " is not handed on to us (cgroup.controllers)",             \
			"the cgroup2 controller " name                                             \
	}

#ifndef PR_GET_MEMORY_MERGE
#define PR_GET_MEMORY_MERGE 68
#endif

static const struct {
	const char *why_not, *requirement;
} texts[NEED_MAX] = {
	[NEED_NAMESPACES] = {"no namespace can be made here, which needs CAP_SYS_ADMIN",
		"namespaces: CAP_SYS_ADMIN"},
	[NEED_USER_NAMESPACES] = {"no user namespace can be made here",
		"user namespaces (unshare)"},
	[NEED_FILTERS] = {"this kernel takes no filter of system calls",
		"filters of system calls (seccomp)"},
	[NEED_KEYRINGS] = {"this place has no keyrings", "keyrings (keyctl)"},
	[NEED_MEMORY_POLICY] = {"no policy of memory may be set here", "set_mempolicy"},
	[NEED_PAGE_MERGING] = {"this kernel merges no memory pages of a process that asks",
		"PR_SET_MEMORY_MERGE, Linux 6.4"},
	[NEED_CGROUPS] = {NULL, "a cgroup2 tree that is reaperd's to divide"},
	[NEED_CPU] = CONTROLLER("cpu"),
	[NEED_CPUSET] = CONTROLLER("cpuset"),
	[NEED_IO] = CONTROLLER("io"),
	[NEED_MEMORY] = CONTROLLER("memory"),
	[NEED_PIDS] = CONTROLLER("pids"),
};

static unsigned controller_of(enum need need)
{
	static const unsigned bits[NEED_MAX] = {
		[NEED_CPU] = 1U << CONTROLLER_CPU,
		[NEED_CPUSET] = 1U << CONTROLLER_CPUSET,
		[NEED_IO] = 1U << CONTROLLER_IO,
		[NEED_MEMORY] = 1U << CONTROLLER_MEMORY,
		[NEED_PIDS] = 1U << CONTROLLER_PIDS,
	};
	return bits[need];
}

/* Whether `fn` does it, in a child, so that we stay where we are. */
static bool child_can(bool (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn() ? EXIT_SUCCESS : EXIT_FAILURE);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

static bool make_namespaces(void)
{
	return unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0;
}

static bool make_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) == 0;
}

static bool try(enum need need)
{
	unsigned action = SECCOMP_RET_ERRNO;

	switch (need) {
	case NEED_NAMESPACES:
		return capability_is_held(CAP_SYS_ADMIN) && child_can(make_namespaces);
	case NEED_USER_NAMESPACES:
		return child_can(make_user_namespace);
	case NEED_FILTERS:
		return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
	case NEED_KEYRINGS:
		return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) >=
			       0 ||
		       (errno != ENOSYS && errno != EPERM);
	case NEED_MEMORY_POLICY: /* the default, which is in force */
		return syscall(SYS_set_mempolicy, 0, NULL, 0) == 0;
	case NEED_PAGE_MERGING:
		return prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0) >= 0;
	case NEED_NOTHING:
	case NEED_MAX:
		return true;
	default:
		return cgroup_root()->folder &&
		       (need == NEED_CGROUPS || cgroup_root()->controllers & controller_of(need));
	}
}

bool place_has(enum need need)
{
	static struct {
		bool is_known, has;
	} answers[NEED_MAX];

	if (!answers[need].is_known) {
		answers[need].has = try(need);
		answers[need].is_known = true;
	}
	return answers[need].has;
}

const char *place_why_not(enum need need)
{
	if (need >= NEED_CGROUPS && !cgroup_root()->folder)
		return cgroup_root()->why_not;
	return texts[need].why_not;
}

const char *place_requirement(enum need need)
{
	return texts[need].requirement;
}
