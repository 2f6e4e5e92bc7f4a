/* SPDX-License-Identifier: MIT */
#include "common/enum.h"

#include <errno.h>
#include <string.h>

const char *enum_to_string(const struct enum_table *t, int value)
{
	return value < 0 || value >= t->max ? NULL : t->names[value];
}

int enum_from_string(const struct enum_table *t, const char *name)
{
	for (int i = 0; i < t->max; i++)
		if (t->names[i] && strcmp(t->names[i], name) == 0)
			return i;
	return -EINVAL;
}
