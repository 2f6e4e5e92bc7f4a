/* SPDX-License-Identifier: MIT */
#include "daemon/file/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "common/clock.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/base/limits.h"

#define SYSTEM_DIRS                                                                                \
	"/etc/reaperd/units:/run/reaperd/units:/etc/systemd/system:/run/systemd/system:"           \
	"/usr/local/lib/systemd/system:/usr/lib/systemd/system:/lib/systemd/system:"               \
	"/usr/lib/reaperd/units"
#define USER_DIRS                                                                                  \
	"/etc/systemd/user:/run/systemd/user:/usr/local/lib/systemd/user:/usr/lib/systemd/user:"   \
	"/usr/lib/reaperd/units"

/* A name in the index: the folder that has it first. Folders (`x.d`, `x.wants`) are in several. */
struct entry {
	char *name;
	int *dirs; /* indexes into p->dirs, ascending */
	int count;
	bool is_link;
	char *alias;		  /* the name that it stands for, as a link; NULL: none */
	struct entry *next_alias; /* of those that have one */
	UT_hash_handle hh;
};

struct search_path {
	char **dirs;
	struct entry *index;
	struct entry *aliases; /* once aliases_known */
	bool is_read, is_booted, is_default, aliases_known;
	uint64_t read_usec;    /* CLOCK_REALTIME, just before the folders were read */
	uint64_t changed_usec; /* of the folder that changed last, as it was then */
};

static char *user_dirs(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *dirs = NULL;
	int n;

	if (config && *config)
		n = asprintf(
			&dirs, "%s/reaperd/units:%s/systemd/user:%s", config, config, USER_DIRS);
	else if (home && *home)
		n = asprintf(&dirs, "%s/.config/reaperd/units:%s/.config/systemd/user:%s", home,
			home, USER_DIRS);
	else
		n = asprintf(&dirs, "%s", USER_DIRS);
	return n < 0 ? NULL : dirs;
}

static int split_dirs(struct search_path *p, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, ":");
		_cleanup_(freep) char *dir = strndup(text, n);

		if (!dir)
			return -ENOMEM;
		int r = n ? strv_push(&p->dirs, text_absolute_path(dir)) : 0;
		if (r < 0)
			return r;
		text += n + (text[n] == ':');
	}
	return 0;
}

struct search_path *search_path_new(const char *dirs, bool user_mode)
{
	struct search_path *p = calloc(1, sizeof(*p));
	_cleanup_(freep) char *defaults = dirs	      ? NULL
					  : user_mode ? user_dirs()
						      : strdup(SYSTEM_DIRS);

	if (!p || !(dirs || defaults) || split_dirs(p, dirs ? dirs : defaults) < 0)
		return search_path_free(p);
	p->is_default = !dirs && !user_mode;
	return p;
}

const char *search_path_writable(const struct search_path *p)
{
	return p->is_default ? "/etc/systemd/system" : p->dirs[0];
}

void search_path_set_booted(struct search_path *p)
{
	p->is_booted = true;
}

static void forget_index(struct search_path *p)
{
	struct entry *e, *next;

	HASH_ITER(hh, p->index, e, next)
	{
		HASH_DEL(p->index, e);
		free(e->name);
		free(e->alias);
		free(e->dirs);
		free(e);
	}
}

struct search_path *search_path_free(struct search_path *p)
{
	if (!p)
		return NULL;
	forget_index(p);
	strv_free(p->dirs);
	free(p);
	return NULL;
}

char *const *search_path_dirs(const struct search_path *p)
{
	return p->dirs;
}

void search_path_refresh(struct search_path *p)
{
	forget_index(p);
	p->aliases = NULL;
	p->is_read = p->aliases_known = false;
}

static int add_entry(struct search_path *p, const char *name, int dir, bool is_link)
{
	struct entry *e;

	HASH_FIND_STR(p->index, name, e);
	if (!e) {
		e = calloc(1, sizeof(*e));
		if (!e || !(e->name = strdup(name))) {
			free(e);
			return -ENOMEM;
		}
		e->is_link = is_link;
		HASH_ADD_KEYPTR(hh, p->index, e->name, strlen(e->name), e);
	}
	int *dirs = reallocarray(e->dirs, (size_t)e->count + 1, sizeof(*dirs));
	if (!dirs)
		return -ENOMEM;
	e->dirs = dirs;
	e->dirs[e->count++] = dir;
	return 0;
}

/* When the folder that changed last did so. */
static uint64_t last_change(const struct search_path *p)
{
	uint64_t last = 0;
	struct stat st;

	for (char **dir = p->dirs; dir && *dir; dir++)
		if (stat(*dir, &st) == 0) {
			uint64_t at = (uint64_t)st.st_mtim.tv_sec * USEC_PER_SEC +
				      (uint64_t)st.st_mtim.tv_nsec / 1000;
			last = at > last ? at : last;
		}
	return last;
}

/* The kernel's clock for files has ticks: a change in the tick of the reading cannot be told. */
#define TICK_USEC (20 * USEC_PER_MSEC)

bool search_path_notice_changes(struct search_path *p)
{
	uint64_t now = last_change(p);

	if (p->is_read && now == p->changed_usec && now + TICK_USEC < p->read_usec)
		return false;
	search_path_refresh(p);
	return true;
}

static int read_index(struct search_path *p)
{
	int r = 0;

	if (p->is_read)
		return 0;
	p->read_usec = clock_realtime_usec();
	p->changed_usec = last_change(p);
	for (int i = 0; p->dirs && p->dirs[i] && r >= 0; i++) {
		DIR *d = opendir(p->dirs[i]);

		for (struct dirent *e = d ? readdir(d) : NULL; e && r >= 0; e = readdir(d))
			if (e->d_name[0] != '.' || strchr(e->d_name + 1, '.'))
				r = add_entry(p, e->d_name, i,
					e->d_type == DT_LNK || e->d_type == DT_UNKNOWN);
		if (d)
			closedir(d);
	}
	p->is_read = r >= 0;
	return r;
}

static const struct entry *look_up(struct search_path *p, const char *name)
{
	struct entry *e = NULL;

	if (read_index(p) >= 0)
		HASH_FIND_STR(p->index, name, e);
	return e;
}

void found_done(struct found *f)
{
	free(f->path);
	free(f->target);
	*f = (struct found){0};
}

/* A link stands for another name when its target is a unit file; /dev/null and an empty file mask.
 */
static int examine(struct found *f, const char *name)
{
	char target[PATH_MAX], real[PATH_MAX];
	struct stat st;
	ssize_t n = readlink(f->path, target, sizeof(target) - 1);

	if (n >= 0) {
		target[n] = 0;
		const char *slash = strrchr(target, '/');
		const char *base = slash ? slash + 1 : target;

		if (strcmp(target, "/dev/null") == 0 ||
			(realpath(f->path, real) && strcmp(real, "/dev/null") == 0)) {
			f->kind = FOUND_MASK;
			return 0;
		}
		if (unit_name_is_valid(base) && strcmp(base, name) != 0) {
			f->kind = FOUND_ALIAS;
			f->target = strdup(base);
			return f->target ? 0 : -ENOMEM;
		}
	}
	f->kind = stat(f->path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0 ? FOUND_MASK
										    : FOUND_FILE;
	return 0;
}

int search_path_find(struct search_path *p, const char *name, struct found *ret)
{
	const struct entry *e = look_up(p, name);
	struct found f = {0};

	*ret = f;
	if (!e)
		return 0;
	if (asprintf(&f.path, "%s/%s", p->dirs[e->dirs[0]], name) < 0)
		return -ENOMEM;
	int r = examine(&f, name);
	if (r < 0)
		found_done(&f);
	*ret = f;
	return r;
}

/* Every link is looked at once, not once for each unit. */
static void find_aliases(struct search_path *p)
{
	if (read_index(p) < 0 || p->aliases_known)
		return;
	for (struct entry *e = p->index; e; e = e->hh.next) {
		struct found f;

		if (!e->is_link || !unit_name_is_valid(e->name) ||
			search_path_find(p, e->name, &f) < 0)
			continue;
		if (f.kind == FOUND_ALIAS) {
			e->alias = TAKE_PTR(f.target);
			e->next_alias = p->aliases;
			p->aliases = e;
		}
		found_done(&f);
	}
	p->aliases_known = true;
}

char **search_path_aliases(struct search_path *p, const char *name)
{
	char **names = NULL;

	find_aliases(p);
	for (const struct entry *e = p->aliases; e; e = e->next_alias)
		if (strcmp(e->alias, name) == 0)
			(void)strv_push(&names, strdup(e->name));
	return names;
}

/* Calls `fn` for each entry of the folder `name` in each directory of the path, earliest first. */
static void each_in_folder(struct search_path *p, const char *name,
	void (*fn)(const char *dir, const char *file, void *data), void *data)
{
	const struct entry *e = look_up(p, name);

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

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **search_path_links(struct search_path *p, const char *name, const char *suffix)
{
	struct links l = {.without_system = p->is_booted && is_boot_target(name)};
	_cleanup_(freep) char *folder = NULL;

	if (asprintf(&folder, "%s%s", name, suffix) < 0)
		return NULL;
	each_in_folder(p, folder, add_link, &l);
	strv_free(l.masked);
	if (l.names)
		qsort(l.names, strv_length(l.names), sizeof(*l.names), by_text);
	return l.names;
}

struct dropin {
	char *path;
	const char *file;
};

struct dropins {
	struct dropin list[LIMIT_UNIT_DROPINS];
	size_t count;
};

/* Folders come most specific first, so a file name that is there already has won. */
static void add_dropin(const char *dir, const char *file, void *data)
{
	struct dropins *d = data;
	char *path;

	if (!text_ends_with(file, ".conf") || d->count == LIMIT_UNIT_DROPINS)
		return;
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->list[i].file, file) == 0)
			return;
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
	_cleanup_(freep) struct dropins *d = calloc(1, sizeof(*d));
	char **paths = NULL;

	if (!d)
		return NULL;
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

	qsort(d->list, d->count, sizeof(d->list[0]), by_file);
	for (size_t i = 0; i < d->count; i++) {
		if (is_masked(d->list[i].path))
			free(d->list[i].path);
		else
			(void)strv_push(&paths, d->list[i].path);
	}
	return paths;
}
