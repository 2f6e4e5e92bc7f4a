/* SPDX-License-Identifier: MIT */
#include "daemon/base/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/own.h"

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
