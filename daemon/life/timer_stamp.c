/* SPDX-License-Identifier: MIT */
/* What timers keep beyond our own life. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/life/timer.h"

static void stamp_path(const struct unit *u, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/systemd/timers/stamp-%s",
		unit_life(u)->spawn.directory_prefix[DIRECTORY_STATE], u->id);
}

void timer_stamp_write(const struct unit *u)
{
	char path[PATH_MAX];

	stamp_path(u, path);
	int r = folder_make_parents(path, 0755);
	int fd = r < 0 ? -1
		       : open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644);
	if (fd < 0 || futimens(fd, NULL) < 0)
		log_line(LOG_WARNING, r < 0 ? r : errno, u->id,
			"cannot keep when it last went off in %s, as Persistent= asks", path);
	if (fd >= 0)
		close(fd);
}

uint64_t timer_stamp_read(const struct unit *u)
{
	char path[PATH_MAX];
	struct stat st;

	stamp_path(u, path);
	if (lstat(path, &st) < 0) {
		timer_stamp_write(u);
		return 0;
	}
	uint64_t at =
		(uint64_t)st.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t)st.st_mtim.tv_nsec / 1000;
	uint64_t now = clock_realtime_usec();
	return at > now ? now : at;
}
