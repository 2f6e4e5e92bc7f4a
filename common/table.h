/* SPDX-License-Identifier: MIT */
/* uthash, told that to run out of memory is no reason to exit: whoever adds an element asks whether
 * it is in. */
#pragma once

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Whether HASH_ADD worked; `hh` is the element's handle. */
#define HASH_IS_IN(hh, element) ((element)->hh.tbl != NULL)
