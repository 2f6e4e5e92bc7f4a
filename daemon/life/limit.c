/* SPDX-License-Identifier: MIT */
#include "daemon/life/limit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/file/types.h"
#include "daemon/process/cgroup_limit.h"
#include "daemon/process/cgroup_path.h"

/* The rows are the same in all sections that have resource control. */
static const char *kept(const char *key, void *config)
{
	return kept_get(config, directive_find("Slice", key));
}

/* The device itself, or the one that a file lies on. */
static int find_device(const char *path, dev_t *ret, void *config)
{
	struct stat st;

	(void)config;
	if (stat(path, &st) < 0)
		return -errno;
	*ret = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	return 0;
}

static struct cgroup_limit_source source_of(const struct life *life, const struct unit *u)
{
	return (struct cgroup_limit_source){
		.get = kept,
		.device = find_device,
		.data = u->config,
		.memory_bytes = life->cgroups.memory_bytes,
		.tasks = life->cgroups.tasks,
	};
}

/* The unit of the slice at the path, its files read at the first question. */
static struct unit *slice_at(struct life *life, const char *path)
{
	const char *name = strrchr(path, '/');
	struct unit *u;

	name = name ? name + 1 : path;
	name += *name == '_'; /* see cgroup_path.h */
	u = unit_table_find(&life->units, name);
	return !u && load_unit(&life->loader, name, &u) < 0 ? NULL : u;
}

unsigned limit_controllers(struct life *life, const struct unit *u, const char *path)
{
	struct cgroup_limit_source source = source_of(life, u);
	unsigned found = cgroup_limit_controllers(&source);
	_cleanup_(freep) char *above = strdup(path);

	for (char *slash = above ? strchr(above, '/') : NULL; slash;
		slash = strchr(slash + 1, '/')) {
		*slash = 0;
		const struct unit *slice = slice_at(life, above);
		*slash = '/';
		if (!slice)
			continue;
		source = source_of(life, slice);
		found |= cgroup_limit_controllers(&source);
	}
	return found;
}

/* A line a write. */
static int write_lines(const struct cgroup_tree *t, const char *path, const char *file, char *text)
{
	char *rest = text;
	int r = 0;

	for (char *line = strsep(&rest, "\n"); line && r >= 0; line = strsep(&rest, "\n"))
		if (*line)
			r = cgroup_write(t, path, file, line);
	return r;
}

static void apply_one(const struct cgroup_limit *limit, struct life *life, const struct unit *u,
	const char *path, bool *is_applied)
{
	const struct cgroup_limit_source source = source_of(life, u);
	char text[CGROUP_LIMIT_TEXT];
	int r = cgroup_limit_text(limit, &source, text);

	if (r == 0 && (!*is_applied || !limit->none))
		return;
	if (r == 0)
		r = cgroup_write(&life->cgroups, path, limit->file, limit->none);
	else if (r > 0)
		r = write_lines(&life->cgroups, path, limit->file, text);
	*is_applied = r >= 0 && *text;
	if (r < 0)
		log_line(LOG_WARNING, r, u->id, "%s=%s is not applied: cannot set %s",
			limit->keys[0], kept(limit->keys[0], u->config), limit->file);
}

void limit_apply(struct life *life, const struct unit *u, const char *path, unsigned granted,
	unsigned *applied)
{
	const struct cgroup_limit *limit;

	if (!u->config->kept_count && !*applied)
		return;
	for (unsigned i = 0; (limit = cgroup_limit_at(i)); i++) {
		bool is_applied = *applied >> i & 1;

		if (!(granted >> limit->controller & 1))
			continue;
		apply_one(limit, life, u, path, &is_applied);
		*applied = (*applied & ~(1U << i)) | (unsigned)is_applied << i;
	}
}

void limit_apply_slice(const char *path, void *data)
{
	struct life *life = data;
	const struct unit *slice = slice_at(life, path);
	unsigned none = 0;

	if (slice)
		limit_apply(life, slice, path, ~0U, &none);
}

void limit_reconfigure_slice(struct unit *slice)
{
	struct life *life = unit_life(slice);
	_cleanup_(freep) char *path = cgroup_slice_path(slice->id);
	unsigned all = ~0U;

	if (path && *path && life->cgroups.fd >= 0 &&
		cgroup_is_populated(&life->cgroups, path) >= 0)
		limit_apply(life, slice, path, life->cgroups.here, &all);
}
