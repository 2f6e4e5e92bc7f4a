/* SPDX-License-Identifier: MIT */
/* Which unit files are enabled, in systemctl's words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/file/install_links.h"
#include "daemon/file/preset.h"

/* A link in a .wants/ folder counts; one beside the files only when Alias= names it. */
static bool counts(const char *path, const struct unit *u)
{
	const char *name = strrchr(path, '/') + 1;
	const char *folder = name - 1;

	while (folder > path && folder[-1] != '/')
		folder--;
	_cleanup_(freep) char *parent = strndup(folder, (size_t)(name - 1 - folder));
	return parent && (text_ends_with(parent, ".wants") || text_ends_with(parent, ".requires") ||
				 strv_contains(u->config->install.alias, name));
}

static bool is_runtime(const struct loader *l, const char *path)
{
	const char *inside = install_inside_root(l, path);

	return inside && text_after_prefix(inside, "/run/");
}

static const char *enabled_state(
	struct loader *l, const struct install_links *links, const struct unit *u, const char *name)
{
	const char *state = NULL;

	for (size_t i = 0; i < links->count; i++) {
		const struct install_found *found = &links->list[i];

		if (!install_stands_for(found, name) || !counts(found->path, u))
			continue;
		if (!is_runtime(l, found->path))
			return "enabled";
		state = "enabled-runtime";
	}
	return state;
}

static const char *state_of(
	struct loader *l, const struct install_links *links, const struct unit *u, const char *name)
{
	const struct install_settings *s = &u->config->install;
	bool is_template = unit_name_is_template(name);

	if (u->load_state == LOAD_NOT_FOUND)
		return "not-found";
	if (u->load_state == LOAD_MASKED)
		return is_runtime(l, u->config->path) ? "masked-runtime" : "masked";
	if (!is_template && strcmp(u->id, name) != 0)
		return "alias";
	const char *enabled = enabled_state(l, links, u, is_template ? name : u->id);
	if (enabled)
		return enabled;
	if (install_is_linked(l, u))
		return is_runtime(l, u->config->path) ? "linked-runtime" : "linked";
	if (u->load_state == LOAD_ERROR)
		return "bad";
	if (s->alias || s->wanted_by || s->required_by)
		return "disabled";
	return s->also ? "indirect" : "static";
}

const char *install_state(struct loader *l, const struct unit *u, const char *name)
{
	struct install_links links = {0};

	(void)install_links_read(l, unit_name_is_template(name) ? name : u->id, &links);
	const char *state = state_of(l, &links, u, name);
	install_links_done(&links);
	return state;
}

const char *install_state_of(struct loader *l, const char *name)
{
	struct install_reader reader;
	struct unit *u;

	install_reader_init(&reader, l);
	const char *state = install_load(&reader.loader, name, &u) < 0
				    ? "not-found"
				    : install_state(&reader.loader, u, name);
	install_reader_done(&reader);
	return state;
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
	struct install_links links = {0};
	_cleanup_(presets_freep) struct presets *presets = presets_read(search_path_root(l->path));
	struct install_reader reader;
	struct unit *u;

	if (!list || install_links_read(l, NULL, &links) < 0) {
		free(list);
		return -ENOMEM;
	}
	install_reader_init(&reader, l);
	for (size_t i = 0; i < size; i++) {
		char *name = strdup(names[i]);

		if (!name || install_load(&reader.loader, name, &u) < 0) {
			free(name);
			continue;
		}
		list[count++] = (struct install_file){.name = name,
			.state = state_of(&reader.loader, &links, u, name),
			.preset = presets_enable(presets, name)};
	}
	install_reader_done(&reader);
	install_links_done(&links);
	qsort(list, count, sizeof(*list), by_name);
	*ret = list;
	*ret_count = count;
	return 0;
}

char *install_default(struct loader *l)
{
	struct install_reader reader;
	struct unit *u;

	install_reader_init(&reader, l);
	char *name = load_unit(&reader.loader, "default.target", &u) < 0 ? NULL : strdup(u->id);
	install_reader_done(&reader);
	return name;
}
