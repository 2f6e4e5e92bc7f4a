/* SPDX-License-Identifier: MIT */
/* Properties as JSON -> the text that `systemctl show` prints. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "common/text.h"
#include "ctl/ctl.h"

static char *command_text(const json_t *command)
{
	_cleanup_(strv_freep) char **words = NULL;
	json_t *word;
	char *text;
	size_t i;

	json_array_foreach (json_object_get(command, "argv"), i, word)
		if (strv_push(&words, strdup(json_string_value(word))) < 0)
			return NULL;
	_cleanup_(freep) char *argv = strv_join(words, " ");
	if (asprintf(&text, "{ path=%s ; argv[]=%s ; ignore_errors=%s }",
		    get_string(command, "path"), argv ? argv : "",
		    get_bool(command, "ignore_errors") ? "yes" : "no") < 0)
		return NULL;
	return text;
}

static char *list_text(const json_t *list)
{
	_cleanup_(strv_freep) char **words = NULL;
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		char *text = json_is_string(item)	     ? strdup(json_string_value(item))
			     : json_object_get(item, "argv") ? command_text(item)
							     : json_dumps(item, JSON_ENCODE_ANY);
		if (strv_push(&words, text) < 0)
			return NULL;
	}
	return strv_join(words, " ");
}

static bool is_span(const char *name)
{
	return text_ends_with(name, "USec");
}

static bool is_timestamp(const char *name)
{
	return text_ends_with(name, "Timestamp");
}

static char *integer_text(const char *name, json_int_t n)
{
	char buffer[FORMAT_MAX], *text;

	if (is_timestamp(name))
		return strdup(n ? format_timestamp(buffer, (uint64_t)n) : "");
	if (is_span(name))
		return strdup(format_timespan(buffer, (uint64_t)n, 1));
	if (text_ends_with(name, "UMask") || text_ends_with(name, "DirectoryMode"))
		return asprintf(&text, "%04" PRIo64, (uint64_t)n) < 0 ? NULL : text;
	return asprintf(&text, "%" JSON_INTEGER_FORMAT, n) < 0 ? NULL : text;
}

char *property_text(const char *name, const json_t *value)
{
	if (json_is_boolean(value))
		return strdup(json_is_true(value) ? "yes" : "no");
	if (json_is_integer(value))
		return integer_text(name, json_integer_value(value));
	if (json_is_array(value))
		return list_text(value);
	return strdup(json_is_string(value) ? json_string_value(value) : "");
}

int print_json(const json_t *value)
{
	if (json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY) < 0)
		return EXIT_FAILED;
	putchar('\n');
	return EXIT_DONE;
}
