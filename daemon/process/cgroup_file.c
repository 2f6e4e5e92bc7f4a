/* SPDX-License-Identifier: MIT */
/* The files of a cgroup: read, written, and the processes that they name. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/own.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/base/limits.h"
#include "daemon/process/cgroup.h"
#include "daemon/process/procfs.h"

static int open_file(const struct cgroup_tree *t, const char *path, const char *file, int flags)
{
	char full[LIMIT_CGROUP_PATH + 64];

	if (snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "", file) >=
		(int)sizeof(full))
		return -ENAMETOOLONG;
	int fd = openat(t->fd, full, flags | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int cgroup_write(const struct cgroup_tree *t, const char *path, const char *file, const char *text)
{
	_cleanup_(closep) int fd = open_file(t, path, file, O_WRONLY);

	if (fd < 0)
		return fd;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* The value of "KEY VALUE" or of KEY=VALUE, or the text itself. */
static const char *find_value(const char *text, const char *key)
{
	size_t n = key ? strlen(key) : 0;

	if (!key)
		return text;
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0 && (line[n] == ' ' || line[n] == '='))
			return line + n + 1;
	}
	return NULL;
}

int cgroup_read(const struct cgroup_tree *t, const char *path, const char *file, const char *key,
	uint64_t *ret)
{
	_cleanup_(closep) int fd = open_file(t, path, file, O_RDONLY);
	char text[4096];

	if (fd < 0)
		return fd;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = 0;
	char *value = (char *)find_value(text, key);
	if (!value)
		return -ENODATA;
	value[strcspn(value, " \n")] = 0;
	if (strcmp(value, "max") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	return value_parse_u64(value, UINT64_MAX, ret);
}

int cgroup_is_populated(const struct cgroup_tree *t, const char *path)
{
	uint64_t populated;
	int r = cgroup_read(t, path, "cgroup.events", "populated", &populated);

	return r < 0 ? r : populated != 0;
}

int cgroup_kill(const struct cgroup_tree *t, const char *path)
{
	return cgroup_write(t, path, "cgroup.kill", "1");
}

/* The whole of a file of the kernel's, which has no size; the caller frees. NULL: no memory. */
static char *read_all(int fd)
{
	size_t used = 0, room = 0;
	char *text = NULL;
	ssize_t n;

	do {
		char *grown = used + 1 < room ? text : realloc(text, room += 4096);

		if (!grown) {
			free(text);
			return NULL;
		}
		text = grown;
		n = read(fd, text + used, room - used - 1);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	text[used] = 0;
	return text;
}

struct signal_round {
	const struct cgroup_tree *tree;
	const char *path; /* of the whole */
	int sig;
	cgroup_skip_fn *skip;
	void *data;
};

/* Whether the process is in that cgroup or below it. */
static int is_member(pid_t pid, const void *data)
{
	const struct signal_round *s = data;
	char file[64], line[LIMIT_CGROUP_PATH + 64];

	snprintf(file, sizeof(file), "/proc/%d/cgroup", (int)pid);
	_cleanup_(fclosep) FILE *f = fopen(file, "re");
	while (f && fgets(line, sizeof(line), f)) {
		const char *rest = text_after_prefix(line, "0::");

		rest = rest ? text_after_prefix(rest, s->tree->name) : NULL;
		rest = rest && *rest == '/' ? text_after_prefix(rest + 1, s->path) : NULL;
		if (rest)
			return *rest == '/' || *rest == '\n' ? 0 : -ESRCH;
	}
	return -ESRCH;
}

static int signal_members(const struct signal_round *s, int folder)
{
	_cleanup_(closep) int fd = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	_cleanup_(freep) char *text = fd < 0 ? NULL : read_all(fd);
	char *rest = text;
	int n = 0;

	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		pid_t pid;

		if (value_parse_pid(line, &pid) >= 0 && !s->skip(pid, s->data))
			n += proc_signal_checked(pid, s->sig, is_member, s) >= 0;
	}
	return n;
}

/* A folder of the kernel's has a link for each folder in it. */
static bool has_folders(int folder)
{
	struct stat st;

	return fstat(folder, &st) < 0 || st.st_nlink > 2;
}

static int signal_tree(const struct signal_round *s, int folder, unsigned depth)
{
	int n = signal_members(s, folder);
	DIR *d = has_folders(folder) && depth < LIMIT_CGROUP_DEPTH ? fdopendir(folder) : NULL;

	if (!d) {
		close(folder);
		return n;
	}
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		if (e->d_type != DT_DIR || strcmp(e->d_name, ".") == 0 ||
			strcmp(e->d_name, "..") == 0)
			continue;
		int fd = openat(folder, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			n += signal_tree(s, fd, depth + 1);
	}
	closedir(d);
	return n;
}

int cgroup_signal(
	const struct cgroup_tree *t, const char *path, int sig, cgroup_skip_fn *skip, void *data)
{
	const struct signal_round s = {t, path, sig, skip, data};
	int fd = openat(t->fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : signal_tree(&s, fd, 0);
}
