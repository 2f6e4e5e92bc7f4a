/* SPDX-License-Identifier: MIT */
/* NAME=value: files of them (EnvironmentFile=), lists of them, and what may be one. Pure but for
 * reading nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The assignments of an environment file's text: quotes, escapes, continuations and comments by
 * systemd.exec(5); lines that are no assignment are skipped. 0 and *ret (the caller frees), or
 * -ENOMEM.
 */
int environment_parse_file(const char *text, size_t length, char ***ret);

/* Whether it is NAME=value with a valid name (letters, digits, `_`, no digit first). */
bool environment_is_valid_assignment(const char *text);
bool environment_is_valid_name(const char *text);
/* Puts a copy of `assignment` into the list, in place of an earlier one of that name. 0 or -ENOMEM.
 */
int environment_set(char ***list, const char *assignment);
/* Takes out every assignment of that name, or exactly that assignment when it holds `=`. */
void environment_unset(char **list, const char *name);
/* The value, borrowed; NULL: not set. */
const char *environment_get(char *const *list, const char *name, size_t name_length);
