/* SPDX-License-Identifier: MIT */
/* Words of a value, as systemd splits them: blanks between, quotes anywhere in a word, C escapes.
 * Pure. */
#pragma once

#include <stdbool.h>

enum word_flag {
	WORD_UNQUOTE = 1 << 0,	 /* '...' and "..." group, and are removed */
	WORD_CUNESCAPE = 1 << 1, /* \n, \x41, \101, \u00e4, \s (a blank) */
	WORD_RELAX = 1 << 2, /* what is no escape stays as it is, backslash included; an open quote
				ends at the end */
	WORD_UNKNOWN_STAYS = 1 << 3, /* an unknown escape stays; an open quote is still an error */
};

/*
 * Takes the next word from *cursor and advances it. 1 and *ret (the caller frees), 0 at the end;
 * -EINVAL: an open quote or a bad escape, and *cursor stays.
 */
int word_next(const char **cursor, char **ret, unsigned flags);

/* All of `text` with C escapes undone; the caller frees *ret. 0, -EINVAL: a bad escape, -ENOMEM. */
int word_unescape(const char *text, char **ret);

/* Whether the next word is the separator of commands: `;` alone and as it is, neither quoted nor
 * escaped. */
bool word_is_separator(const char *cursor);
