/* SPDX-License-Identifier: MIT */
#include "daemon/file/preset.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
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

/* A line of a file: "enable PATTERN", "disable PATTERN". */
struct rule {
	char *pattern;
	bool enables;
};

struct presets {
	struct rule *rules; /* the first that matches decides */
	size_t count;
};

static int add_rule(struct presets *p, const char *verb, const char *pattern)
{
	bool enables = strcmp(verb, "enable") == 0;

	if (!pattern || (!enables && strcmp(verb, "disable") != 0))
		return 0;
	struct rule *grown = reallocarray(p->rules, p->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->rules = grown;
	char *copy = strdup(pattern);
	if (!copy)
		return -ENOMEM;
	p->rules[p->count++] = (struct rule){copy, enables};
	return 0;
}

static int read_file(struct presets *p, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	char *of_text = NULL, *of_line = NULL;
	size_t length;
	int r = 0;

	if (reader_load(path, &text, &length) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &of_text); line && r >= 0;
		line = strtok_r(NULL, "\n", &of_text)) {
		const char *verb = strtok_r(line, " \t", &of_line);
		r = verb ? add_rule(p, verb, strtok_r(NULL, " \t", &of_line)) : 0;
	}
	return r;
}

struct presets *presets_read(const char *root)
{
	_cleanup_(strv_freep) char **files = NULL;
	struct presets *p = calloc(1, sizeof(*p));
	int r = p ? 0 : -ENOMEM;

	for (size_t i = 0; i < ELEMENTS(folders); i++)
		add_folder(root, folders[i], &files);
	if (files)
		qsort(files, strv_length(files), sizeof(*files), by_base);
	for (char **f = files; f && *f && r >= 0; f++)
		r = read_file(p, *f);
	return r < 0 ? presets_free(p) : p;
}

struct presets *presets_free(struct presets *p)
{
	for (size_t i = 0; p && i < p->count; i++)
		free(p->rules[i].pattern);
	if (p)
		free(p->rules);
	free(p);
	return NULL;
}

bool presets_enable(const struct presets *p, const char *name)
{
	for (size_t i = 0; p && i < p->count; i++)
		if (fnmatch(p->rules[i].pattern, name, 0) == 0)
			return p->rules[i].enables;
	return true;
}
