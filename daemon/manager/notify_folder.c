/* SPDX-License-Identifier: MIT */
/*
 * Where the notify sockets of services lie: a folder beside the control socket, which is ours alone
 * by its lock. Below /run, as systemd's is: the sandbox of a service may hide other places from it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/manager/manager.h"

/* Whether every user may go through all folders above it. */
static bool is_open_to_all(const char *path)
{
	_cleanup_(freep) char *above = strdup(path);
	struct stat st;

	if (!above)
		return false;
	for (char *slash = strrchr(above, '/'); slash && slash != above;
		slash = strrchr(above, '/')) {
		*slash = 0;
		if (stat(above, &st) < 0 || !(st.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

/* ProtectHome= hides the folders of users. */
static bool is_seen_by_services(const struct manager *m)
{
	if (!m->socket || !text_after_prefix(m->socket, "/run/"))
		return false;
	return m->is_user ||
	       (!text_after_prefix(m->socket, "/run/user/") && is_open_to_all(m->socket));
}

/* What one that was killed left there goes. */
static int make_empty(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0755) < 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return folder_empty(fd, LIMIT_FOLDER_ENTRIES);
}

void notify_folder_open(struct manager *m)
{
	_cleanup_(freep) char *path = NULL;

	if (!is_seen_by_services(m) || asprintf(&path, "%s.notify", m->socket) < 0)
		return;
	int r = make_empty(path);
	if (r < 0)
		(void)log_warning_errno(
			r, "notify sockets are abstract ones: %s cannot be had", path);
	else
		m->life.notify_folder = TAKE_PTR(path);
}

void notify_folder_close(struct manager *m)
{
	if (m->life.notify_folder) {
		(void)make_empty(m->life.notify_folder);
		(void)rmdir(m->life.notify_folder);
	}
	free(m->life.notify_folder);
	m->life.notify_folder = NULL;
}
