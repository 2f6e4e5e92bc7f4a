/* SPDX-License-Identifier: MIT */
/* Folders beside unit files: links in `.wants` and `.requires`, drop-ins in `.d`. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/file/path_index.h"

/* Calls `fn` for each entry of the folder `name` in each directory of the path, earliest first. */
static void each_in_folder(struct search_path *p, const char *name,
	void (*fn)(const char *dir, const char *file, void *data), void *data)
{
	const struct entry *e = search_path_entry(p, name);

	for (int i = 0; e && i < e->count; i++) {
		_cleanup_(freep) char *path = NULL;
		if (asprintf(&path, "%s/%s", p->dirs[e->dirs[i]], name) < 0)
			return;
		DIR *d = opendir(path);

		for (struct dirent *file = d ? readdir(d) : NULL; file; file = readdir(d))
			if (file->d_name[0] != '.')
				fn(path, file->d_name, data);
		if (d)
			closedir(d);
	}
}

static int each_place(struct search_path *p, const struct entry *e, const char *below,
	search_path_link_fn *fn, void *data)
{
	int r = 0;

	for (int i = 0; i < e->count && r >= 0; i++) {
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/%s%s%s", p->dirs[e->dirs[i]], e->name, below ? "/" : "",
			    below ? below : "") < 0)
			return -ENOMEM;
		r = fn(path, below != NULL, data);
	}
	return r;
}

int search_path_each_link(
	struct search_path *p, const char *name, search_path_link_fn *fn, void *data)
{
	int r = 0;

	(void)search_path_generation(p);
	(void)search_path_entry(p, name); /* the index is read now */
	for (const struct entry *e = p->index; e && r >= 0; e = e->hh.next)
		if (text_ends_with(e->name, ".wants") || text_ends_with(e->name, ".requires"))
			r = each_place(p, e, name, fn, data);
		else if (e->is_link || e->count > 1)
			r = each_place(p, e, NULL, fn, data);
	return r;
}

static bool is_masked(const char *path)
{
	char target[16];
	ssize_t n = readlink(path, target, sizeof(target));

	return n == 9 && memcmp(target, "/dev/null", 9) == 0;
}

/* What is reached when a system is up, before any service of its own. */
static bool is_boot_target(const char *name)
{
	static const char *const names[] = {"sysinit.target", "basic.target", "local-fs.target",
		"local-fs-pre.target", "remote-fs.target", "remote-fs-pre.target", "swap.target",
		"cryptsetup.target", "veritysetup.target", "integritysetup.target",
		"sockets.target", "timers.target", "paths.target", "slices.target",
		"network-online.target"};

	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool is_of_system(const char *dir)
{
	static const char *const roots[] = {"/etc/systemd/", "/run/systemd/",
		"/usr/local/lib/systemd/", "/usr/lib/systemd/", "/lib/systemd/"};

	for (size_t i = 0; i < ELEMENTS(roots); i++)
		if (text_after_prefix(dir, roots[i]))
			return true;
	return false;
}

struct links {
	char **names, **masked;
	bool without_system; /* links in the folders of systemd do not count */
};

static void add_link(const char *dir, const char *file, void *data)
{
	struct links *l = data;
	_cleanup_(freep) char *path = NULL;

	if ((l->without_system && is_of_system(dir)) || strv_contains(l->names, file) ||
		strv_contains(l->masked, file) || asprintf(&path, "%s/%s", dir, file) < 0)
		return;
	(void)strv_push(is_masked(path) ? &l->masked : &l->names, strdup(file));
}

char **search_path_links(struct search_path *p, const char *name, const char *suffix)
{
	struct links l = {.without_system = p->is_booted && is_boot_target(name)};
	_cleanup_(freep) char *folder = NULL;

	if (asprintf(&folder, "%s%s", name, suffix) < 0)
		return NULL;
	each_in_folder(p, folder, add_link, &l);
	strv_free(l.masked);
	strv_sort(l.names);
	return l.names;
}

struct dropin {
	char *path;
	const char *file;
};

struct dropins {
	struct dropin *list; /* all there are: whoever reads them has the limit */
	size_t count;
};

/* Folders come most specific first, so a file name that is there already has won. */
static void add_dropin(const char *dir, const char *file, void *data)
{
	struct dropins *d = data;
	char *path;

	if (!text_ends_with(file, ".conf"))
		return;
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->list[i].file, file) == 0)
			return;
	/* Grows by doubling: at each power of two. */
	if ((d->count & (d->count - 1)) == 0) {
		size_t room = d->count ? 2 * d->count : 1;
		struct dropin *grown = reallocarray(d->list, room, sizeof(*grown));
		if (!grown)
			return;
		d->list = grown;
	}
	if (asprintf(&path, "%s/%s", dir, file) < 0)
		return;
	d->list[d->count++] = (struct dropin){.path = path, .file = strrchr(path, '/') + 1};
}

static int by_file(const void *a, const void *b)
{
	return strcmp(((const struct dropin *)a)->file, ((const struct dropin *)b)->file);
}

static void add_folder(
	struct search_path *p, struct dropins *d, const char *stem, const char *suffix)
{
	_cleanup_(freep) char *folder = NULL;

	if (asprintf(&folder, "%s%s.d", stem, suffix) >= 0)
		each_in_folder(p, folder, add_dropin, d);
}

/* foo-bar-baz.service: also foo-bar-.service.d/ and foo-.service.d/ (systemd.unit(5)). */
static void add_prefixes(struct search_path *p, struct dropins *d, const char *name)
{
	const char *dot = strrchr(name, '.');
	_cleanup_(freep) char *stem = strndup(name, strcspn(name, "@."));

	if (!stem || !dot)
		return;
	for (char *dash = strrchr(stem, '-'); dash && dash != stem; dash = strrchr(stem, '-')) {
		if (dash[1]) {
			dash[1] = 0;
			_cleanup_(freep) char *folder = NULL;
			if (asprintf(&folder, "%s%s", stem, dot) >= 0)
				add_folder(p, d, folder, "");
		}
		*dash = 0;
	}
}

char **search_path_dropins(struct search_path *p, char *const *names)
{
	struct dropins found = {0}, *d = &found;
	char **paths = NULL;

	for (char *const *n = names; n && *n; n++)
		add_folder(p, d, *n, "");
	for (char *const *n = names; n && *n; n++) {
		_cleanup_(freep) char *of = unit_name_template_of(*n);
		if (of && strcmp(of, *n) != 0)
			add_folder(p, d, of, "");
	}
	for (char *const *n = names; n && *n; n++)
		add_prefixes(p, d, *n);
	if (names && *names && strrchr(*names, '.'))
		add_folder(p, d, strrchr(*names, '.') + 1, "");

	if (d->count)
		qsort(d->list, d->count, sizeof(d->list[0]), by_file);
	for (size_t i = 0; i < d->count; i++) {
		if (is_masked(d->list[i].path))
			free(d->list[i].path);
		else
			(void)strv_push(&paths, d->list[i].path);
	}
	free(d->list);
	return paths;
}
