/* SPDX-License-Identifier: MIT */
#include "daemon/base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/limits.h"

static int make_one(const char *path, mode_t mode)
{
	return mkdir(path, mode) < 0 && errno != EEXIST && errno != EROFS ? -errno : 0;
}

int folder_make_parents(const char *path, mode_t mode)
{
	_cleanup_(freep) char *copy = strdup(path);
	int r = copy ? 0 : -ENOMEM;

	for (char *slash = copy && *copy ? strchr(copy + 1, '/') : NULL; slash && r >= 0;
		slash = strchr(slash + 1, '/')) {
		*slash = 0;
		r = make_one(copy, mode);
		*slash = '/';
	}
	return r;
}

int folder_make(const char *path, mode_t mode)
{
	int r = folder_make_parents(path, mode);

	return r < 0 ? r : make_one(path, mode);
}

int folder_each(int fd, folder_fn *fn, void *data)
{
	DIR *d = fdopendir(fd);
	int r = 0;

	if (!d) {
		r = -errno;
		close(fd);
		return r;
	}
	for (struct dirent *e = readdir(d); e && r >= 0; e = readdir(d))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = fn(dirfd(d), e->d_name, data);
	closedir(d);
	return r < 0 ? r : 0;
}

int folder_open(int dir, const char *name)
{
	int fd = openat(dir, name, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_RDONLY);

	return fd < 0 ? -errno : fd;
}

struct emptying {
	unsigned entries, depth; /* how many more, and how much deeper */
};

static int remove_entry(int dir, const char *name, void *data)
{
	struct emptying *e = data;

	if (!e->entries || !e->depth)
		return -E2BIG;
	e->entries--;
	if (unlinkat(dir, name, 0) == 0 || errno != EISDIR)
		return 0;
	int below = folder_open(dir, name);
	if (below < 0)
		return below;
	e->depth--;
	int r = folder_each(below, remove_entry, e);
	e->depth++;
	if (r >= 0)
		(void)unlinkat(dir, name, AT_REMOVEDIR);
	return r;
}

int folder_empty(int fd, unsigned limit)
{
	struct emptying e = {limit, LIMIT_FOLDER_DEPTH};

	return folder_each(fd, remove_entry, &e);
}
