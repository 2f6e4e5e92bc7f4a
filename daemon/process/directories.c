/* SPDX-License-Identifier: MIT */
/*
 * RuntimeDirectory=, StateDirectory= and kin: made below their folder without following a link on
 * the way, for what lies above may belong to the service, and given to its user.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/process/child.h"

/* The folder `name` in `dir`, made when it is not there; *made tells. Takes ownership of `dir`. */
static int enter(int dir, const char *name, mode_t mode, bool *made)
{
	*made = mkdirat(dir, name, mode) == 0;
	int error = *made ? 0 : errno;
	int fd = -1;

	if (*made || error == EEXIST) {
		fd = folder_open(dir, name);
		error = -fd;
	}
	close(dir);
	return fd < 0 ? -error : fd;
}

static int make_prefix(const char *prefix)
{
	int fd = open(prefix, O_DIRECTORY | O_CLOEXEC | O_RDONLY);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	if (mkdir(prefix, 0755) < 0)
		return -errno;
	fd = open(prefix, O_DIRECTORY | O_CLOEXEC | O_RDONLY);
	return fd < 0 ? -errno : fd;
}

struct gift {
	uid_t from, uid;
	gid_t gid;
};

/* Links are given themselves, and what belongs to somebody else stays theirs. */
static int give_entry(int dir, const char *name, void *data)
{
	const struct gift *g = data;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_uid != g->from)
		return 0;
	if (fchownat(dir, name, g->uid, g->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	int below = S_ISDIR(st.st_mode) ? folder_open(dir, name) : -1;
	return below < 0 ? 0 : folder_each(below, give_entry, data);
}

/* To the user of the unit, whoever this command runs as. */
static int give(int fd, const struct child *c, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	bool is_theirs = st.st_uid == c->uid && st.st_gid == c->gid;
	int r = 0;
	if (!is_theirs) {
		if (fchown(fd, c->uid, c->gid) < 0)
			return -errno;
		r = folder_each(dup(fd), give_entry, &(struct gift){st.st_uid, c->uid, c->gid});
	}
	if (r < 0)
		return r;
	if ((st.st_mode & 07777) != mode && fchmod(fd, mode) < 0)
		return -errno;
	return 0;
}

/* The folder at `path` below those of that kind, each part made where it is not there; *made: the
 * last one. */
static int make_path(
	const struct child *c, enum exec_directory_kind kind, const char *path, bool *made)
{
	mode_t before = umask(0);
	int fd = make_prefix(c->request->context->directory_prefix[kind]);
	_cleanup_(freep) char *copy = strdup(path);
	char *rest = NULL;

	if (!copy && fd >= 0) {
		close(fd);
		fd = -ENOMEM;
	}
	for (char *part = copy ? strtok_r(copy, "/", &rest) : NULL; part && fd >= 0;
		part = strtok_r(NULL, "/", &rest))
		fd = enter(fd, part, 0755, made);
	(void)umask(before);
	return fd;
}

static int make_one(const struct child *c, enum exec_directory_kind kind, const char *path)
{
	bool made = false;
	int fd = make_path(c, kind, path, &made);

	if (fd < 0)
		return fd;
	/* A configuration that is there is the administrator's: as in systemd it stays as it is. */
	bool is_theirs = kind != DIRECTORY_CONFIGURATION || made;
	int r = is_theirs ? give(fd, c, c->exec->directories[kind].mode) : 0;
	close(fd);
	return r;
}

/* From where `link` lies to `name`: "a/b" seen from "a/c/d" is "../b". */
static char *relative(const char *name, const char *link)
{
	char *text = NULL;
	size_t size, n;

	while ((n = strcspn(name, "/")), name[n] && strncmp(name, link, n + 1) == 0) {
		name += n + 1;
		link += n + 1;
	}
	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (const char *slash = strchr(link, '/'); slash; slash = strchr(slash + 1, '/'))
		fputs("../", f);
	fputs(name, f);
	fclose(f);
	return text;
}

static bool leads_to(int dir, const char *link, const char *target)
{
	char there[PATH_MAX];
	ssize_t n = readlinkat(dir, link, there, sizeof(there));

	return n >= 0 && (size_t)n == strlen(target) && memcmp(there, target, (size_t)n) == 0;
}

/* `name:link`: a symbolic link to it. */
static int make_link(
	const struct child *c, enum exec_directory_kind kind, const char *name, const char *link)
{
	const char *slash = strrchr(link, '/'), *last = slash ? slash + 1 : link;
	_cleanup_(freep) char *above = strndup(link, slash ? (size_t)(slash - link) : 0);
	_cleanup_(freep) char *target = relative(name, link);
	int r = 0;

	if (!above || !target)
		return -ENOMEM;
	bool made;
	int dir = make_path(c, kind, above, &made);
	if (dir < 0)
		return dir;
	if (symlinkat(target, dir, last) < 0 && !(errno == EEXIST && leads_to(dir, last, target)))
		r = -errno;
	close(dir);
	return r;
}

int child_make_directories(const struct child *c, enum exec_directory_kind kind)
{
	for (char **p = c->exec->directories[kind].paths; p && *p; p++) {
		_cleanup_(freep) char *name = strdup(*p);
		char *link = name ? strchr(name, ':') : NULL;

		if (!name)
			return -ENOMEM;
		if (link)
			*link++ = 0;
		int r = make_one(c, kind, name);
		if (r >= 0 && link)
			r = make_link(c, kind, name, link);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Whether an earlier entry says the same folder, with another link to it. */
static bool is_again(char **paths, char **p)
{
	size_t n = strcspn(*p, ":");

	for (char **other = paths; other < p; other++)
		if (strcspn(*other, ":") == n && strncmp(*other, *p, n) == 0)
			return true;
	return false;
}

char *child_directory_variable(const struct child *c, enum exec_directory_kind kind)
{
	static const char *const names[DIRECTORY_MAX] = {
		[DIRECTORY_RUNTIME] = "RUNTIME_DIRECTORY",
		[DIRECTORY_STATE] = "STATE_DIRECTORY",
		[DIRECTORY_CACHE] = "CACHE_DIRECTORY",
		[DIRECTORY_LOGS] = "LOGS_DIRECTORY",
		[DIRECTORY_CONFIGURATION] = "CONFIGURATION_DIRECTORY",
	};
	char *text = NULL;
	size_t length;
	char **paths = c->exec->directories[kind].paths;
	FILE *f = paths && *paths ? open_memstream(&text, &length) : NULL;

	if (!f)
		return NULL;
	fprintf(f, "%s=", names[kind]);
	for (char **p = paths; *p; p++)
		if (!is_again(paths, p))
			fprintf(f, "%s%s/%.*s", p == paths ? "" : ":",
				c->request->context->directory_prefix[kind], (int)strcspn(*p, ":"),
				*p);
	fclose(f);
	return text;
}

int private_tmp_make(const char *unit_id, char **ret)
{
	static const char *const places[] = {"/tmp", "/run"};
	static const char *const folders[] = {"tmp", "var-tmp"};
	int r = -ENOENT;

	for (size_t i = 0; i < ELEMENTS(places); i++) {
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/reaperd-private-%s-XXXXXX", places[i], unit_id) < 0)
			return -ENOMEM;
		if (!mkdtemp(path)) {
			r = -errno;
			continue;
		}
		for (size_t k = 0; k < ELEMENTS(folders); k++) {
			_cleanup_(freep) char *below = NULL;

			if (asprintf(&below, "%s/%s", path, folders[k]) < 0)
				return -ENOMEM;
			if (mkdir(below, 0700) < 0 || chmod(below, 01777) < 0)
				return -errno;
		}
		*ret = TAKE_PTR(path);
		return 0;
	}
	return r;
}
