/* SPDX-License-Identifier: MIT */
/* Strings, and vectors of strings that own them (NULL-terminated; NULL is an empty one). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/own.h"

char **strv_free(char **l);
static inline void strv_freep(char ***l)
{
	strv_free(*l);
}
size_t strv_length(char *const *l);
bool strv_contains(char *const *l, const char *text);
/* Takes ownership of `owned`, also when it fails (-ENOMEM); NULL for `owned` is a failed strdup():
 * -ENOMEM. */
int strv_push(char ***l, char *owned);
/* A copy, or NULL without memory; *ok tells it from an empty one. */
int strv_copy(char *const *l, char ***ret);
/* Appends copies of all of `more`. */
int strv_extend(char ***l, char *const *more);
/* Into strcmp(3)'s order. */
void strv_sort(char **l);
/* The words joined by `separator`; the caller frees. NULL: out of memory. */
char *strv_join(char *const *l, const char *separator);

/* What follows `prefix` in `text`, or NULL when it does not begin so. */
const char *text_after_prefix(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);
/* Removes blanks at both ends, in place; the returned pointer lies inside `text`. */
char *text_strip(char *text);
/* Control bytes and invalid UTF-8 as \xNN, for showing. The caller frees; NULL: out of memory. */
char *text_escape(const char *text, size_t length);
/* Bytes of the valid UTF-8 sequence at `text`, 0 when there is none. */
size_t text_utf8_length(const char *text, size_t length);
/* Edit distance, for "did you mean": a letter too many, missing, wrong, or two that are swapped.
 * Counts up to `limit` and no further. */
unsigned text_distance(const char *a, const char *b, unsigned limit);
/* A path that holds wherever we go: with our working directory in front when it is relative. The
 * caller frees; NULL: out of memory, or the directory is gone. */
char *text_absolute_path(const char *path);
/* Whether no part of the path is `..`. */
bool path_is_normal(const char *path);
/* A path without what changes nothing: doubled and trailing slashes, and `.` between; in
 * place. */
void path_simplify(char *path);
/* Replaces *field by a copy of `text` (NULL: by nothing). 0 or -ENOMEM, then unchanged. */
int text_replace(char **field, const char *text);

/* FNV-1a of the text: the same on every machine and in every life. */
uint64_t text_hash(const char *text);
