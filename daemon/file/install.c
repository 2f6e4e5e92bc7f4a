/* SPDX-License-Identifier: MIT */
#include "daemon/file/install.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "common/unit_name.h"

#define ALSO_DEPTH 16

void install_changes_done(struct install_changes *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].path);
		free(c->list[i].target);
	}
	free(c->list);
	*c = (struct install_changes){0};
}

static int note(struct install_changes *c, const char *path, const char *target)
{
	struct install_change *grown = reallocarray(c->list, c->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	c->list = grown;
	c->list[c->count++] = (struct install_change){strdup(path), target ? strdup(target) : NULL};
	return 0;
}

static bool leads_to(const char *path, const char *target)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	if (n < 0)
		return false;
	text[n] = 0;
	return strcmp(text, target) == 0;
}

/* `folder` may be missing; a link that is there already is fine. */
static int make_link(
	struct install_changes *c, const char *folder, const char *name, const char *target)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	if (leads_to(path, target))
		return 0;
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return -errno;
	if (symlink(target, path) < 0)
		return -errno;
	return note(c, path, target);
}

static int remove_link(struct install_changes *c, const char *path)
{
	if (unlink(path) < 0)
		return errno == ENOENT ? 0 : -errno;
	return note(c, path, NULL);
}

static int link_into(struct install_changes *c, const char *root, char *const *others,
	const char *suffix, const char *name, const char *target)
{
	for (char *const *o = others; o && *o; o++) {
		_cleanup_(freep) char *folder = NULL;

		if (asprintf(&folder, "%s/%s%s", root, *o, suffix) < 0)
			return -ENOMEM;
		int r = make_link(c, folder, name, target);
		if (r < 0)
			return r;
	}
	return 0;
}

static int enable_one(struct loader *l, struct unit *u, struct install_changes *c)
{
	const struct install_settings *s = &u->config->install;
	const char *root = search_path_writable(l->path), *file = u->config->path;
	int r = 0;

	if (!file)
		return 0;
	c->has_information |= s->alias || s->wanted_by || s->required_by || s->also;
	for (char **alias = s->alias; alias && *alias && r >= 0; alias++)
		r = make_link(c, root, *alias, file);
	if (r >= 0)
		r = link_into(c, root, s->wanted_by, ".wants", u->id, file);
	if (r >= 0)
		r = link_into(c, root, s->required_by, ".requires", u->id, file);
	return r;
}

static int enable_with_also(struct loader *l, struct unit *u, struct install_changes *c, int depth)
{
	int r = enable_one(l, u, c);

	for (char **also = u->config->install.also; also && *also && r >= 0 && depth < ALSO_DEPTH;
		also++) {
		struct unit *other;

		if (strcmp(*also, u->id) == 0)
			continue;
		r = load_unit(l, *also, &other);
		if (r >= 0 && other->load_state == LOAD_LOADED)
			r = enable_with_also(l, other, c, depth + 1);
	}
	return r;
}

int install_enable(struct loader *l, struct unit *u, struct install_changes *changes)
{
	return enable_with_also(l, u, changes, 0);
}

/* Whether an entry of a folder stands for the unit: by its own name, or by what it leads to. */
static bool stands_for(const char *path, const char *entry, const char *name, bool by_name)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = 0;
	const char *slash = strrchr(target, '/'), *base = slash ? slash + 1 : target;
	if (strcmp(target, "/dev/null") == 0)
		return false;
	return (by_name && strcmp(entry, name) == 0) ||
	       (strcmp(base, name) == 0 && strcmp(entry, name) != 0);
}

typedef int link_fn(const char *path, void *data);

/* Calls `fn` for each link to the unit in one folder; a positive answer ends it. */
static int each_in(const char *folder, const char *name, bool by_name, link_fn *fn, void *data)
{
	DIR *d = opendir(folder);
	int r = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e && r == 0; e = readdir(d)) {
		_cleanup_(freep) char *path = NULL;

		if (e->d_name[0] == '.' || asprintf(&path, "%s/%s", folder, e->d_name) < 0)
			continue;
		if (stands_for(path, e->d_name, name, by_name))
			r = fn(path, data);
	}
	if (d)
		closedir(d);
	return r;
}

static int remove_found(const char *path, void *data)
{
	return remove_link(data, path);
}

static int each_link(const char *root, const char *name, link_fn *fn, void *data)
{
	int r = each_in(root, name, false, fn, data);
	DIR *d = opendir(root);

	for (struct dirent *e = d ? readdir(d) : NULL; e && r == 0; e = readdir(d)) {
		_cleanup_(freep) char *folder = NULL;

		if (!text_ends_with(e->d_name, ".wants") && !text_ends_with(e->d_name, ".requires"))
			continue;
		if (asprintf(&folder, "%s/%s", root, e->d_name) < 0)
			continue;
		r = each_in(folder, name, true, fn, data);
		if (fn == remove_found)
			(void)rmdir(folder); /* where nothing is left in it */
	}
	if (d)
		closedir(d);
	return r;
}

int install_disable(struct loader *l, const struct unit *u, struct install_changes *changes)
{
	const char *root = search_path_writable(l->path);
	int r = each_link(root, u->id, remove_found, changes);

	for (char **also = u->config->install.also; also && *also && r >= 0; also++)
		r = each_link(root, *also, remove_found, changes);
	return r;
}

int install_mask(struct loader *l, const char *name, struct install_changes *changes)
{
	return make_link(changes, search_path_writable(l->path), name, "/dev/null");
}

int install_unmask(struct loader *l, const char *name, struct install_changes *changes)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", search_path_writable(l->path), name) < 0)
		return -ENOMEM;
	return leads_to(path, "/dev/null") ? remove_link(changes, path) : 0;
}

static int found_one(const char *path, void *data)
{
	(void)path;
	(void)data;
	return 1;
}

const char *install_state(struct loader *l, const struct unit *u, const char *name)
{
	const struct install_settings *s = &u->config->install;

	if (u->load_state == LOAD_NOT_FOUND)
		return "not-found";
	if (u->load_state == LOAD_MASKED)
		return "masked";
	if (strcmp(u->id, name) != 0)
		return "alias";
	for (char *const *dir = search_path_dirs(l->path); dir && *dir; dir++)
		if (each_link(*dir, u->id, found_one, NULL) > 0)
			return "enabled";
	if (u->load_state != LOAD_LOADED)
		return "bad";
	if (s->alias || s->wanted_by || s->required_by)
		return "disabled";
	return s->also ? "indirect" : "static";
}
