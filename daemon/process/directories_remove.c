/* SPDX-License-Identifier: MIT */
/* The folders of a service are taken away again, without following a link on the way: its
 * RuntimeDirectory=, PrivateTmp= and credentials when it ended, others when somebody asks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/process/child.h"

/* The folder that holds the last part of `path`, reached without following links; *ret_last lies
 * inside `path`. */
static int open_parent(const char *prefix, char *path, char **ret_last)
{
	int fd = open(prefix, O_DIRECTORY | O_CLOEXEC | O_RDONLY);

	fd = fd < 0 ? -errno : fd;
	for (char *slash = strchr(path, '/'); slash && fd >= 0; slash = strchr(path, '/')) {
		*slash = 0;
		int next = folder_open(fd, path);
		close(fd);
		fd = next;
		path = slash + 1;
	}
	*ret_last = path;
	return fd;
}

static int remove_one(const char *prefix, const char *path, unsigned limit)
{
	_cleanup_(freep) char *copy = strdup(path);
	char *last;

	if (!copy)
		return -ENOMEM;
	int parent = open_parent(prefix, copy, &last);
	if (parent < 0)
		return parent == -ENOENT ? 0 : parent;
	int fd = folder_open(parent, last);
	int r = fd < 0 ? (fd == -ENOENT ? 0 : fd) : folder_empty(fd, limit);
	if (r >= 0 && unlinkat(parent, last, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	close(parent);
	return r;
}

static void remove_link(const char *prefix, const char *link)
{
	_cleanup_(freep) char *copy = strdup(link);
	char *last;
	int parent = copy ? open_parent(prefix, copy, &last) : -ENOMEM;

	if (parent < 0)
		return;
	(void)unlinkat(parent, last, 0);
	close(parent);
}

int directories_remove(const struct spawn_context *context, const struct exec_settings *exec,
	enum exec_directory_kind kind, unsigned limit)
{
	const char *prefix = context->directory_prefix[kind];
	int first = 0;

	for (char **p = exec->directories[kind].paths; p && *p; p++) {
		_cleanup_(freep) char *name = strndup(*p, strcspn(*p, ":"));
		const char *link = strchr(*p, ':');
		int r = name ? remove_one(prefix, name, limit) : -ENOMEM;

		if (link)
			remove_link(prefix, link + 1);
		if (r < 0 && !first)
			first = r;
	}
	return first;
}

int private_tmp_remove(const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(freep) char *parent = strndup(path, (size_t)(slash - path));

	return parent ? remove_one(parent, slash + 1, LIMIT_FOLDER_ENTRIES) : -ENOMEM;
}

int credentials_remove(const struct spawn_context *context, const char *unit_id)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "credentials/%s", unit_id) < 0)
		return -ENOMEM;
	return remove_one(context->directory_prefix[DIRECTORY_RUNTIME], path, LIMIT_FOLDER_ENTRIES);
}
