/* SPDX-License-Identifier: MIT */
/* LoadCredential= and SetCredential= (systemd.exec(5)): files in a folder of the unit's own, which
 * its user alone may read and which goes when it ends. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/process/child.h"

/* Where a credential lies that is named without a path; the first is what we were handed. */
static const char *const stores[] = {
	"/run/credstore", "/etc/credstore", "/usr/local/lib/credstore", "/usr/lib/credstore"};

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* A file, or what a socket at that place hands out. The caller frees *ret. */
static int read_source(const char *path, char **ret, size_t *ret_size)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	_cleanup_(closep) int fd = S_ISSOCK(st.st_mode)
					   ? connect_to(path)
					   : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return errno ? -errno : fd;
	_cleanup_(freep) char *data = malloc(LIMIT_CREDENTIAL_BYTES + 1);
	size_t size = 0;
	ssize_t n;
	if (!data)
		return -ENOMEM;
	while ((n = read(fd, data + size, LIMIT_CREDENTIAL_BYTES + 1 - size)) > 0)
		size += (size_t)n;
	if (n < 0 || size > LIMIT_CREDENTIAL_BYTES)
		return n < 0 ? -errno : -E2BIG;
	*ret = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}

static int write_credential(
	const struct child *c, int folder, const char *id, const char *data, size_t size)
{
	_cleanup_(closep) int fd =
		openat(folder, id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno; /* what came first stays */
	if (write(fd, data, size) != (ssize_t)size)
		return -EIO;
	return c->has_user && fchown(fd, c->uid, c->gid) < 0 ? -errno : 0;
}

static bool is_good_id(const char *id)
{
	return *id && strlen(id) < NAME_MAX && !strchr(id, '/') && strcmp(id, ".") != 0 &&
	       strcmp(id, "..") != 0;
}

static int load_path(const struct child *c, int folder, const char *id, const char *path);

/* Each file of a folder as ID_NAME, and of folders in it as ID_FOLDER_NAME; links are left out. */
static int load_folder(const struct child *c, int folder, const char *id, DIR *d, const char *path)
{
	int r = 0;

	for (struct dirent *e = readdir(d); e && r >= 0; e = readdir(d)) {
		_cleanup_(freep) char *at = NULL, *name = NULL;
		struct stat st;

		if (*e->d_name == '.' ||
			fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			(!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
			continue;
		if (asprintf(&at, "%s/%s", path, e->d_name) < 0 ||
			asprintf(&name, "%s_%s", id, e->d_name) < 0)
			return -ENOMEM;
		r = is_good_id(name) ? load_path(c, folder, name, at) : -EINVAL;
	}
	return r;
}

/* A name of 255 bytes at most is also how deep it goes. */
static int load_path(const struct child *c, int folder, const char *id, const char *path)
{
	_cleanup_(freep) char *data = NULL;
	size_t size;
	DIR *d = opendir(path);

	if (d) {
		int r = load_folder(c, folder, id, d, path);
		closedir(d);
		return r;
	}
	int r = read_source(path, &data, &size);
	return r < 0 ? r : write_credential(c, folder, id, data, size);
}

/* ID[:PATH]. A path that is missing fails the unit; a name that no store has does not. */
static int load_one(const struct child *c, int folder, char *line)
{
	const char *ours = getenv("CREDENTIALS_DIRECTORY");
	char *path = strchr(line, ':');
	_cleanup_(freep) char *data = NULL;
	size_t size = 0;

	if (path)
		*path++ = 0;
	const char *name = path ? path : line;
	if (!is_good_id(line))
		return -EINVAL;
	if (*name == '/')
		return load_path(c, folder, line, name);
	for (size_t i = 0; i <= ELEMENTS(stores) && !data; i++) {
		const char *store = i ? stores[i - 1] : ours;
		_cleanup_(freep) char *at = NULL;

		if (!store || asprintf(&at, "%s/%s", store, name) < 0)
			continue;
		int r = read_source(at, &data, &size);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return data ? write_credential(c, folder, line, data, size) : 0;
}

static int import_one(
	const struct child *c, int folder, const char *path, size_t drop, const char *prefix)
{
	_cleanup_(freep) char *data = NULL, *id = NULL;
	const char *name = strrchr(path, '/') + 1;
	size_t size;

	if (asprintf(&id, "%s%s", prefix ? prefix : "", name + drop) < 0)
		return -ENOMEM;
	int r = is_good_id(id) ? read_source(path, &data, &size) : -EINVAL;
	return r < 0 ? r : write_credential(c, folder, id, data, size);
}

/* PATTERN[:PREFIX]: every credential of that name, from the first store that has it; PREFIX stands
 * instead of what was written before the `*`. */
static int import_matching(const struct child *c, int folder, char *line)
{
	char *prefix = strchr(line, ':');

	if (prefix)
		*prefix++ = 0;
	size_t drop = prefix ? strcspn(line, "*?[") : 0;
	for (size_t i = 0; i <= ELEMENTS(stores); i++) {
		const char *store = i ? stores[i - 1] : getenv("CREDENTIALS_DIRECTORY");
		_cleanup_(freep) char *pattern = NULL;
		glob_t found = {0};
		int r = 0;

		if (!store || asprintf(&pattern, "%s/%s", store, line) < 0)
			continue;
		if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
			for (size_t k = 0; k < found.gl_pathc && r >= 0; k++)
				r = import_one(c, folder, found.gl_pathv[k], drop, prefix);
		globfree(&found);
		if (r < 0)
			return r;
	}
	return 0;
}

/* C's escapes, in place; the length that is left. */
static size_t unescape(char *text)
{
	static const char from[] = "abfnrtv\\\"'s", to[] = "\a\b\f\n\r\t\v\\\"' ";
	char *out = text;

	for (const char *in = text; *in; in++) {
		const char *known = *in == '\\' && in[1] ? strchr(from, in[1]) : NULL;
		unsigned byte;
		int n;

		if (known) {
			*out++ = to[known - from];
			in++;
		} else if (*in == '\\' && in[1] == 'x' && sscanf(in + 2, "%2x%n", &byte, &n) == 1) {
			*out++ = (char)byte;
			in += 1 + n;
		} else {
			*out++ = *in;
		}
	}
	*out = 0;
	return (size_t)(out - text);
}

/* ID:VALUE */
static int set_one(const struct child *c, int folder, char *line)
{
	char *value = strchr(line, ':');

	if (!value)
		return -EINVAL;
	*value++ = 0;
	return is_good_id(line) ? write_credential(c, folder, line, value, unescape(value))
				: -EINVAL;
}

static int each_line(const struct child *c, int folder, const char *key,
	int (*fn)(const struct child *c, int folder, char *line))
{
	const char *lines = child_setting(c, key);
	_cleanup_(freep) char *copy = lines ? strdup(lines) : NULL;
	char *save = NULL;
	int r = 0;

	for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line && r >= 0;
		line = strtok_r(NULL, "\n", &save))
		r = fn(c, folder, line);
	return r;
}

int child_store_credentials(struct child *c)
{
	const char *prefix = c->request->context->directory_prefix[DIRECTORY_RUNTIME];

	if (!child_setting(c, "LoadCredential") && !child_setting(c, "SetCredential") &&
		!child_setting(c, "ImportCredential"))
		return 0;
	if (asprintf(&c->credentials, "%s/credentials/%s", prefix, c->request->unit_id) < 0)
		return -ENOMEM;
	if (!c->request->is_first)
		return 0;
	(void)credentials_remove(c->request->context, c->request->unit_id);
	int r = folder_make_parents(c->credentials, 0755);
	if (r < 0)
		return r;
	if (mkdir(c->credentials, 0700) < 0)
		return -errno;
	_cleanup_(closep) int folder =
		open(c->credentials, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	r = each_line(c, folder, "LoadCredential", load_one);
	if (r >= 0)
		r = each_line(c, folder, "ImportCredential", import_matching);
	if (r >= 0)
		r = each_line(c, folder, "SetCredential", set_one);
	if (r >= 0 && c->has_user && fchown(folder, c->uid, c->gid) < 0)
		r = -errno;
	if (r >= 0 && fchmod(folder, 0500) < 0)
		r = -errno;
	return r;
}
