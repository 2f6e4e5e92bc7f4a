/* SPDX-License-Identifier: MIT */
/*
 * Varlink framing, for both ends: JSON objects, each ended by one NUL byte, over a stream socket.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes in the order they came, until a whole message is there. Zero is an empty one. */
struct varlink_buffer {
	char *data;
	size_t used, room;
	bool trusts_keys; /* a key that is there twice is no error: nobody looks */
};

void varlink_buffer_done(struct varlink_buffer *b);

/*
 * Reads what is there from `fd`, up to `limit` bytes in the buffer. The number of bytes read; 0:
 * the other end closed; -EAGAIN, -EMSGSIZE (the buffer is full and holds no whole message), or
 * another negative errno.
 */
ssize_t varlink_read(struct varlink_buffer *b, int fd, size_t limit);

/* Takes the next message: 1 and *ret, 0 when none is whole yet, -EBADMSG when it is no JSON object.
 */
int varlink_next(struct varlink_buffer *b, json_t **ret);

/* Whether a whole message is there. */
bool varlink_has_message(const struct varlink_buffer *b);

/* The bytes of a message with its NUL; the caller frees. NULL: out of memory. *ret_size counts the
 * NUL. */
char *varlink_encode(const json_t *message, size_t *ret_size);
