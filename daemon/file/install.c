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
#include "daemon/base/folder.h"

#define ALSO_DEPTH 16

DEFINE_ENUM_TABLE(install_verb,
	INSTALL_VERB_MAX, [INSTALL_ENABLE] = "enable", [INSTALL_DISABLE] = "disable",
	[INSTALL_REENABLE] = "reenable", [INSTALL_MASK] = "mask", [INSTALL_UNMASK] = "unmask",
	[INSTALL_PRESET] = "preset", [INSTALL_SET_DEFAULT] = "set-default", );

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
	int r = folder_make(folder, 0755);
	if (r < 0)
		return r;
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

/* A link says where a file will be, once the root is the root. */
static const char *inside_root(const struct loader *l, const char *path)
{
	const char *root = search_path_root(l->path);
	const char *rest = path && *root ? text_after_prefix(path, root) : NULL;

	return rest ? rest : path;
}

/* An instance is known by instances alone; where its template was named, so is the alias. NULL: it
 * cannot be an alias of the unit. The caller frees. */
static char *alias_of(const char *id, const char *alias, bool by_template)
{
	_cleanup_(freep) char *prefix = NULL, *instance = NULL;
	bool has_at = strchr(alias, '@');

	if (unit_name_type(alias) != unit_name_type(id) ||
		unit_name_split(id, &prefix, &instance) < 0 || has_at != (instance != NULL))
		return NULL;
	return unit_name_is_template(alias) && !by_template ? unit_name_instantiate(alias, instance)
							    : strdup(alias);
}

static int enable_one(struct loader *l, struct unit *u, bool by_template, struct install_changes *c)
{
	const struct install_settings *s = &u->config->install;
	const char *root = search_path_writable(l->path), *file = inside_root(l, u->config->path);
	int r = 0;

	if (!file)
		return 0;
	c->has_information |= s->alias || s->wanted_by || s->required_by || s->also;
	for (char **alias = s->alias; alias && *alias; alias++) {
		_cleanup_(freep) char *name = alias_of(u->id, *alias, by_template);
		int error = name ? make_link(c, root, name, file) : -EXDEV;
		r = r < 0 ? r : error;
	}
	int wants = link_into(c, root, s->wanted_by, ".wants", u->id, file);
	int requires = link_into(c, root, s->required_by, ".requires", u->id, file);
	return r < 0 ? r : wants < 0 ? wants : requires;
}

static int enable_with_also(
	struct loader *l, struct unit *u, bool by_template, struct install_changes *c, int depth)
{
	int r = enable_one(l, u, by_template, c);

	for (char **also = u->config->install.also; also && *also && r >= 0 && depth < ALSO_DEPTH;
		also++) {
		struct unit *other;

		if (strcmp(*also, u->id) == 0)
			continue;
		r = load_unit(l, *also, &other);
		if (r >= 0 && other->load_state == LOAD_LOADED)
			r = enable_with_also(l, other, false, c, depth + 1);
	}
	return r;
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

static int disable(
	struct loader *l, const struct unit *u, const char *name, struct install_changes *changes)
{
	const char *root = search_path_writable(l->path);
	int r = each_link(root, name, remove_found, changes);

	for (char **also = u->config->install.also; also && *also && r >= 0; also++)
		r = each_link(root, *also, remove_found, changes);
	return r;
}

static int unmask(struct loader *l, const char *name, struct install_changes *changes)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", search_path_writable(l->path), name) < 0)
		return -ENOMEM;
	return leads_to(path, "/dev/null") ? remove_link(changes, path) : 0;
}

static int set_default(struct loader *l, const struct unit *u, struct install_changes *changes)
{
	const char *folder = search_path_writable(l->path);
	const char *file = inside_root(l, u->config->path);
	_cleanup_(freep) char *path = NULL, *builtin = NULL;

	if (!file && asprintf(&builtin, "/usr/lib/systemd/system/%s", u->id) < 0)
		return -ENOMEM;
	if (asprintf(&path, "%s/default.target", folder) < 0)
		return -ENOMEM;
	if (leads_to(path, file ? file : builtin))
		return 0;
	int r = remove_link(changes, path);
	return r < 0 ? r : make_link(changes, folder, "default.target", file ? file : builtin);
}

#define PROBE "reaperd-probe" /* the instance by which a template is read */

/* A unit by its name; a template by an instance of it, which nobody asks for again. */
static int load_subject(struct loader *l, const char *name, struct unit **ret)
{
	_cleanup_(freep) char *probe = NULL;

	if (!unit_name_is_template(name))
		return load_unit(l, name, ret);
	probe = unit_name_instantiate(name, PROBE);
	int r = probe ? load_unit(l, probe, ret) : -ENOMEM;
	if (r >= 0)
		(*ret)->collect = true;
	return r;
}

/* What is enabled when a template is: the instance that DefaultInstance= names. */
static int enable_subject(struct loader *l, struct unit *u, const char *name,
	struct install_changes *changes, char **ret_why)
{
	const char *instance = u->config->install.default_instance;

	if (!unit_name_is_template(name))
		return enable_with_also(l, u, false, changes, 0);
	if (!instance) {
		*ret_why =
			strdup("it is a template: name an instance of it, such as NAME@INSTANCE");
		return -EINVAL;
	}
	_cleanup_(freep) char *full = unit_name_instantiate(name, instance);
	int r = full ? load_unit(l, full, &u) : -ENOMEM;
	return r < 0 ? r : enable_with_also(l, u, true, changes, 0);
}

static int run_on_unit(struct loader *l, enum install_verb verb, const char *name,
	struct install_changes *changes, char **ret_why)
{
	struct unit *u;
	int r = load_subject(l, name, &u);

	if (r < 0 || u->load_state == LOAD_NOT_FOUND) {
		*ret_why = strdup("there is no unit file of that name");
		return r < 0 ? r : -ENOENT;
	}
	if (verb == INSTALL_SET_DEFAULT)
		return set_default(l, u, changes);
	if (u->load_state == LOAD_MASKED && verb != INSTALL_DISABLE) {
		*ret_why = strdup("it is masked");
		return -ESHUTDOWN;
	}
	if (verb == INSTALL_PRESET)
		verb = preset_enables(search_path_root(l->path), name) ? INSTALL_ENABLE
								       : INSTALL_DISABLE;
	if (verb != INSTALL_ENABLE)
		r = disable(l, u, unit_name_is_template(name) ? name : u->id, changes);
	if (r >= 0 && verb != INSTALL_DISABLE)
		r = enable_subject(l, u, name, changes, ret_why);
	return r;
}

int install_run(struct loader *l, enum install_verb verb, const char *name,
	struct install_changes *changes, char **ret_why)
{
	int r;

	*ret_why = NULL;
	if (!unit_name_is_valid(name))
		r = -EINVAL;
	else if (verb == INSTALL_MASK)
		r = make_link(changes, search_path_writable(l->path), name, "/dev/null");
	else if (verb == INSTALL_UNMASK)
		r = unmask(l, name, changes);
	else
		r = run_on_unit(l, verb, name, changes, ret_why);
	if (r < 0 && !*ret_why)
		*ret_why = strdup(r == -EINVAL	? "this cannot be the name of a unit"
				  : r == -EXDEV ? "an Alias= of it is no name of its kind"
						: strerror(-r));
	return r;
}

static int found_one(const char *path, void *data)
{
	(void)path;
	(void)data;
	return 1;
}

static bool is_runtime(const struct loader *l, const char *path)
{
	const char *inside = inside_root(l, path);

	return inside && text_after_prefix(inside, "/run/");
}

static const char *enabled_state(struct loader *l, const char *name)
{
	const char *state = NULL;

	for (char *const *dir = search_path_dirs(l->path); dir && *dir; dir++)
		if (each_link(*dir, name, found_one, NULL) > 0) {
			if (!is_runtime(l, *dir))
				return "enabled";
			state = "enabled-runtime";
		}
	return state;
}

const char *install_state(struct loader *l, const struct unit *u, const char *name)
{
	const struct install_settings *s = &u->config->install;
	bool is_template = unit_name_is_template(name);

	if (u->load_state == LOAD_NOT_FOUND)
		return "not-found";
	if (u->load_state == LOAD_MASKED)
		return is_runtime(l, u->config->path) ? "masked-runtime" : "masked";
	if (!is_template && strcmp(u->id, name) != 0)
		return "alias";
	const char *enabled = enabled_state(l, is_template ? name : u->id);
	if (enabled)
		return enabled;
	if (u->load_state != LOAD_LOADED)
		return "bad";
	if (s->alias || s->wanted_by || s->required_by)
		return "disabled";
	return s->also ? "indirect" : "static";
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct install_file *)a)->name, ((const struct install_file *)b)->name);
}

void install_files_done(struct install_file *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].name);
	free(list);
}

int install_list(struct loader *l, struct install_file **ret, size_t *ret_count)
{
	_cleanup_(strv_freep) char **names = search_path_names(l->path);
	size_t size = strv_length(names), count = 0;
	struct install_file *list = calloc(size + 1, sizeof(*list));
	struct unit_table table = {0};
	struct loader apart = *l;
	struct unit *u;

	if (!list)
		return -ENOMEM;
	apart.table = &table;
	for (size_t i = 0; i < size; i++) {
		char *name = strdup(names[i]);

		if (!name || load_subject(&apart, name, &u) < 0) {
			free(name);
			continue;
		}
		list[count++] = (struct install_file){.name = name,
			.state = install_state(&apart, u, name),
			.preset = preset_enables(search_path_root(l->path), name)};
	}
	unit_table_done(&table);
	qsort(list, count, sizeof(*list), by_name);
	*ret = list;
	*ret_count = count;
	return 0;
}

char *install_default(struct loader *l)
{
	struct unit *u;

	return load_unit(l, "default.target", &u) < 0 ? NULL : strdup(u->id);
}
