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

#include "common/table.h"
#include "common/clock.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/base/limits.h"
#include "daemon/file/path_index.h"
#include "daemon/file/preset.h"

#define SYSTEM_DIRS                                                                                \
	"/etc/reaperd/units:/run/reaperd/units:/etc/systemd/system:/run/systemd/system:"           \
	"/usr/local/lib/systemd/system:/usr/lib/systemd/system:/lib/systemd/system:"               \
	"/usr/lib/reaperd/units"
#define USER_DIRS                                                                                  \
	"/etc/systemd/user:/run/systemd/user:/usr/local/lib/systemd/user:/usr/lib/systemd/user:"   \
	"/usr/lib/reaperd/units"

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

int search_path_add_generated(struct search_path *p)
{
	_cleanup_(strv_freep) char **dirs = NULL;
	int r = 0;

	for (char **dir = p->dirs; *dir && r >= 0; dir++) {
		if (strcmp(*dir, "/etc/systemd/system") == 0)
			r = strv_push(&dirs, strdup(GENERATED_EARLY_DIR));
		if (r >= 0)
			r = strv_push(&dirs, strdup(*dir));
		if (r >= 0 && strcmp(*dir, "/run/systemd/system") == 0)
			r = strv_push(&dirs, strdup(GENERATED_DIR));
	}
	if (r >= 0)
		r = strv_push(&dirs, strdup(GENERATED_LATE_DIR));
	if (r < 0)
		return r;
	strv_free(p->dirs);
	p->dirs = TAKE_PTR(dirs);
	search_path_refresh(p);
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

struct search_path *search_path_new_below(const char *root)
{
	struct search_path *p = search_path_new(NULL, false);
	_cleanup_(freep) char *copy = text_absolute_path(root);

	if (!p || !copy)
		return search_path_free(p);
	path_simplify(copy);
	if (strcmp(copy, "/") == 0)
		*copy = 0;
	for (char **dir = p->dirs; dir && *dir; dir++) {
		char *below;
		if (asprintf(&below, "%s%s", copy, *dir) < 0)
			return search_path_free(p);
		free(*dir);
		*dir = below;
	}
	if (asprintf(&p->writable, "%s/etc/systemd/system", copy) < 0) {
		p->writable = NULL;
		return search_path_free(p);
	}
	p->root = TAKE_PTR(copy);
	return p;
}

const char *search_path_root(const struct search_path *p)
{
	return p->root && strcmp(p->root, "/") != 0 ? p->root : "";
}

const char *search_path_writable(const struct search_path *p)
{
	if (p->writable)
		return p->writable;
	return p->is_default ? "/etc/systemd/system" : p->dirs[0];
}

const char *search_path_writable_at(const struct search_path *p, bool runtime)
{
	return runtime && p->is_default && !p->writable ? "/run/systemd/system"
							: search_path_writable(p);
}

const struct presets *search_path_presets(struct search_path *p)
{
	if (!p->presets)
		p->presets = presets_read(search_path_root(p));
	return p->presets;
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
		if (e->dirs != &e->first)
			free(e->dirs);
		free(e);
	}
	for (struct alias *a = p->aliases; a; a = p->aliases) {
		p->aliases = a->next;
		free(a);
	}
}

struct search_path *search_path_free(struct search_path *p)
{
	if (!p)
		return NULL;
	forget_index(p);
	presets_free(p->presets);
	strv_free(p->dirs);
	free(p->root);
	free(p->writable);
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
	p->presets = presets_free(p->presets);
	p->is_read = p->aliases_known = false;
	p->generation++;
}

static int add_entry(struct search_path *p, const char *name, int dir, bool is_link)
{
	struct entry *e;

	HASH_FIND_STR(p->index, name, e);
	if (!e) {
		size_t length = strlen(name);
		e = calloc(1, sizeof(*e) + length + 1);
		if (!e)
			return -ENOMEM;
		memcpy(e->name, name, length);
		e->is_link = is_link;
		HASH_ADD_STR(p->index, name, e);
		if (!HASH_IS_IN(hh, e)) {
			free(e);
			return -ENOMEM;
		}
	}
	if (!e->count) {
		e->first = dir;
		e->dirs = &e->first;
	} else {
		bool is_own = e->dirs == &e->first;
		int *dirs =
			reallocarray(is_own ? NULL : e->dirs, (size_t)e->count + 1, sizeof(*dirs));
		if (!dirs)
			return -ENOMEM;
		if (is_own)
			dirs[0] = e->first;
		e->dirs = dirs;
		e->dirs[e->count] = dir;
	}
	e->count++;
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

unsigned search_path_generation(struct search_path *p)
{
	uint64_t now = last_change(p);

	if (!p->is_read || now != p->changed_usec || now + TICK_USEC >= p->read_usec)
		search_path_refresh(p);
	return p->generation;
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

char **search_path_names(struct search_path *p)
{
	char **names = NULL;

	(void)read_index(p);
	for (const struct entry *e = p->index; e; e = e->hh.next)
		if (unit_name_is_valid(e->name))
			(void)strv_push(&names, strdup(e->name));
	return names;
}

struct entry *search_path_entry(struct search_path *p, const char *name)
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
static int examine(struct found *f, struct entry *e)
{
	char target[PATH_MAX], real[PATH_MAX];
	struct stat st;
	ssize_t n = e->is_link ? readlink(f->path, target, sizeof(target) - 1) : -1;

	if (n >= 0) {
		target[n] = 0;
		const char *slash = strrchr(target, '/');
		const char *base = slash ? slash + 1 : target;

		if (strcmp(target, "/dev/null") == 0 ||
			(realpath(f->path, real) && strcmp(real, "/dev/null") == 0)) {
			f->kind = FOUND_MASK;
			return 0;
		}
		if (unit_name_is_valid(base) && strcmp(base, e->name) != 0) {
			f->kind = FOUND_ALIAS;
			f->target = strdup(base);
			return f->target ? 0 : -ENOMEM;
		}
	}
	bool is_regular = stat(f->path, &st) == 0 && S_ISREG(st.st_mode);
	f->kind = is_regular && st.st_size == 0 ? FOUND_MASK : FOUND_FILE;
	e->is_plain = is_regular && st.st_size && n < 0;
	return 0;
}

int search_path_find(struct search_path *p, const char *name, struct found *ret)
{
	struct entry *e = search_path_entry(p, name);
	struct found f = {.kind = FOUND_FILE};

	*ret = (struct found){0};
	if (!e)
		return 0;
	if (asprintf(&f.path, "%s/%s", p->dirs[e->dirs[0]], name) < 0)
		return -ENOMEM;
	int r = e->is_plain ? 0 : examine(&f, e);
	if (r < 0)
		found_done(&f);
	*ret = f;
	return r;
}

static void add_alias(struct search_path *p, const char *name, const char *of)
{
	size_t size = strlen(of) + 1;
	struct alias *a = malloc(sizeof(*a) + size);

	if (!a)
		return;
	*a = (struct alias){.next = p->aliases, .name = name};
	memcpy(a->of, of, size);
	p->aliases = a;
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
		if (f.kind == FOUND_ALIAS)
			add_alias(p, e->name, f.target);
		found_done(&f);
	}
	p->aliases_known = true;
}

char **search_path_aliases(struct search_path *p, const char *name)
{
	char **names = NULL;

	find_aliases(p);
	for (const struct alias *a = p->aliases; a; a = a->next)
		if (strcmp(a->of, name) == 0)
			(void)strv_push(&names, strdup(a->name));
	return names;
}
