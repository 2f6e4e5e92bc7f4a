/* SPDX-License-Identifier: MIT */
/*
 * Mounts as the list says (mount(2)), parents first; then the attributes, mount by mount
 * (mount_setattr(2)): each has those of the nearest path of the list above it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/process/sandbox.h"

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

static int do_mount(const char *source, const char *target, const char *type, unsigned long flags,
	const char *options)
{
	return mount(source, target, type, flags, options) < 0 ? -errno : 0;
}

/* What a mount goes onto has to be there: a folder, or a file to put a file onto. */
static int make_target(const char *path, bool is_folder)
{
	int r = folder_make_parents(path, 0755);

	if (r < 0 || is_folder)
		return r < 0 ? r : folder_make(path, 0755);
	int fd = open(path, O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd < 0)
		return errno == EEXIST || errno == EROFS ? 0 : -errno;
	close(fd);
	return 0;
}

static int mount_bind(const struct mount_entry *e)
{
	struct stat st;

	if (!e->source || stat(e->source, &st) < 0)
		return e->source ? -errno : -ENOMEM;
	(void)make_target(e->path, S_ISDIR(st.st_mode));
	return do_mount(e->source, e->path, NULL, MS_BIND | (e->recursive ? MS_REC : 0), NULL);
}

static int mount_tmpfs(const struct mount_entry *e)
{
	(void)make_target(e->path, true);
	return do_mount("tmpfs", e->path, "tmpfs", MS_NODEV | MS_STRICTATIME,
		e->options ? e->options : "mode=0755");
}

/* An empty folder or file that nobody may open. */
static int mount_inaccessible(const struct mount_entry *e)
{
	struct stat st;

	if (lstat(e->path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return do_mount("tmpfs", e->path, "tmpfs",
			MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC, "mode=0,nr_inodes=1,size=4k");
	return do_mount("/dev/null", e->path, NULL, MS_BIND, NULL);
}

static int mount_proc(const struct mount_entry *e)
{
	(void)make_target(e->path, true);
	return do_mount("proc", e->path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, e->options);
}

static int link_devices(const char *dev)
{
	static const char *const links[][2] = {{"pts/ptmx", "ptmx"}, {"/proc/self/fd", "fd"},
		{"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
		{"/proc/self/fd/2", "stderr"}};
	char path[PATH_MAX];

	for (size_t i = 0; i < ELEMENTS(links); i++) {
		snprintf(path, sizeof(path), "%s/%s", dev, links[i][1]);
		if (symlink(links[i][0], path) < 0)
			return -errno;
	}
	return 0;
}

/* Made beside, with what is harmless of the old one, then moved onto it. */
static int mount_devices(const struct mount_entry *e)
{
	static const char *const kept[] = {
		"null", "zero", "full", "random", "urandom", "tty", "pts", "shm", "mqueue", "log"};
	char beside[] = "/tmp/reaperd-dev-XXXXXX", from[PATH_MAX], to[PATH_MAX];

	(void)make_target(e->path, true);
	if (!mkdtemp(beside))
		return -errno;
	int r = do_mount("tmpfs", beside, "tmpfs", MS_NOSUID | MS_STRICTATIME | MS_NOEXEC,
		"mode=0755,size=4m");
	for (size_t i = 0; i < ELEMENTS(kept) && r >= 0; i++) {
		struct stat st;

		snprintf(from, sizeof(from), "/dev/%s", kept[i]);
		snprintf(to, sizeof(to), "%s/%s", beside, kept[i]);
		if (stat(from, &st) < 0)
			continue;
		(void)make_target(to, S_ISDIR(st.st_mode));
		(void)do_mount(from, to, NULL, MS_BIND | MS_REC, NULL);
	}
	if (r >= 0)
		r = link_devices(beside);
	if (r >= 0)
		r = do_mount(beside, e->path, NULL, MS_MOVE, NULL);
	(void)rmdir(beside);
	return r;
}

/* To hold attributes of its own a path has to be a mount, which the root is. Mounted over, it would
 * leave us in a root that is not the namespace's (user_namespaces(7): EPERM). */
static int mount_itself(const struct mount_entry *e)
{
	if (strcmp(e->path, "/") == 0)
		return 0;
	return do_mount(e->path, e->path, NULL, MS_BIND | MS_REC, NULL);
}

static int mount_one(const struct mount_entry *e)
{
	static int (*const kinds[])(const struct mount_entry *) = {
		[MOUNT_BIND] = mount_bind,
		[MOUNT_TMPFS] = mount_tmpfs,
		[MOUNT_INACCESSIBLE] = mount_inaccessible,
		[MOUNT_DEVICES] = mount_devices,
		[MOUNT_PROC] = mount_proc,
		[MOUNT_ATTRIBUTE] = mount_itself,
	};
	return kinds[e->kind](e);
}

/* Looked up with that root for our own: links lead nowhere outside of it. */
static char *real_path_in(const char *root, const char *path)
{
	_cleanup_(closep) int back = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(freep) char *outside = realpath(root, NULL);
	char *real = NULL;

	if (back < 0 || !outside || chroot(outside) < 0)
		return NULL;
	_cleanup_(freep) char *inside = realpath(path + strlen(root), NULL);
	int error = errno;
	if (fchdir(back) < 0 || chroot(".") < 0)
		return NULL;
	errno = error;
	return inside && asprintf(&real, "%s%s", outside, inside) >= 0 ? real : NULL;
}

/* Links on the way are followed before anything is mounted over them. */
static int resolve(const struct mount_list *l, struct mount_entry *e)
{
	bool is_made = e->kind != MOUNT_INACCESSIBLE && e->kind != MOUNT_ATTRIBUTE;
	char *real = *l->root ? real_path_in(l->root, e->path) : realpath(e->path, NULL);

	if (!real)
		return is_made && errno == ENOENT ? 0 : -errno;
	free(e->path);
	e->path = real;
	return 0;
}

/* Whether something is mounted there: it is on another device than what is above it. */
static bool is_mount(const char *path)
{
	char above[PATH_MAX];
	struct stat here, there;

	snprintf(above, sizeof(above), "%s/..", path);
	return stat(path, &here) == 0 && stat(above, &there) == 0 && here.st_dev != there.st_dev;
}

static bool is_below(const char *path, const char *parent)
{
	const char *rest = strcmp(parent, "/") == 0 ? path : text_after_prefix(path, parent);

	return rest && (!*rest || *rest == '/');
}

/* What holds at a mount of those attributes that `mask` has: the word of the nearest above it, the
 * later one where two say something of one path. */
static unsigned attributes_at(const struct mount_list *l, const char *path, unsigned mask)
{
	const struct mount_entry *nearest = NULL;

	for (size_t i = 0; i < l->count; i++) {
		const struct mount_entry *e = &l->list[i];

		if (e->attributes & mask && is_below(path, e->path) &&
			(!nearest || strlen(e->path) >= strlen(nearest->path)))
			nearest = e;
	}
	return nearest ? nearest->attributes & mask : 0;
}

static int set_attributes(const char *path, uint64_t set)
{
	struct mount_attr attr = {.attr_set = set};

	return syscall(SYS_mount_setattr, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &attr,
		       sizeof(attr)) < 0
		       ? -errno
		       : 0;
}

static int apply_attributes(const struct mount_list *l)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	int r = mounts ? 0 : -errno;

	while (r >= 0 && (m = getmntent(mounts))) {
		uint64_t set = 0;

		if (attributes_at(l, m->mnt_dir, MOUNT_READ_ONLY | MOUNT_READ_WRITE) ==
			MOUNT_READ_ONLY)
			set |= MOUNT_ATTR_RDONLY;
		if (attributes_at(l, m->mnt_dir, MOUNT_NO_EXEC | MOUNT_EXEC) == MOUNT_NO_EXEC)
			set |= MOUNT_ATTR_NOEXEC;
		if (!set)
			continue;
		r = set_attributes(m->mnt_dir, set);
		if (r == -ENOENT || r == -EINVAL || r == -EACCES)
			r = 0; /* hidden below another mount */
	}
	if (mounts)
		endmntent(mounts);
	return r;
}

int mount_list_apply(const struct mount_list *l, const char **ret_path)
{
	for (size_t i = 0; i < l->count; i++) {
		struct mount_entry *e = &l->list[i];
		int r = resolve(l, e);

		if (r >= 0 && !(e->unless_mounted && is_mount(e->path)))
			r = mount_one(e);
		if (r == -ENOENT && e->may_miss) {
			e->attributes = 0;
			continue;
		}
		if (r < 0) {
			*ret_path = e->path;
			return r;
		}
	}
	*ret_path = "/";
	return apply_attributes(l);
}
