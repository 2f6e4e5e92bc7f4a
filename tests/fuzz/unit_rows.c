/* SPDX-License-Identifier: MIT */
/* reaperctl's own reader of a list of units: any bytes; beside jansson where both can read them;
 * and what reaperd writes of any names comes out as it went in. */
#include <stdio.h>
#include <string.h>

#include "common/json_text.h"
#include "common/own.h"
#include "ctl/unit_rows.h"
#include "tests/fuzz/fuzz.h"

#define FIELDS 6

static const char *const names[FIELDS] = {"unit", "load", "active", "sub", "description", "job"};

static const char *field(const struct unit_row *r, size_t i)
{
	const char *const fields[FIELDS] = {
		r->unit, r->load, r->active, r->sub, r->description, r->job};

	return fields[i];
}

/* Half a pair of surrogates is a question mark of ours. */
static bool has_pairs(const char *text)
{
	return strstr(text, "\\ud") || strstr(text, "\\uD");
}

static void compare(const char *text, const struct unit_row *rows, size_t count)
{
	json_t *whole = has_pairs(text) ? NULL : json_loads(text, 0, NULL), *row;
	json_t *list = json_object_get(json_object_get(whole, "parameters"), "units");
	size_t i;

	if (list && json_array_size(list) != count)
		abort();
	json_array_foreach (list, i, row)
		for (size_t k = 0; k < FIELDS; k++) {
			const char *value = json_string_value(json_object_get(row, names[k]));
			if (strcmp(value ? value : "", field(&rows[i], k)) != 0)
				abort();
		}
	json_decref(whole);
}

static void read_bytes(const char *bytes)
{
	_cleanup_(freep) char *text = strdup(bytes);
	_cleanup_(freep) struct unit_row *rows = NULL;
	size_t count;

	if (text && unit_rows_read(text, &rows, &count) == 0)
		compare(bytes, rows, count);
}

/* As method_list_units() writes it, with each line of the bytes as a row. */
static void write_and_read(char *lines)
{
	struct json_text t = {0};
	_cleanup_(freep) struct unit_row *rows = NULL;
	size_t count, written = 0;
	char *save = NULL;

	json_text_raw(&t, "{\"parameters\":{\"units\":[");
	for (char *line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_text_raw(&t, written++ ? ",{\"unit\":" : "{\"unit\":");
		json_text_string(&t, line);
		json_text_raw(&t, ",\"description\":");
		json_text_string(&t, line);
		json_text_raw(&t, "}");
	}
	json_text_raw(&t, "]}}");
	json_text_end(&t);
	_cleanup_(freep) char *text = t.data, *before = t.failed ? NULL : strdup(t.data);
	if (!before)
		return;
	if (unit_rows_read(text, &rows, &count) < 0 || count != written)
		abort();
	compare(before, rows, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = malloc(size + 1);

	if (!text || size > 60000)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	read_bytes(text);
	write_and_read(text);
	return 0;
}
