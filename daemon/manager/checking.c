/* SPDX-License-Identifier: MIT */
/* --check, --dump and --verify: units are loaded, and nothing is started. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/file/dump.h"
#include "daemon/manager/manager.h"

#define VERIFY_INSTANCE "test-instance" /* of templates, as systemd-analyze(1) has it */

/* Loads what would start: the units named, or the default target. */
static bool load_all(struct manager *m)
{
	char *fallback[] = {(char *)"default.target"};
	bool good = true;

	for (int i = 0; i < (m->options.unit_count ? m->options.unit_count : 1); i++) {
		const char *name = m->options.unit_count ? m->options.units[i] : fallback[0];
		struct unit *u;
		int r = load_unit(&m->life.loader, name, &u);

		if (r < 0)
			fprintf(stderr, "%s: cannot be loaded: %s\n", name, strerror(-r));
		else if (u->load_state != LOAD_LOADED)
			fprintf(stderr, "%s: %s\n", name, unit_load_state_to_string(u->load_state));
		good &= r >= 0 && u->load_state == LOAD_LOADED;
	}
	return good;
}

static int by_place(const void *a, const void *b)
{
	const struct diag *x = a, *y = b;
	int files = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	return files ? files : x->line < y->line ? -1 : x->line > y->line;
}

/* false: one of them is more than "not applied". */
static bool print_diagnostics(struct unit *u)
{
	bool good = true;

	if (u->diags.count)
		qsort(u->diags.list, u->diags.count, sizeof(*u->diags.list), by_place);
	for (size_t i = 0; i < u->diags.count; i++) {
		_cleanup_(freep) char *text = diag_format(&u->diags.list[i]);
		if (text)
			puts(text);
		good &= u->diags.list[i].level == DIAG_NOT_APPLIED;
	}
	return good;
}

/* Those alone that are wrong anywhere; false: there is one. */
static bool print_wrong(const struct unit *u)
{
	bool good = true;

	for (size_t i = 0; i < u->diags.count; i++) {
		_cleanup_(freep) char *text = diag_format(&u->diags.list[i]);

		if (u->diags.list[i].level == DIAG_NOT_APPLIED)
			continue;
		if (text)
			puts(text);
		good = false;
	}
	return good;
}

int manager_check(struct manager *m)
{
	bool good = load_all(m);

	for (size_t i = 0; i < m->life.units.count; i++)
		good &= print_diagnostics(m->life.units.list[i]);
	return good ? 0 : 1;
}

int manager_dump(struct manager *m)
{
	bool good = load_all(m);

	for (size_t i = 0; i < m->life.units.count; i++) {
		const struct unit *u = m->life.units.list[i];

		if (m->options.unit_count) {
			bool asked = false;
			for (int k = 0; k < m->options.unit_count; k++)
				asked |= unit_table_find(&m->life.units, m->options.units[k]) == u;
			if (!asked)
				continue;
		}
		if (u->load_state == LOAD_LOADED)
			(void)dump_unit(u, stdout);
	}
	return good ? 0 : 1;
}

/* Programs that are not there, or cannot be run: told, unless their failure is of no matter. */
static void check_programs(struct unit *u)
{
	const struct commands *all = &u->config->commands;

	for (size_t i = 0; i < all->count; i++) {
		const struct command *c = &all->list[i];

		if (*c->path == '/' && access(c->path, X_OK) < 0 &&
			!(c->flags & COMMAND_IGNORE_FAILURE))
			diag_add(&u->diags, DIAG_ERROR, u->config->path, c->line,
				"%s=%s: cannot be run: %s",
				command_list_to_string((enum command_list)c->list), c->path,
				strerror(errno));
	}
}

/* The folder of a file goes in front of the unit path; a unit's name alone is looked up there. */
static char *path_of_files(const struct manager *m)
{
	_cleanup_(strv_freep) char **folders = NULL;

	for (int i = 0; i < m->options.unit_count; i++) {
		_cleanup_(freep) char *file = text_absolute_path(m->options.units[i]);

		if (file && access(file, F_OK) == 0 &&
			strv_push(&folders, strdup(dirname(file))) < 0)
			return NULL;
	}
	for (char *const *d = search_path_dirs(m->life.loader.path); d && *d; d++)
		if (strv_push(&folders, strdup(*d)) < 0)
			return NULL;
	return strv_join(folders, ":");
}

static char *name_of_file(const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;

	return unit_name_is_template(name) ? unit_name_instantiate(name, VERIFY_INSTANCE)
					   : strdup(name);
}

static bool verify_file(struct manager *m, const char *file)
{
	_cleanup_(freep) char *name = name_of_file(file);
	struct unit *u;
	int r = name ? load_unit(&m->life.loader, name, &u) : -ENOMEM;

	if (r < 0 || u->load_state == LOAD_NOT_FOUND) {
		printf("%s: %s\n", file,
			r == -EINVAL ? "this cannot be the name of a unit"
			: r < 0	     ? strerror(-r)
				     : "there is no such file, and no unit of that name");
		return false;
	}
	check_programs(u);
	boot_check_unit(u);
	if (m->options.here) {
		bool good = u->load_state == LOAD_LOADED && print_wrong(u);
		return manager_judge_here(m, u) && good;
	}
	return print_diagnostics(u) && u->load_state == LOAD_LOADED;
}

int manager_verify(struct manager *m)
{
	_cleanup_(freep) char *folders = path_of_files(m);
	bool good = true;

	if (!folders)
		return 1;
	if (m->options.here)
		cgroup_root_ask_for_init();
	search_path_free(m->life.loader.path);
	m->life.loader.path = search_path_new(folders, m->life.loader.user_mode);
	if (!m->life.loader.path)
		return 1;
	for (int i = 0; i < m->options.unit_count; i++)
		good &= verify_file(m, m->options.units[i]);
	return good ? 0 : 1;
}
