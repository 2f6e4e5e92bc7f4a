/* SPDX-License-Identifier: MIT */
/*
 * Parts of configurations: a piece of memory that is kept once for all that have the same in it,
 * byte for byte. What owns something is never the same as another, for what it points to is its
 * own. Nobody writes to a part after part_share().
 */
#pragma once

#include <stddef.h>

/* A new one with a copy of `from` in it; NULL: out of memory. */
void *part_new(const void *from, size_t size);

/* The part in whose place it is to be used: itself, or an older one that is the same, and then it
 * is freed. Accepts NULL. */
void *part_share(void *part);

/* Gives back one use of it. NULL: others use it still, or it was NULL. Else it is the caller's
 * alone, to be emptied and ended by part_free(). */
void *part_let_go(void *part);
void part_free(void *part);
