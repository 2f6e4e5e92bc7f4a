/* SPDX-License-Identifier: MIT */
/* In the child: namespaces (namespaces(7)) as the unit asks for them. Where none can be made the
 * settings were reported when the unit was loaded, and the service runs without them. */
#include "daemon/process/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/place.h"
#include "daemon/file/types.h"

const char *child_setting(const struct child *c, const char *key)
{
	const char *value = kept_get(c->request->config, directive_find("Service", key));

	return value && *value && strcmp(value, "no") != 0 ? value : NULL;
}

/* Asked last, of units that want it: the answer was found when they were loaded, and is tried out
 * anew where it was not. */
static bool may_enter(const struct child *c)
{
	return !c->is_privileged && place_has(NEED_NAMESPACES);
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

/* Processes of one unit share it: that of the main process, when there is one. */
static int enter_or_make(const struct child *c, const char *name, int kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)c->request->main_pid, name);
	if (c->request->main_pid && enter(path, kind) == 0)
		return 0;
	return unshare(kind) < 0 ? -errno : 1;
}

int child_enter_network(const struct child *c)
{
	const char *path = child_setting(c, "NetworkNamespacePath");

	if ((!path && !child_setting(c, "PrivateNetwork")) || !may_enter(c))
		return 0;
	if (path)
		return enter(path, CLONE_NEWNET);
	int r = enter_or_make(c, "net", CLONE_NEWNET);
	return r > 0 ? bring_up_loopback() : r;
}

int child_enter_ipc(const struct child *c)
{
	const char *path = child_setting(c, "IPCNamespacePath");

	if ((!path && !child_setting(c, "PrivateIPC")) || !may_enter(c))
		return 0;
	if (path)
		return enter(path, CLONE_NEWIPC);
	int r = enter_or_make(c, "ipc", CLONE_NEWIPC);
	return r < 0 ? r : 0;
}

int child_enter_host_name(const struct child *c)
{
	if (!child_setting(c, "ProtectHostname") || !may_enter(c))
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
	if (!may_enter(c))
		return 0;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -errno;
	r = mount_list_apply(&list, &path);
	if (r >= 0)
		(void)mount(NULL, "/", NULL, MS_REC | propagation(c), NULL);
	return r;
}
