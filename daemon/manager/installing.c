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
		struct unit *u;
		const char *state = load_unit(l, names[i], &u) < 0 ? "not-found"
								   : install_state(l, u, names[i]);

		puts(state);
		for (const char *const *g = good; *g; g++)
			any |= strcmp(*g, state) == 0;
	}
	return any ? 0 : 1;
}

static int list_files(struct loader *l)
{
	struct install_file *files;
	size_t count;

	if (install_list(l, &files, &count) < 0)
		return 1;
	printf("%-48s %-15s %s\n", "UNIT FILE", "STATE", "PRESET");
	for (size_t i = 0; i < count; i++)
		printf("%-48s %-15s %s\n", files[i].name, files[i].state,
			strcmp(files[i].state, "static") == 0 ? "-"
			: files[i].preset		      ? "enabled"
							      : "disabled");
	printf("\n%zu unit files listed.\n", count);
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
	for (int i = 0; i < m->options.unit_count; i++) {
		_cleanup_(freep) char *why = NULL;

		if (install_run(l, (enum install_verb)verb, m->options.units[i], &changes, &why) <
			0) {
			fprintf(stderr, "reaperd: cannot %s %s: %s\n", word, m->options.units[i],
				why ? why : "out of memory");
			status = 1;
		}
	}
	print_changes(&changes);
	install_changes_done(&changes);
	return status;
}
