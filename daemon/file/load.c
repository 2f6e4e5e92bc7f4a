/* SPDX-License-Identifier: MIT */
#include "daemon/file/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/file/apply.h"

#define ALIAS_HOPS 8 /* links to links to ...; a circle ends here */

void loader_set_defaults(struct loader *l)
{
	l->default_timeout_start_usec = 90 * USEC_PER_SEC;
	l->default_timeout_stop_usec = 90 * USEC_PER_SEC;
	l->default_restart_usec = 100 * USEC_PER_MSEC;
	l->default_start_limit_interval_usec = 10 * USEC_PER_SEC;
	l->default_start_limit_burst = 5;
}

/* Names that count as present although nobody describes them. */
static bool is_name_only(enum unit_type type)
{
	return type == UNIT_MOUNT || type == UNIT_AUTOMOUNT || type == UNIT_SWAP ||
	       type == UNIT_SLICE || type == UNIT_SCOPE || type == UNIT_DEVICE;
}

/* The file of a name, else of its template. */
static int find_file(struct loader *l, const char *name, struct found *ret)
{
	_cleanup_(freep) char *template = unit_name_template_of(name);
	int r = search_path_find(l->path, name, ret);

	if (r >= 0 && ret->kind == FOUND_NOTHING && template)
		return search_path_find(l->path, template, ret);
	/* An instance that is a link to its own template is that file under its own name. */
	if (r >= 0 && ret->kind == FOUND_ALIAS && template && strcmp(ret->target, template) == 0)
		ret->kind = FOUND_FILE;
	return r;
}

/* The next name on the way from an alias to its unit, or NULL: `name` is the unit's own. */
static char *next_name(struct loader *l, const char *name)
{
	struct found f;
	char *target = NULL;

	if (find_file(l, name, &f) < 0)
		return NULL;
	if (f.kind == FOUND_ALIAS) {
		target = TAKE_PTR(f.target);
		if (unit_name_is_template(target)) {
			_cleanup_(freep) char *prefix = NULL, *instance = NULL, *template = target;
			target = unit_name_split(name, &prefix, &instance) >= 0 && instance
					 ? unit_name_instantiate(template, instance)
					 : NULL;
		}
	} else if (f.kind == FOUND_NOTHING && builtin_unit_alias(name)) {
		target = strdup(builtin_unit_alias(name));
	}
	found_done(&f);
	return target;
}

/* Follows aliases to the unit's own name; a name of another type is no alias. */
static char *canonical_name(struct loader *l, const char *name)
{
	char *now = strdup(name);

	for (int hop = 0; now && hop < ALIAS_HOPS; hop++) {
		char *next = next_name(l, now);

		if (!next || unit_name_type(next) != unit_name_type(now) ||
			strcmp(next, now) == 0) {
			free(next);
			return now;
		}
		free(now);
		now = next;
	}
	return now;
}

/* The unit of a name as it is written anywhere: an alias is followed, and remembered. */
static int get_unit(struct loader *l, const char *name, struct unit **ret)
{
	*ret = unit_table_find(l->table, name);
	if (*ret)
		return 0;
	if (!unit_name_is_valid(name) || unit_name_is_template(name))
		return -EINVAL;
	_cleanup_(freep) char *own = canonical_name(l, name);
	if (!own)
		return -ENOMEM;
	int r = unit_table_get(l->table, own, ret);
	if (r < 0 || strcmp(own, name) == 0)
		return r;
	r = unit_table_add_alias(l->table, *ret, name);
	return r == -EEXIST ? 0 : r;
}

/* What one reading of a unit's files gives, before it replaces what the unit has. */
struct reading {
	struct loader *loader;
	const char *id;
	struct config *config;
	struct diags diags;
	enum unit_load_state state;
	struct apply_context apply;
};

static void note_mtime(struct config *c, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	uint64_t at =
		(uint64_t)st.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t)st.st_mtim.tv_nsec / 1000;
	if (at > c->mtime_usec)
		c->mtime_usec = at;
}

static int read_file(struct reading *r, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	size_t length;
	int error = reader_load(path, &text, &length);

	if (error < 0) {
		diag_add(&r->diags, DIAG_ERROR, path, 0,
			"cannot be read: %s; the unit cannot be started",
			error == -EISDIR    ? "it is a folder"
			: error == -ENOTSUP ? "it is no regular file"
			: error == -EFBIG   ? "it is larger than 1 MiB"
					    : strerror(-error));
		r->state = LOAD_ERROR;
		return error == -ENOMEM ? error : 0;
	}
	note_mtime(r->config, path);
	error = apply_text(&r->apply, path, text, length);
	return error == -E2BIG ? 0 : error;
}

static int read_fragment(struct reading *r, enum unit_type type)
{
	struct found f;
	const char *builtin = builtin_unit_text(r->id);
	int error = find_file(r->loader, r->id, &f);

	if (error < 0)
		return error;
	if (f.kind == FOUND_MASK) {
		r->state = LOAD_MASKED;
		r->config->path = TAKE_PTR(f.path);
	} else if (f.kind == FOUND_FILE) {
		r->state = LOAD_LOADED;
		r->config->path = TAKE_PTR(f.path);
		error = read_file(r, r->config->path);
	} else if (f.kind == FOUND_ALIAS) { /* of another type, or a circle */
		diag_add(&r->diags, DIAG_ERROR, f.path, 0,
			"it is a link to %s, which cannot be its alias", f.target);
		r->state = LOAD_ERROR;
	} else if (builtin) {
		r->state = LOAD_LOADED;
		error = apply_text(&r->apply, "built-in", builtin, strlen(builtin));
	} else {
		r->state = is_name_only(type) ? LOAD_LOADED : LOAD_NOT_FOUND;
	}
	found_done(&f);
	return error;
}

/* All names of a unit, main name first: borrowed strings in a vector to be freed. */
static char **all_names(const struct unit *u)
{
	size_t n = strv_length(u->aliases);
	char **names = calloc(n + 2, sizeof(char *));

	if (!names)
		return NULL;
	names[0] = (char *)u->id;
	for (size_t i = 0; i < n; i++)
		names[i + 1] = u->aliases[i];
	return names;
}

static int read_dropins(struct reading *r, char *const *names)
{
	char **paths = search_path_dropins(r->loader->path, names);
	int error = 0;

	r->config->dropins = paths;
	for (char **p = paths; p && *p && error >= 0; p++) {
		if (p - paths >= LIMIT_UNIT_DROPINS) {
			diag_add(&r->diags, DIAG_WARNING, *p, 0, "more than %d drop-ins; ignored",
				LIMIT_UNIT_DROPINS);
			break;
		}
		enum unit_load_state before = r->state;
		error = read_file(r, *p);
		r->state = before; /* a bad drop-in is told, and does not take the unit with it */
	}
	return error;
}

static int add_links(struct reading *r, char *const *names, const char *suffix, enum dep_kind kind)
{
	int error = 0;

	for (char *const *n = names; *n && error >= 0; n++) {
		_cleanup_(strv_freep) char **links = search_path_links(r->loader->path, *n, suffix);

		for (char **l = links; l && *l && error >= 0; l++)
			if (unit_name_is_valid(*l)) {
				_cleanup_(freep) char *name = unit_name_fill_template(*l, r->id);
				error = name ? config_add_dep(r->config, kind, name, ORIGIN_FILE)
					     : -ENOMEM;
			}
	}
	return error;
}

static int add_alias(struct loader *l, struct unit *u, const char *name)
{
	int r = unit_table_add_alias(l->table, u, name);

	return r == -EEXIST ? 0 : r;
}

/* A template by another name makes the same of its instances. */
static int add_template_aliases(struct loader *l, struct unit *u)
{
	_cleanup_(freep) char *template = unit_name_template_of(u->id), *prefix = NULL;
	_cleanup_(freep) char *instance = NULL;

	if (!template || unit_name_split(u->id, &prefix, &instance) < 0 || !instance)
		return 0;
	_cleanup_(strv_freep) char **names = search_path_aliases(l->path, template);
	for (char **n = names; n && *n; n++) {
		_cleanup_(freep) char *name =
			unit_name_is_template(*n) ? unit_name_instantiate(*n, instance) : NULL;
		int r = name ? add_alias(l, u, name) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* Names by which the folders know the unit, besides its own. */
static int add_known_aliases(struct loader *l, struct unit *u)
{
	_cleanup_(strv_freep) char **names = search_path_aliases(l->path, u->id);

	for (char **n = names; n && *n; n++) {
		int r = unit_name_is_template(*n) ? 0 : add_alias(l, u, *n);
		if (r < 0)
			return r;
	}
	return add_template_aliases(l, u);
}

static int read_parts(struct reading *r, const struct unit *u)
{
	_cleanup_(freep) char **names = all_names(u);

	if (!names)
		return -ENOMEM;
	int error = read_fragment(r, u->type);
	if (error < 0 || r->state != LOAD_LOADED)
		return error;
	error = read_dropins(r, names);
	if (error >= 0)
		error = add_links(r, names, ".wants", DEP_WANTS);
	if (error >= 0)
		error = add_links(r, names, ".requires", DEP_REQUIRES);
	return error;
}

static void set_loader_defaults(const struct loader *l, struct config *c)
{
	c->unit->start_limit_interval_usec = l->default_start_limit_interval_usec;
	c->unit->start_limit_burst = l->default_start_limit_burst;
	if (c->timer && l->default_timer_accuracy_usec) {
		c->timer->accuracy_usec = l->default_timer_accuracy_usec;
		c->timer->accuracy_set = true;
	}
	if (c->socket)
		c->socket->timeout_usec = l->default_timeout_start_usec;
	if (!c->service)
		return;
	c->service->restart_usec = l->default_restart_usec;
	c->service->timeout_start_usec = l->default_timeout_start_usec;
	c->service->timeout_stop_usec = l->default_timeout_stop_usec;
}

static int finish_reading(struct reading *r, enum unit_type type)
{
	const char *file = r->config->path ? r->config->path : r->id;
	int error = config_complete(r->config, type, r->id, file, &r->diags);

	if (error < 0 && error != -ENOEXEC)
		return error;
	if (diag_has(&r->diags, DIAG_ERROR))
		r->state = LOAD_BAD_SETTING;
	error = config_add_implied(r->config, type);
	if (error >= 0)
		error = config_add_implicit_deps(r->config, type, r->id);
	if (error >= 0)
		config_share(r->config);
	return error;
}

static int read_unit(struct loader *l, struct unit *u, struct reading *r)
{
	int error = add_known_aliases(l, u);

	if (error < 0)
		return error;
	*r = (struct reading){.loader = l, .id = u->id, .config = config_new(u->type)};
	if (!r->config)
		return -ENOMEM;
	set_loader_defaults(l, r->config);

	/* %y is the path of the fragment, which is known only once it is found. */
	struct specifier_context specifiers = {
		.unit = u->id, .user_mode = l->user_mode, .host = l->host};
	r->apply = (struct apply_context){.type = u->type,
		.config = r->config,
		.diags = &r->diags,
		.specifiers = &specifiers};
	struct found f;
	if (find_file(l, u->id, &f) >= 0) {
		specifiers.fragment = f.path;
		error = read_parts(r, u);
		found_done(&f);
	}
	if (error >= 0 && r->state == LOAD_LOADED)
		error = finish_reading(r, u->type);
	return error;
}

/* A running unit keeps what it had where its files are bad or gone now. */
static bool keeps_old(const struct unit *u, const struct reading *r)
{
	return r->state != LOAD_LOADED && u->load_state == LOAD_LOADED &&
	       !unit_is_inactive_or_failed(u);
}

static int load_one(struct loader *l, struct unit *u)
{
	struct reading r = {0};
	int error = read_unit(l, u, &r);

	if (error < 0) {
		config_free(r.config);
		diags_done(&r.diags);
		return error;
	}
	diags_done(&u->diags);
	u->diags = r.diags;
	u->is_checked = false;
	u->has_newer = keeps_old(u, &r);
	if (u->has_newer) {
		config_free(r.config);
		return 0;
	}
	config_free(u->config);
	u->config = r.config;
	u->load_state = r.state;
	return 0;
}

/* Names -> edges. What is named and new becomes a stub, and is loaded in its turn. */
static int add_edges(struct loader *l, struct unit *u, struct dep_names deps)
{
	for (size_t i = 0; i < deps.count; i++) {
		const struct dep_name *d = &deps.list[i];
		struct unit *to;
		int r = get_unit(l, d->name, &to);

		if (r == -EINVAL || r == -E2BIG)
			continue;
		if (r >= 0)
			r = unit_add_edge(u, (enum dep_kind)d->kind, to, d->origin);
		if (r < 0)
			return r;
	}
	return 0;
}

static int link_unit(struct loader *l, struct unit *u)
{
	const struct config *c = u->config;
	bool is_there = u->load_state == LOAD_LOADED || u->load_state == LOAD_BAD_SETTING;
	int r = add_edges(l, u, (struct dep_names){c->deps, c->dep_count});

	return r < 0 || !is_there ? r : add_edges(l, u, config_default_deps(c, u->type));
}

/* Loads what is a stub from `from` on, and what that names, until nothing is left. */
static int load_all(struct loader *l, size_t from)
{
	struct unit_table *t = l->table;

	for (size_t i = from; i < t->count; i++) {
		if (t->list[i]->load_state != LOAD_STUB)
			continue;
		int r = load_one(l, t->list[i]);
		if (r >= 0)
			r = link_unit(l, t->list[i]);
		if (r < 0)
			return r;
	}
	for (size_t i = from; i < t->count; i++) {
		int r = t->list[i]->type == UNIT_TARGET ? target_add_default_order(t->list[i]) : 0;
		if (r < 0)
			return r;
		unit_fit_edges(t->list[i]);
	}
	return 0;
}

/* What was missing may have been written since: it is looked for again. */
static size_t retry_missing(struct loader *l)
{
	size_t from = l->table->count;

	for (size_t i = l->table->count; i-- > 0;)
		if (l->table->list[i]->load_state == LOAD_NOT_FOUND) {
			l->table->list[i]->load_state = LOAD_STUB;
			from = i;
		}
	return from;
}

int load_unit(struct loader *l, const char *name, struct unit **ret)
{
	unsigned generation = search_path_generation(l->path);
	size_t from = generation != l->generation ? retry_missing(l) : l->table->count;

	l->generation = generation;
	int r = get_unit(l, name, ret);

	if (r >= 0 && (*ret)->has_newer && unit_is_inactive_or_failed(*ret))
		r = load_one(l, *ret);
	return r < 0 ? r : load_all(l, from);
}

int load_reload(struct loader *l)
{
	struct unit_table *t = l->table;
	size_t count = t->count;

	search_path_refresh(l->path);
	unit_table_drop_edges(t);
	unit_table_drop_aliases(t);
	for (size_t i = 0; i < count; i++) {
		int r = load_one(l, t->list[i]);
		if (r >= 0)
			r = link_unit(l, t->list[i]);
		if (r < 0)
			return r;
	}
	int r = load_all(l, count);
	for (size_t i = 0; i < count && r >= 0; i++)
		if (t->list[i]->type == UNIT_TARGET)
			r = target_add_default_order(t->list[i]);
	return r;
}

static bool is_newer(const char *path, uint64_t than_usec)
{
	struct config now = {0};

	note_mtime(&now, path);
	return now.mtime_usec != 0 && now.mtime_usec > than_usec;
}

bool unit_needs_reload(const struct unit *u)
{
	bool newer = u->config->path && u->load_state == LOAD_LOADED &&
		     is_newer(u->config->path, u->config->mtime_usec);

	for (char **d = u->config->dropins; d && *d && !newer; d++)
		newer = is_newer(*d, u->config->mtime_usec);
	return newer;
}
