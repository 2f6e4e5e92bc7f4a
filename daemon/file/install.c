/* SPDX-License-Identifier: MIT */
#include "daemon/file/install.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/file/install_links.h"
#include "daemon/file/preset.h"

#define ALSO_DEPTH 16

/* clang-format off */
DEFINE_ENUM_TABLE(install_verb, INSTALL_VERB_MAX,
	[INSTALL_ENABLE] = "enable",
	[INSTALL_DISABLE] = "disable",
	[INSTALL_REENABLE] = "reenable",
	[INSTALL_MASK] = "mask",
	[INSTALL_UNMASK] = "unmask",
	[INSTALL_PRESET] = "preset",
	[INSTALL_SET_DEFAULT] = "set-default",
	[INSTALL_LINK] = "link",
	[INSTALL_ADD_WANTS] = "add-wants",
	[INSTALL_ADD_REQUIRES] = "add-requires",
	[INSTALL_REVERT] = "revert", );
/* clang-format on */

/* One request: where it writes, what came of it. */
struct work {
	struct loader *loader;
	const struct install_request *request;
	struct install_changes *changes;
	const char *folder;
	char *why; /* a sentence, where errno's is not enough */
};

static int refuse(struct work *w, int error, const char *why)
{
	(void)text_replace(&w->why, why);
	return error;
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

/* A link to the unit in TARGET.wants/ or .requires/. */
static int link_below(struct work *w, const char *target, const char *suffix, const struct unit *u)
{
	const char *file = install_inside_root(w->loader, u->config->path);
	_cleanup_(freep) char *folder = NULL;

	if (!file)
		return 0;
	if (asprintf(&folder, "%s/%s%s", w->folder, target, suffix) < 0)
		return -ENOMEM;
	return install_link(w->changes, folder, u->id, file, w->request->force);
}

static int link_below_each(
	struct work *w, char *const *targets, const char *suffix, const struct unit *u)
{
	int r = 0;

	for (; targets && *targets && r >= 0; targets++)
		r = link_below(w, *targets, suffix, u);
	return r;
}

static int enable_one(struct work *w, const struct unit *u, bool by_template)
{
	const struct install_settings *s = &u->config->install;
	const char *file = install_inside_root(w->loader, u->config->path);
	int r = 0;

	if (!file)
		return 0;
	w->changes->has_information |= s->alias || s->wanted_by || s->required_by || s->also;
	for (char **alias = s->alias; alias && *alias; alias++) {
		_cleanup_(freep) char *name = alias_of(u->id, *alias, by_template);
		int error =
			name ? install_link(w->changes, w->folder, name, file, w->request->force)
			     : refuse(w, -EXDEV, "an Alias= of it is no name of its kind");
		r = r < 0 ? r : error;
	}
	int wants = link_below_each(w, s->wanted_by, ".wants", u);
	int requires = link_below_each(w, s->required_by, ".requires", u);
	return r < 0 ? r : wants < 0 ? wants : requires;
}

static int enable_with_also(struct work *w, const struct unit *u, bool by_template, int depth)
{
	int r = enable_one(w, u, by_template);

	for (char **also = u->config->install.also; also && *also && r >= 0 && depth < ALSO_DEPTH;
		also++) {
		struct unit *other;

		if (strcmp(*also, u->id) == 0)
			continue;
		r = load_unit(w->loader, *also, &other);
		if (r >= 0 && other->load_state == LOAD_LOADED)
			r = enable_with_also(w, other, false, depth + 1);
	}
	return r;
}

/* Of a template: the instance that DefaultInstance= names. */
static int enable(struct work *w, const char *name, struct unit *u)
{
	const char *instance = u->config->install.default_instance;

	if (!unit_name_is_template(name))
		return enable_with_also(w, u, false, 0);
	if (!instance)
		return refuse(w, -EINVAL,
			"it is a template: name an instance of it, such as NAME@INSTANCE");
	_cleanup_(freep) char *full = unit_name_instantiate(name, instance);
	int r = full ? load_unit(w->loader, full, &u) : -ENOMEM;
	return r < 0 ? r : enable_with_also(w, u, true, 0);
}

static int remove_found(const char *path, void *changes)
{
	return install_unlink(changes, path);
}

static int disable(struct work *w, const char *name, struct unit *u)
{
	const char *id = unit_name_is_template(name) ? name : u->id;
	int r = install_each_link(w->folder, id, remove_found, w->changes);

	if (u->load_state == LOAD_MASKED)
		return install_note(w->changes, "Unit %s is masked, ignoring.", u->config->path);
	for (char **also = u->config->install.also; also && *also && r >= 0; also++)
		r = install_each_link(w->folder, *also, remove_found, w->changes);
	if (r >= 0 && install_is_linked(w->loader, u))
		r = install_unlink(w->changes, u->config->path);
	return r;
}

static int reenable(struct work *w, const char *name, struct unit *u)
{
	int r = disable(w, name, u);

	return r < 0 ? r : enable(w, name, u);
}

static int preset(struct work *w, const char *name, struct unit *u)
{
	_cleanup_(presets_freep) struct presets *now =
		presets_read(search_path_root(w->loader->path));

	return presets_enable(now, name) ? reenable(w, name, u) : disable(w, name, u);
}

static int note_missing(struct work *w, const struct unit *u)
{
	if (u->load_state != LOAD_NOT_FOUND)
		return 0;
	return install_note(w->changes, "Unit %s does not exist, proceeding anyway.", u->id);
}

static int mask(struct work *w, const char *name, struct unit *u)
{
	int r = install_link(w->changes, w->folder, name, "/dev/null", w->request->force);

	return r < 0 ? r : note_missing(w, u);
}

static int unmask(struct work *w, const char *name, struct unit *u)
{
	_cleanup_(freep) char *path = NULL;

	if (asprintf(&path, "%s/%s", w->folder, name) < 0)
		return -ENOMEM;
	int r = install_leads_to(path, "/dev/null") ? install_unlink(w->changes, path) : 0;
	return r < 0 ? r : note_missing(w, u);
}

static int set_default(struct work *w, const char *name, struct unit *u)
{
	const char *file = install_inside_root(w->loader, u->config->path);
	_cleanup_(freep) char *builtin = NULL;

	if (!text_ends_with(name, ".target"))
		return refuse(w, -EINVAL, "only a target can be what is started first");
	if (!file && asprintf(&builtin, "/usr/lib/systemd/system/%s", u->id) < 0)
		return -ENOMEM;
	return install_link(w->changes, w->folder, "default.target", file ? file : builtin, true);
}

static int add_wants(struct work *w, const char *name, struct unit *u)
{
	(void)name;
	return link_below(w, w->request->target, ".wants", u);
}

static int add_requires(struct work *w, const char *name, struct unit *u)
{
	(void)name;
	return link_below(w, w->request->target, ".requires", u);
}

static int link_file(struct work *w, const char *path, struct unit *u)
{
	const char *name = strrchr(path, '/') + 1;

	(void)u;
	return install_link(w->changes, w->folder, name, path, w->request->force);
}

/* Every drop-in in FOLDER/NAME.d, and the folder. */
static int remove_dropins(struct work *w, const char *folder, const char *name)
{
	_cleanup_(freep) char *dropins = NULL;
	int r = 0;

	if (asprintf(&dropins, "%s/%s.d", folder, name) < 0)
		return -ENOMEM;
	DIR *d = opendir(dropins);
	for (struct dirent *e = d ? readdir(d) : NULL; e && r >= 0; e = readdir(d)) {
		_cleanup_(freep) char *path = NULL;

		if (!text_ends_with(e->d_name, ".conf"))
			continue;
		r = asprintf(&path, "%s/%s", dropins, e->d_name) < 0
			    ? -ENOMEM
			    : install_unlink(w->changes, path);
	}
	if (d)
		closedir(d);
	(void)rmdir(dropins); /* where nothing is left in it */
	return r;
}

/* Whether a later folder of the path has a file of that name: what the vendor made. */
static bool has_vendor_file(struct work *w, const char *folder, const char *name)
{
	bool is_later = false;

	for (char *const *dir = search_path_dirs(w->loader->path); *dir; dir++) {
		_cleanup_(freep) char *path = NULL;

		if (is_later && asprintf(&path, "%s/%s", *dir, name) >= 0 &&
			access(path, F_OK) == 0)
			return true;
		is_later |= strcmp(*dir, folder) == 0;
	}
	return false;
}

static int revert(struct work *w, const char *name, struct unit *u)
{
	int r = 0;

	(void)u;
	for (int runtime = 0; runtime < 2 && r >= 0; runtime++) {
		const char *folder = search_path_writable_at(w->loader->path, runtime);
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, name) < 0)
			return -ENOMEM;
		r = remove_dropins(w, folder, name);
		if (r >= 0 &&
			(install_leads_to(path, "/dev/null") || has_vendor_file(w, folder, name)))
			r = install_unlink(w->changes, path);
	}
	return r;
}

/* What a verb asks of its units, and what it does to each. */
static const struct {
	bool needs_file, needs_unmasked;
	int (*run)(struct work *w, const char *name, struct unit *u);
} verbs[] = {
	[INSTALL_ENABLE] = {true, true, enable},
	[INSTALL_DISABLE] = {true, false, disable},
	[INSTALL_REENABLE] = {true, true, reenable},
	[INSTALL_MASK] = {false, false, mask},
	[INSTALL_UNMASK] = {false, false, unmask},
	[INSTALL_PRESET] = {true, true, preset},
	[INSTALL_SET_DEFAULT] = {true, true, set_default},
	[INSTALL_LINK] = {false, false, link_file},
	[INSTALL_ADD_WANTS] = {true, true, add_wants},
	[INSTALL_ADD_REQUIRES] = {true, true, add_requires},
	[INSTALL_REVERT] = {false, false, revert},
};

/* What gets a link has to be there too. */
static int check_target(struct work *w)
{
	struct unit *u;

	if (!w->request->target)
		return 0;
	int r = load_unit(w->loader, w->request->target, &u);
	if (r >= 0 && u->load_state == LOAD_NOT_FOUND)
		return refuse(w, -ENOENT, "the target is not there");
	return r < 0 ? r : 0;
}

/* A file to be linked goes by its path. */
static int check_path(struct work *w, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	if (*path != '/' || !path_is_normal(path))
		return refuse(w, -EINVAL, "a file to be linked goes by its absolute path");
	if (!unit_name_is_valid(slash + 1))
		return refuse(w, -EINVAL, "this cannot be the name of a unit");
	if (stat(path, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? 0 : refuse(w, -EINVAL, "it is no file");
}

/* Whether the verb can be done to that unit, which is loaded for it. */
static int check(struct work *w, const char *name, struct unit **ret)
{
	enum install_verb verb = w->request->verb;

	*ret = NULL;
	if (verb == INSTALL_LINK)
		return check_path(w, name);
	if (!unit_name_is_valid(name))
		return refuse(w, -EINVAL, "this cannot be the name of a unit");
	int r = install_load(w->loader, name, ret);
	if (r < 0)
		return r;
	if (verbs[verb].needs_file && (*ret)->load_state == LOAD_NOT_FOUND)
		return refuse(w, -ENOENT, "there is no unit file of that name");
	if (verbs[verb].needs_unmasked && (*ret)->load_state == LOAD_MASKED)
		return refuse(w, -ESHUTDOWN, "it is masked");
	return check_target(w);
}

int install_run(struct loader *l, const struct install_request *request, char *const *names,
	struct install_changes *changes, const char **ret_name, char **ret_why)
{
	struct install_reader reader;
	struct work w = {.loader = &reader.loader,
		.request = request,
		.changes = changes,
		.folder = search_path_writable_at(l->path, request->runtime)};
	struct unit *u;
	int r = 0;

	install_reader_init(&reader, l);
	for (int doing = 0; doing < 2 && r >= 0; doing++)
		for (char *const *name = names; name && *name && r >= 0; name++) {
			*ret_name = *name;
			r = check(&w, *name, &u);
			if (r >= 0 && doing)
				r = verbs[request->verb].run(&w, *name, u);
		}
	*ret_why = r >= 0 ? NULL : w.why ? TAKE_PTR(w.why) : strdup(strerror(-r));
	free(w.why);
	install_reader_done(&reader);
	return r;
}
