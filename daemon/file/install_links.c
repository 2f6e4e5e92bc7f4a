/* SPDX-License-Identifier: MIT */
#include "daemon/file/install_links.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/base/folder.h"

#define PROBE "reaperd-probe" /* the instance by which a template is read */

void install_changes_done(struct install_changes *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->list[i].path);
		free(c->list[i].target);
	}
	free(c->list);
	strv_free(c->notes);
	*c = (struct install_changes){0};
}

static int remember(struct install_changes *c, const char *path, const char *target)
{
	struct install_change *grown = reallocarray(c->list, c->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	c->list = grown;
	c->list[c->count++] = (struct install_change){strdup(path), target ? strdup(target) : NULL};
	return 0;
}

int install_note(struct install_changes *c, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	int n = vasprintf(&text, format, arguments);
	va_end(arguments);
	return strv_push(&c->notes, n < 0 ? NULL : text);
}

bool install_leads_to(const char *path, const char *target)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text) - 1);

	if (n < 0)
		return false;
	text[n] = 0;
	return strcmp(text, target) == 0;
}

int install_link(struct install_changes *c, const char *folder, const char *name,
	const char *target, bool force)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	if (install_leads_to(path, target))
		return 0;
	int r = folder_make(folder, 0755);
	if (r >= 0 && force)
		r = install_unlink(c, path);
	if (r < 0)
		return r;
	if (symlink(target, path) < 0)
		return -errno;
	return remember(c, path, target);
}

int install_unlink(struct install_changes *c, const char *path)
{
	if (unlink(path) < 0)
		return errno == ENOENT ? 0 : -errno;
	return remember(c, path, NULL);
}

const char *install_inside_root(const struct loader *l, const char *path)
{
	const char *root = search_path_root(l->path);
	const char *rest = path && *root ? text_after_prefix(path, root) : NULL;

	return rest ? rest : path;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What goes when the unit is disabled: by its own name, or by what it leads to. */
static bool is_link_to(const struct install_found *found, const char *name)
{
	const char *entry = base_of(found->path);

	if (strcmp(found->target, "/dev/null") == 0)
		return false;
	return (found->in_folder && strcmp(entry, name) == 0) ||
	       (strcmp(base_of(found->target), name) == 0 && strcmp(entry, name) != 0);
}

/* In .wants/ and .requires/ the name says who is enabled by a link, but for those of templates. */
static bool goes_by_name(bool in_folder, const char *name)
{
	return in_folder && !strchr(name, '@');
}

bool install_stands_for(const struct install_found *found, const char *name)
{
	return is_link_to(found, name) &&
	       (!goes_by_name(found->in_folder, name) || strcmp(base_of(found->path), name) == 0);
}

static bool may_be_link(const struct dirent *e)
{
	return e->d_type == DT_LNK || e->d_type == DT_UNKNOWN;
}

/* What it leads to, in `target`; false: it is no link. */
static bool read_target(const char *path, char target[static PATH_MAX])
{
	ssize_t n = readlink(path, target, PATH_MAX - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	return true;
}

/* Calls `fn` for each link to the unit in one folder; a positive answer ends it. */
static int each_in(
	const char *folder, const char *name, bool in_folder, install_link_fn *fn, void *data)
{
	DIR *d = opendir(folder);
	int r = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e && r == 0; e = readdir(d)) {
		_cleanup_(freep) char *path = NULL;
		char target[PATH_MAX];

		if (e->d_name[0] == '.' || asprintf(&path, "%s/%s", folder, e->d_name) < 0)
			continue;
		if (may_be_link(e) && read_target(path, target) &&
			is_link_to(&(struct install_found){path, target, in_folder}, name))
			r = fn(path, data);
	}
	if (d)
		closedir(d);
	return r;
}

int install_each_link(const char *root, const char *name, install_link_fn *fn, void *data)
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
		(void)rmdir(folder); /* where nothing is left in it */
	}
	if (d)
		closedir(d);
	return r;
}

static int add_link(
	struct install_links *links, const char *path, const char *target, bool in_folder)
{
	struct install_found *grown = reallocarray(links->list, links->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	links->list = grown;
	grown[links->count] = (struct install_found){strdup(path), strdup(target), in_folder};
	if (grown[links->count].path && grown[links->count].target) {
		links->count++;
		return 0;
	}
	free(grown[links->count].path);
	free(grown[links->count].target);
	return -ENOMEM;
}

static int read_link(const char *path, bool in_folder, void *links)
{
	char target[PATH_MAX];

	return read_target(path, target) ? add_link(links, path, target, in_folder) : 0;
}

/* Those of one folder; of a folder of the path also those of .wants/ and .requires/ in it. */
static int read_folder(const char *folder, bool in_folder, struct install_links *links)
{
	DIR *d = opendir(folder);
	int r = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e && r == 0; e = readdir(d)) {
		_cleanup_(freep) char *path = NULL;

		if (e->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s/%s", folder, e->d_name) < 0)
			r = -ENOMEM;
		else if (!in_folder && (text_ends_with(e->d_name, ".wants") ||
					       text_ends_with(e->d_name, ".requires")))
			r = read_folder(path, true, links);
		else if (may_be_link(e))
			r = read_link(path, in_folder, links);
	}
	if (d)
		closedir(d);
	return r;
}

int install_links_read(const struct loader *l, const char *name, struct install_links *ret)
{
	struct install_links links = {0};
	int r = 0;

	if (name && goes_by_name(true, name))
		r = search_path_each_link(l->path, name, read_link, &links);
	else
		for (char *const *dir = search_path_dirs(l->path); dir && *dir && r == 0; dir++)
			r = read_folder(*dir, false, &links);
	if (r < 0)
		install_links_done(&links);
	else
		*ret = links;
	return r;
}

void install_links_done(struct install_links *links)
{
	for (size_t i = 0; i < links->count; i++) {
		free(links->list[i].path);
		free(links->list[i].target);
	}
	free(links->list);
	*links = (struct install_links){0};
}

void install_reader_init(struct install_reader *r, const struct loader *l)
{
	r->table = (struct unit_table){0};
	r->loader = *l;
	r->loader.table = &r->table;
}

void install_reader_done(struct install_reader *r)
{
	unit_table_done(&r->table);
}

int install_load(struct loader *l, const char *name, struct unit **ret)
{
	_cleanup_(freep) char *probe = NULL;

	if (!unit_name_is_template(name))
		return load_unit(l, name, ret);
	probe = unit_name_instantiate(name, PROBE);
	return probe ? load_unit(l, probe, ret) : -ENOMEM;
}

bool install_is_linked(const struct loader *l, const struct unit *u)
{
	char target[PATH_MAX];
	ssize_t n = u->config->path ? readlink(u->config->path, target, sizeof(target) - 1) : -1;

	if (n <= 0 || *target != '/')
		return false;
	target[n] = 0;
	if (strcmp(target, "/dev/null") == 0)
		return false;
	for (char *const *dir = search_path_dirs(l->path); *dir; dir++)
		if (text_after_prefix(target, install_inside_root(l, *dir)))
			return false;
	return true;
}
