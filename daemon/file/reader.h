/* SPDX-License-Identifier: MIT */
/*
 * Bytes -> (section, key, value, line). The only file that knows inih, which has a fixed line of
 * 200 bytes, takes ` ;` for a comment, knows no continuation and tells no line numbers: so we feed
 * it logical lines of our own making, cut into pieces that it cannot cut, and put the pieces
 * together again.
 */
#pragma once

#include <stddef.h>

#include "daemon/base/diag.h"

struct assignment {
	const char *section; /* borrowed for the call */
	const char *key;     /* NULL: the section begins here */
	const char *value;   /* blanks stripped, continuations joined by one blank; may be empty */
	unsigned line;	     /* where the assignment begins */
};

/* A negative return stops the reading. */
typedef int reader_fn(const struct assignment *a, void *data);

/*
 * Reads all assignments of `text`. What is wrong goes to `diags` with its line, is skipped, and
 * reading goes on. 0, what `fn` returned when negative, or -ENOMEM.
 */
int reader_parse(const char *text, size_t length, const char *file, struct diags *diags,
	reader_fn *fn, void *data);

/*
 * The content of a regular file, NUL-terminated; the caller frees. Never blocks. -ENOENT ...,
 * -EISDIR, -ENOTSUP for a fifo or a device other than /dev/null (which reads as empty), -EFBIG over
 * LIMIT_UNIT_FILE_BYTES.
 */
int reader_load(const char *path, char **ret_text, size_t *ret_length);
