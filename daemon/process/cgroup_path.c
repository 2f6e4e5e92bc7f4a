/* SPDX-License-Identifier: MIT */
#include "daemon/process/cgroup_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/base/limits.h"

#define SUFFIX ".slice"

/* Names that the kernel uses in each cgroup, now or with another controller. */
static bool is_of_kernel(const char *name)
{
	static const char *const prefixes[] = {"cgroup.", "cpu.", "cpuacct.", "cpuset.", "io.",
		"blkio.", "memory.", "devices.", "pids."};

	if (*name == '_' || *name == '.')
		return true;
	for (size_t i = 0; i < ELEMENTS(prefixes); i++)
		if (text_after_prefix(name, prefixes[i]))
			return true;
	return false;
}

static void put_slice(FILE *f, const char *name, size_t stem, const char *after)
{
	char head[LIMIT_UNIT_NAME + sizeof(SUFFIX)];

	snprintf(head, sizeof(head), "%.*s" SUFFIX, (int)stem, name);
	fprintf(f, "%s%s%s", is_of_kernel(head) ? "_" : "", head, after);
}

char *cgroup_slice_path(const char *slice)
{
	size_t stem = strlen(slice) - (text_ends_with(slice, SUFFIX) ? strlen(SUFFIX) : 0);
	char *path = NULL;
	size_t size;

	if (strcmp(slice, "-" SUFFIX) == 0)
		return strdup("");
	if (!text_ends_with(slice, SUFFIX) || !stem || *slice == '-' || slice[stem - 1] == '-' ||
		strstr(slice, "--") || strchr(slice, '/'))
		return NULL;
	FILE *f = open_memstream(&path, &size);
	if (!f)
		return NULL;
	for (size_t n = strcspn(slice, "-"); n < stem; n += 1 + strcspn(slice + n + 1, "-"))
		put_slice(f, slice, n, "/");
	put_slice(f, slice, stem, "");
	return fclose(f) == 0 ? path : (free(path), NULL);
}

char *cgroup_default_slice(const char *unit, bool is_user)
{
	const char *top = is_user ? "app" : "system";
	_cleanup_(freep) char *prefix = NULL, *instance = NULL, *escaped = NULL;
	char *slice;

	if (unit_name_split(unit, &prefix, &instance) < 0)
		return NULL;
	if (instance && !(escaped = unit_name_escape(prefix)))
		return NULL;
	if (asprintf(&slice, "%s%s%s" SUFFIX, top, escaped ? "-" : "", escaped ? escaped : "") < 0)
		return NULL;
	return slice;
}

char *cgroup_unit_path(const char *slice, const char *unit)
{
	_cleanup_(freep) char *above = cgroup_slice_path(slice);
	char *path;

	if (!above || asprintf(&path, "%s%s%s%s", above, *above ? "/" : "",
			      is_of_kernel(unit) ? "_" : "", unit) < 0)
		return NULL;
	return path;
}
