/* SPDX-License-Identifier: MIT */
#include "common/unit_name.h"
#include "common/own.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 255
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.\\-"

/* clang-format off */
DEFINE_ENUM_TABLE(unit_type, UNIT_TYPE_MAX,
	[UNIT_SERVICE] = "service",
	[UNIT_TARGET] = "target",
	[UNIT_TIMER] = "timer",
	[UNIT_SOCKET] = "socket",
	[UNIT_PATH] = "path",
	[UNIT_MOUNT] = "mount",
	[UNIT_AUTOMOUNT] = "automount",
	[UNIT_SWAP] = "swap",
	[UNIT_SLICE] = "slice",
	[UNIT_SCOPE] = "scope",
	[UNIT_DEVICE] = "device", );
/* clang-format on */

int unit_name_type(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? unit_type_from_string(dot + 1) : -EINVAL;
}

bool unit_name_is_valid(const char *name)
{
	const char *dot = strrchr(name, '.');
	const char *at = strchr(name, '@');

	if (!dot || dot == name || at == name || strlen(name) > NAME_MAX_LENGTH)
		return false;
	if (unit_name_type(name) < 0)
		return false;
	return strspn(name, NAME_CHARACTERS "@") == strlen(name);
}

bool unit_name_is_template(const char *name)
{
	const char *at = strchr(name, '@');

	return at && at[1] == '.' && strchr(at + 1, '.') == strrchr(name, '.');
}

int unit_name_split(const char *name, char **ret_prefix, char **ret_instance)
{
	const char *dot = strrchr(name, '.');
	const char *at = strchr(name, '@');
	const char *end = at ? at : dot;
	char *instance = NULL;

	if (at && !(instance = strndup(at + 1, (size_t)(dot - at - 1))))
		return -ENOMEM;
	char *prefix = strndup(name, (size_t)(end - name));
	if (!prefix) {
		free(instance);
		return -ENOMEM;
	}
	*ret_prefix = prefix;
	*ret_instance = instance;
	return 0;
}

char *unit_name_template_of(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	char *template_name;

	if (!at || !dot || at > dot)
		return NULL;
	int n = asprintf(&template_name, "%.*s@%s", (int)(at - name), name, dot);
	return n < 0 ? NULL : template_name;
}

char *unit_name_instantiate(const char *template_name, const char *instance)
{
	const char *at = strchr(template_name, '@');
	char *name;

	if (!at || !unit_name_is_template(template_name))
		return NULL;
	int n = asprintf(
		&name, "%.*s@%s%s", (int)(at - template_name), template_name, instance, at + 1);
	return n < 0 ? NULL : name;
}

char *unit_name_escape(const char *text)
{
	char *escaped = malloc(4 * strlen(text) + 1), *out = escaped;

	if (!escaped)
		return NULL;
	for (const char *s = text; *s; s++) {
		if (*s == '/')
			*out++ = '-';
		else if (*s == '-' || *s == '\\' || (s == text && *s == '.') ||
			 !strchr(NAME_CHARACTERS, *s))
			out += sprintf(out, "\\x%02x", (unsigned char)*s);
		else
			*out++ = *s;
	}
	*out = 0;
	return escaped;
}

char *unit_name_unescape(const char *text)
{
	char *plain = malloc(strlen(text) + 1), *out = plain;

	if (!plain)
		return NULL;
	for (const char *s = text; *s; s++) {
		unsigned byte;

		if (*s == '-') {
			*out++ = '/';
		} else if (*s == '\\') {
			if (s[1] != 'x' || !isxdigit((unsigned char)s[2]) ||
				!isxdigit((unsigned char)s[3]) ||
				sscanf(s + 2, "%2x", &byte) != 1) {
				free(plain);
				return NULL;
			}
			*out++ = (char)byte;
			s += 3;
		} else {
			*out++ = *s;
		}
	}
	*out = 0;
	return plain;
}

char *unit_name_path_escape(const char *path)
{
	char *simple = malloc(strlen(path) + 1), *out = simple;

	if (!simple)
		return NULL;
	for (const char *s = path; *s; s++)
		if (*s != '/' || (out != simple && out[-1] != '/'))
			*out++ = *s;
	if (out != simple && out[-1] == '/')
		out--;
	*out = 0;
	char *escaped = *simple ? unit_name_escape(simple) : strdup("-");
	free(simple);
	return escaped;
}

char *unit_name_path_unescape(const char *text)
{
	char *path;

	if (strcmp(text, "-") == 0)
		return strdup("/");
	char *plain = unit_name_unescape(text);
	if (!plain)
		return NULL;
	int n = asprintf(&path, "/%s", plain);
	free(plain);
	return n < 0 ? NULL : path;
}

/* What a name cannot hold, escaped; slashes as dashes. NULL: out of memory. */
static char *escape_invalid(const char *text)
{
	char *escaped = malloc(4 * strlen(text) + 1), *out = escaped;

	for (; escaped && *text; text++)
		if (*text == '/')
			*out++ = '-';
		else if (strchr(NAME_CHARACTERS "@", *text))
			*out++ = *text;
		else
			out += sprintf(out, "\\x%02x", (unsigned char)*text);
	if (escaped)
		*out = 0;
	return escaped;
}

/* Takes ownership of the name; NULL when it is none. */
static char *valid_or_null(char *name)
{
	if (name && unit_name_is_valid(name))
		return name;
	free(name);
	return NULL;
}

static char *with_suffix(char *stem, const char *suffix)
{
	char *name = NULL;
	int n = stem ? asprintf(&name, "%s%s", stem, suffix) : -1;

	free(stem);
	return n < 0 ? NULL : valid_or_null(name);
}

char *unit_name_mangle(const char *text)
{
	if (!*text)
		return NULL;
	if (strncmp(text, "/dev/", 5) == 0 || strncmp(text, "/sys/", 5) == 0)
		return with_suffix(unit_name_path_escape(text), ".device");
	if (*text == '/')
		return with_suffix(unit_name_path_escape(text), ".mount");
	if (unit_name_is_valid(text))
		return strdup(text);

	char *escaped = escape_invalid(text);
	if (escaped && unit_name_is_valid(escaped))
		return escaped;
	return with_suffix(escaped, ".service");
}

char *unit_name_fill_template(const char *name, const char *of)
{
	_cleanup_(freep) char *prefix = NULL, *instance = NULL;

	if (!unit_name_is_template(name))
		return strdup(name);
	if (unit_name_split(of, &prefix, &instance) < 0)
		return NULL;
	return unit_name_instantiate(name, instance && *instance ? instance : prefix);
}
