/* SPDX-License-Identifier: MIT */
/*
 * --install: what `enable` and its kin do, without a reaperd that runs: for a root file system that
 * is being made. The words are systemctl's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/file/install.h"
#include "daemon/manager/manager.h"

static void print_changes(const struct install_changes *c)
{
	for (char **note = c->notes; note && *note; note++)
		fprintf(stderr, "%s\n", *note);
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].target)
			fprintf(stderr, "Created symlink %s → %s.\n", c->list[i].path,
				c->list[i].target);
		else
			fprintf(stderr, "Removed \"%s\".\n", c->list[i].path);
}

static int is_enabled(struct loader *l, char **names, int count)
{
	static const char *const good[] = {
		"enabled", "enabled-runtime", "static", "indirect", "alias", NULL};
	bool any = false;

	for (int i = 0; i < count; i++) {
		const char *state = install_state_of(l, names[i]);

		puts(state);
		for (const char *const *g = good; *g; g++)
			any |= strcmp(*g, state) == 0;
	}
	return any ? 0 : 1;
}

/* A line each for reaperctl, which makes a table of them. */
static int list_files(struct loader *l)
{
	struct install_file *files;
	size_t count;

	if (install_list(l, &files, &count) < 0)
		return 1;
	for (size_t i = 0; i < count; i++)
		printf("%s %s %s\n", files[i].name, files[i].state,
			files[i].preset ? "enabled" : "disabled");
	install_files_done(files, count);
	return 0;
}

static int get_default(struct loader *l)
{
	_cleanup_(freep) char *name = install_default(l);

	return name && puts(name) >= 0 ? 0 : 1;
}

int manager_install(struct manager *m)
{
	const char *word = m->options.install;
	struct loader *l = &m->life.loader;
	struct install_changes changes = {0};
	int verb = install_verb_from_string(word), status = 0;

	if (m->options.root) {
		search_path_free(l->path);
		l->path = search_path_new_below(m->options.root);
		if (!l->path)
			return 1;
	}
	if (strcmp(word, "is-enabled") == 0)
		return is_enabled(l, m->options.units, m->options.unit_count);
	if (strcmp(word, "list-unit-files") == 0)
		return list_files(l);
	if (strcmp(word, "get-default") == 0)
		return get_default(l);
	if (verb < 0) {
		fprintf(stderr, "reaperd: --install knows no \"%s\"\n", word);
		return 2;
	}
	_cleanup_(strv_freep) char **names = NULL;
	for (int i = 0; i < m->options.unit_count; i++)
		if (strv_push(&names, strdup(m->options.units[i])) < 0)
			return 1;
	struct install_request request = {.verb = (enum install_verb)verb};
	_cleanup_(freep) char *why = NULL;
	const char *name = "";
	if (install_run(l, &request, names, &changes, &name, &why) < 0) {
		fprintf(stderr, "reaperd: cannot %s %s: %s\n", word, name,
			why ? why : "out of memory");
		status = 1;
	}
	print_changes(&changes);
	if (!status && verb == INSTALL_ENABLE && !changes.has_information)
		fprintf(stderr, "These unit files have no [Install] section: they are started by "
				"others, or by hand.\n");
	install_changes_done(&changes);
	return status;
}
