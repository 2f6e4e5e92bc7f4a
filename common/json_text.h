/* SPDX-License-Identifier: MIT */
/*
 * JSON written at once into one growing buffer, for long answers of the same few strings: a tree of
 * values in between costs more than all the rest. Whoever writes puts the braces and commas.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Zero is an empty one. The caller frees `data`. */
struct json_text {
	char *data;
	size_t used, room;
	bool failed; /* out of memory: what was written is not whole */
};

/* Text as it is. */
void json_text_raw(struct json_text *t, const char *text);
/* A string in its quotes, escaped (RFC 8259); bytes that are not UTF-8 become U+FFFD. */
void json_text_string(struct json_text *t, const char *text);
/* A value of jansson's, without blanks. */
void json_text_value(struct json_text *t, const json_t *value);
/* One more byte: the NUL behind a message. */
void json_text_end(struct json_text *t);
