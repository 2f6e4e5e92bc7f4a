/* SPDX-License-Identifier: MIT */
/* What a distribution wants enabled: systemd.preset(5). */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/file/install.h"
#include "daemon/file/reader.h"

/* Earlier folders hide files of the same name in later ones. */
static const char *const folders[] = {"/etc/systemd/system-preset", "/run/systemd/system-preset",
	"/usr/local/lib/systemd/system-preset", "/usr/lib/systemd/system-preset",
	"/lib/systemd/system-preset"};

static const char *base_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int by_base(const void *a, const void *b)
{
	return strcmp(base_of(*(char *const *)a), base_of(*(char *const *)b));
}

static void add_folder(const char *root, const char *folder, char ***files)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, folder);
	DIR *d = opendir(path);
	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
		bool known = !text_ends_with(e->d_name, ".preset");
		char *file;

		for (char **f = *files; f && *f && !known; f++)
			known = strcmp(base_of(*f), e->d_name) == 0;
		if (!known && asprintf(&file, "%s/%s", path, e->d_name) >= 0)
			(void)strv_push(files, file);
	}
	if (d)
		closedir(d);
}

/* "enable PATTERN", "disable PATTERN": 1 or 0 when it is about that name, else -1. */
static int verdict_of_line(char *line, const char *name)
{
	char *save = NULL, *verb = strtok_r(line, " \t", &save);
	const char *pattern = verb ? strtok_r(NULL, " \t", &save) : NULL;

	if (!pattern || strchr("#;", *verb) || fnmatch(pattern, name, 0) != 0)
		return -1;
	return strcmp(verb, "enable") == 0 ? 1 : strcmp(verb, "disable") == 0 ? 0 : -1;
}

static int verdict_of_file(const char *path, const char *name)
{
	_cleanup_(freep) char *text = NULL;
	char *save = NULL;
	size_t length;
	int verdict = -1;

	if (reader_load(path, &text, &length) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line && verdict < 0;
		line = strtok_r(NULL, "\n", &save))
		verdict = verdict_of_line(line, name);
	return verdict;
}

bool preset_enables(const char *root, const char *name)
{
	_cleanup_(strv_freep) char **files = NULL;
	int verdict = -1;

	for (size_t i = 0; i < ELEMENTS(folders); i++)
		add_folder(root, folders[i], &files);
	if (files)
		qsort(files, strv_length(files), sizeof(*files), by_base);
	for (char **f = files; f && *f && verdict < 0; f++)
		verdict = verdict_of_file(*f, name);
	return verdict != 0;
}
