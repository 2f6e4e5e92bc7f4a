/* SPDX-License-Identifier: MIT */
/* In the child: namespaces (namespaces(7)) as the unit asks for them. Where none can be made the
 * settings were reported when the unit was loaded, and the service runs without them. */
#include "daemon/process/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/place.h"
#include "daemon/file/types.h"

#define SHARE_TRIES 2000 /* of a millisecond */

const char *child_setting(const struct child *c, const char *key)
{
	const char *value = kept_get(c->request->config, directive_find("Service", key));

	return value && *value && strcmp(value, "no") != 0 ? value : NULL;
}

/* Asked last, of units that want it: the answer was found when they were loaded, and is tried out
 * anew where it was not. */
static bool may_enter(void)
{
	return place_has(NEED_NAMESPACES);
}

/* A network of its own has one device, which is down. */
static int bring_up_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
}

static int enter(const char *path, int kind)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 || setns(fd, kind) < 0 ? -errno : 0;
}

/* A process that was just started is still in ours: waits until it has made its own. */
static bool has_left(const char *path, const char *name)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	char own[32];
	struct stat theirs, ours;

	snprintf(own, sizeof(own), "/proc/self/ns/%s", name);
	for (unsigned tries = 0; tries < SHARE_TRIES; tries++) {
		if (stat(path, &theirs) < 0 || stat(own, &ours) < 0)
			return false;
		if (theirs.st_ino != ours.st_ino)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* Processes of one unit share it: that of the main process, when there is one. */
static int enter_or_make(pid_t shared, const char *name, int kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)shared, name);
	if (shared && has_left(path, name) && enter(path, kind) == 0)
		return 0;
	return unshare(kind) < 0 ? -errno : 1;
}

/* This and IPC as in systemd for privileged commands too: a service is one in them. */
int child_enter_network(const struct child *c)
{
	const char *path = child_setting(c, "NetworkNamespacePath");

	if ((!path && !child_setting(c, "PrivateNetwork")) || !may_enter())
		return 0;
	if (path)
		return enter(path, CLONE_NEWNET);
	int r = enter_or_make(c->request->network_pid, "net", CLONE_NEWNET);
	return r > 0 ? bring_up_loopback() : r;
}

int child_enter_ipc(const struct child *c)
{
	const char *path = child_setting(c, "IPCNamespacePath");

	if ((!path && !child_setting(c, "PrivateIPC")) || !may_enter())
		return 0;
	if (path)
		return enter(path, CLONE_NEWIPC);
	int r = enter_or_make(c->request->ipc_pid, "ipc", CLONE_NEWIPC);
	return r < 0 ? r : 0;
}

int child_enter_host_name(const struct child *c)
{
	if (c->is_privileged || !child_setting(c, "ProtectHostname") || !may_enter())
		return 0;
	return unshare(CLONE_NEWUTS) < 0 ? -errno : 0;
}

/* MountFlags=, or what systemd takes where it is not said. */
static unsigned long propagation(const struct child *c)
{
	const char *flags = child_setting(c, "MountFlags");

	if (flags && strcmp(flags, "private") == 0)
		return MS_PRIVATE;
	return flags && strcmp(flags, "slave") == 0 ? MS_SLAVE : MS_SHARED;
}

int child_enter_mounts(const struct child *c)
{
	const char *path = NULL;
	struct mount_list list;

	if (c->is_privileged)
		return 0;
	int r = mount_list_collect(c, &list);
	if (r < 0)
		return r;
	if (!list.count && !child_setting(c, "PrivateMounts") && !child_setting(c, "MountFlags"))
		return 0;
	if (!may_enter())
		return 0;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	r = mount_list_apply(&list, &path);
	if (r >= 0)
		(void)mount(NULL, "/", NULL, MS_REC | propagation(c), NULL);
	return r;
}

/* One line for root, one for who the process is to be: as they are outside. The rest is nobody. */
static int write_map(pid_t pid, const char *kind, uint32_t id)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s_map", (int)pid, kind);
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* In one write(2): user_namespaces(7). */
	int n = id && geteuid() == 0 ? dprintf(fd, "0 0 1\n%" PRIu32 " %" PRIu32 " 1\n", id, id)
				     : dprintf(fd, "%" PRIu32 " %" PRIu32 " 1\n", id, id);
	return n < 0 ? -errno : 0;
}

static int forbid_setgroups(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, "deny", 4) != 4 ? -errno : 0;
}

/* Whom the parent is in its new namespace is said from outside of it. */
static _Noreturn void write_maps(const struct child *c, const int go[2])
{
	char byte;
	pid_t parent = getppid();

	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		_exit(EINTR);
	int r = geteuid() != 0 ? forbid_setgroups(parent) : 0;
	if (r >= 0)
		r = write_map(parent, "uid", c->has_user ? c->uid : geteuid());
	if (r >= 0)
		r = write_map(parent, "gid", c->has_user || c->has_group ? c->gid : getegid());
	_exit(-r);
}

int child_enter_users(const struct child *c)
{
	int go[2], status = 0;

	if (c->is_privileged || !child_setting(c, "PrivateUsers") ||
		!place_has(NEED_USER_NAMESPACES))
		return 0;
	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	/* Another group made us undumpable (prctl(2)): ProtectProc= would hide us from the writer.
	 */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	pid_t writer = fork();
	if (writer == 0)
		write_maps(c, go);
	int r = writer < 0 || unshare(CLONE_NEWUSER) < 0 ? -errno : 0;
	if (r >= 0 && write(go[1], "", 1) != 1)
		r = -errno;
	close(go[0]);
	close(go[1]); /* without a word it ends */
	while (writer > 0 && waitpid(writer, &status, 0) < 0 && errno == EINTR)
		;
	return r < 0 ? r : WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}
