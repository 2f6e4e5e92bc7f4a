/* SPDX-License-Identifier: MIT */
#include "tests/unit/house.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/text.h"

void house_open(struct house *h)
{
	*h = (struct house){.folder = "/tmp/reaperd-unit-XXXXXX"};
	cr_assert(mkdtemp(h->folder) != NULL);
	h->loader.path = search_path_new(h->folder, false);
	h->loader.table = &h->units;
	h->loader.host = specifier_host_local();
	loader_set_defaults(&h->loader);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void house_close(struct house *h)
{
	unit_table_done(&h->units);
	search_path_free(h->loader.path);
	nftw(h->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void house_write(struct house *h, const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", h->folder, name);
	char *slash = strrchr(path, '/');
	*slash = 0;
	(void)mkdir(path, 0755);
	*slash = '/';
	FILE *f = fopen(path, "we");
	cr_assert(f != NULL, "%s", path);
	fputs(text, f);
	fclose(f);
	search_path_refresh(h->loader.path);
}

struct unit *house_load(struct house *h, const char *name)
{
	struct unit *u;

	cr_assert(load_unit(&h->loader, name, &u) >= 0, "%s", name);
	return u;
}

struct unit *house_unit(struct house *h, const char *name, const char *text)
{
	house_write(h, name, text);
	return house_load(h, name);
}

bool house_said(const struct unit *u, unsigned line, const char *words)
{
	for (size_t i = 0; i < u->diags.count; i++)
		if (strstr(u->diags.list[i].text, words) &&
			(!line || u->diags.list[i].line == line))
			return true;
	return false;
}

const char *house_argv(const struct unit *u, enum command_list kind, size_t index)
{
	static char text[8192];
	struct commands c = config_commands(u->config, kind);

	cr_assert(index < c.count);
	_cleanup_(freep) char *joined = strv_join(c.list[index].argv, "|");
	snprintf(text, sizeof(text), "%s", joined);
	return text;
}
