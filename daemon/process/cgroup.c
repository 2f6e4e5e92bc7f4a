/* SPDX-License-Identifier: MIT */
/* The tree: our part of it, slices, and the cgroups of units made and removed. */
#include "daemon/process/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/limits.h"

struct cgroup_slice {
	char *path;	    /* "": our root */
	unsigned handed_on; /* controllers that those below it have */
	UT_hash_handle hh;
};

static struct cgroup_slice *find_slice(struct cgroup_tree *t, const char *path)
{
	struct cgroup_slice *slice;

	HASH_FIND_STR(t->slices, path, slice);
	return slice;
}

static struct cgroup_slice *add_slice(struct cgroup_tree *t, const char *path)
{
	struct cgroup_slice *slice = calloc(1, sizeof(*slice));

	if (!slice || !(slice->path = strdup(path))) {
		free(slice);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, t->slices, slice->path, strlen(slice->path), slice);
	if (HASH_IS_IN(hh, slice))
		return slice;
	free(slice->path);
	free(slice);
	return NULL;
}

static void forget_slice(struct cgroup_tree *t, struct cgroup_slice *slice)
{
	HASH_DEL(t->slices, slice);
	free(slice->path);
	free(slice);
}

static int make_folder(const struct cgroup_tree *t, const char *path)
{
	return mkdirat(t->fd, path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t memory_of(const struct cgroup_tree *t)
{
	uint64_t limit = UINT64_MAX;

	(void)cgroup_read(t, "", "memory.max", NULL, &limit);
	return least(limit, (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
}

/* As many as there may be: by number, by the kernel's memory, by the limit of all of us. */
static uint64_t tasks_of(const struct cgroup_tree *t)
{
	static const char *const files[] = {"pid_max", "threads-max"};
	uint64_t found = UINT64_MAX, n = UINT64_MAX;
	const struct cgroup_tree kernel = {
		.fd = open("/proc/sys/kernel", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};

	for (size_t i = 0; kernel.fd >= 0 && i < ELEMENTS(files); i++)
		if (cgroup_read(&kernel, "", files[i], NULL, &n) >= 0)
			found = least(found, n);
	if (kernel.fd >= 0)
		close(kernel.fd);
	if (cgroup_read(t, "", "pids.max", NULL, &n) >= 0)
		found = least(found, n);
	return found;
}

/* Who was started before is in our folder still, and a cgroup that hands on controllers may hold
 * nobody (the kernel's cgroup-v2 document, "No Internal Process Constraint"). */
static void move_companions(const struct cgroup_tree *t)
{
	int fd = openat(t->fd, "cgroup.procs", O_RDONLY | O_CLOEXEC), pid;
	_cleanup_(fclosep) FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	char text[16];

	if (fd >= 0 && !f)
		close(fd);
	while (f && fscanf(f, "%d", &pid) == 1) {
		snprintf(text, sizeof(text), "%d", pid);
		(void)cgroup_write(t, CGROUP_OWN_LEAF, "cgroup.procs", text);
	}
}

int cgroup_open(struct cgroup_tree *t)
{
	const struct cgroup_root *root = cgroup_root();

	*t = (struct cgroup_tree){.fd = -1, .inotify = -1};
	if (!root->folder)
		return -ENOENT;
	_cleanup_(closep) int fd = open(root->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	_cleanup_(closep) int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (inotify < 0)
		return -errno;
	t->fd = fd;
	int r = make_folder(t, CGROUP_OWN_LEAF);
	if (r >= 0)
		r = cgroup_write(t, CGROUP_OWN_LEAF, "cgroup.procs", "0");
	if (r < 0) {
		t->fd = -1;
		return r;
	}
	move_companions(t);
	t->fd = TAKE_FD(fd);
	t->inotify = TAKE_FD(inotify);
	t->name = root->name;
	t->here = root->controllers;
	t->memory_bytes = memory_of(t);
	t->tasks = tasks_of(t);
	return 0;
}

void cgroup_close(struct cgroup_tree *t)
{
	while (t->slices) {
		if (*t->slices->path)
			(void)unlinkat(t->fd, t->slices->path, AT_REMOVEDIR);
		forget_slice(t, t->slices);
	}
	closep(&t->fd);
	closep(&t->inotify);
	t->fd = t->inotify = -1;
}

/* Each by itself: one that is refused does not hold back the others. */
static void hand_on(const struct cgroup_tree *t, struct cgroup_slice *slice, unsigned controllers)
{
	unsigned missing = controllers & ~slice->handed_on;

	for (int i = 0; i < CONTROLLER_MAX; i++) {
		char text[16];

		if (!(missing >> i & 1))
			continue;
		snprintf(text, sizeof(text), "+%s",
			cgroup_controller_to_string((enum cgroup_controller)i));
		if (cgroup_write(t, slice->path, "cgroup.subtree_control", text) >= 0)
			slice->handed_on |= 1U << i;
	}
}

/* The folder that others are to be made in, with what they need. */
static int prepare_slice(struct cgroup_tree *t, const char *path, unsigned *controllers,
	cgroup_slice_fn *fn, void *data)
{
	struct cgroup_slice *slice = find_slice(t, path);
	bool is_new = !slice;

	if (is_new && *path) {
		int r = make_folder(t, path);
		if (r < 0)
			return r;
	}
	if (is_new && !(slice = add_slice(t, path)))
		return -ENOMEM;
	if (is_new && *path)
		fn(path, data);
	hand_on(t, slice, *controllers);
	*controllers &= slice->handed_on;
	return 0;
}

int cgroup_make(struct cgroup_tree *t, const char *path, unsigned controllers, cgroup_slice_fn *fn,
	void *data, unsigned *ret_granted)
{
	_cleanup_(freep) char *above = strdup(path);
	int r = above ? 0 : -ENOMEM;

	controllers &= t->here;
	if (r >= 0)
		r = prepare_slice(t, "", &controllers, fn, data);
	for (char *slash = above ? strchr(above, '/') : NULL; slash && r >= 0;
		slash = strchr(slash + 1, '/')) {
		*slash = 0;
		r = prepare_slice(t, above, &controllers, fn, data);
		*slash = '/';
	}
	*ret_granted = controllers;
	return r < 0 ? r : make_folder(t, path);
}

/* Its folders first: a folder of the kernel's files alone can be removed. */
static int remove_tree(int parent, const char *name, unsigned depth)
{
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if ((errno != EBUSY && errno != ENOTEMPTY) || depth == LIMIT_CGROUP_DEPTH)
		return -errno;
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder) {
		closep(&fd);
		return -EBUSY;
	}
	for (struct dirent *e = readdir(folder); e; e = readdir(folder))
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
			strcmp(e->d_name, "..") != 0)
			(void)remove_tree(fd, e->d_name, depth + 1);
	closedir(folder);
	return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

int cgroup_remove(struct cgroup_tree *t, const char *path)
{
	_cleanup_(freep) char *above = strdup(path);
	int r = remove_tree(t->fd, path, 0);
	char *slash;

	while (r >= 0 && above && (slash = strrchr(above, '/'))) {
		*slash = 0;
		struct cgroup_slice *slice = find_slice(t, above);
		if (unlinkat(t->fd, above, AT_REMOVEDIR) < 0)
			break;
		if (slice)
			forget_slice(t, slice);
	}
	return r;
}

int cgroup_enter(const struct cgroup_tree *t, const char *path, const char *subgroup)
{
	char full[LIMIT_CGROUP_PATH];
	int n = snprintf(
		full, sizeof(full), "%s%s%s", path, subgroup ? "/" : "", subgroup ? subgroup : "");

	if (n >= (int)sizeof(full))
		return -ENAMETOOLONG;
	int r = subgroup ? make_folder(t, full) : 0;
	if (r < 0)
		return r;
	int fd = openat(t->fd, full, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void cgroup_mark_delegated(const struct cgroup_tree *t, const char *path)
{
	_cleanup_(closep) int fd = openat(t->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsetxattr(fd, "trusted.delegate", "1", 1, 0);
	(void)fsetxattr(fd, "user.delegate", "1", 1, 0); /* for who may not read the other */
}

int cgroup_watch(const struct cgroup_tree *t, const char *path, const char *file)
{
	char full[LIMIT_CGROUP_PATH + 32];

	/* By way of /proc, for inotify takes no descriptor. */
	if (snprintf(full, sizeof(full), "/proc/self/fd/%d/%s/%s", t->fd, path, file) >=
		(int)sizeof(full))
		return -ENAMETOOLONG;
	int watch = inotify_add_watch(t->inotify, full, IN_MODIFY);
	return watch < 0 ? -errno : watch;
}

void cgroup_unwatch(const struct cgroup_tree *t, int watch)
{
	if (watch >= 0)
		(void)inotify_rm_watch(t->inotify, watch);
}
