/* SPDX-License-Identifier: MIT */
#include "common/varlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 4096

void varlink_buffer_done(struct varlink_buffer *b)
{
	free(b->data);
	*b = (struct varlink_buffer){0};
}

bool varlink_has_message(const struct varlink_buffer *b)
{
	return b->used && memchr(b->data, 0, b->used);
}

ssize_t varlink_read(struct varlink_buffer *b, int fd, size_t limit)
{
	size_t want = limit > b->used ? limit - b->used : 0;

	if (!want)
		return varlink_has_message(b) ? -EAGAIN : -EMSGSIZE;
	want = want < CHUNK ? want : CHUNK;
	if (b->used + want > b->room) {
		char *grown = realloc(b->data, b->used + want);
		if (!grown)
			return -ENOMEM;
		b->data = grown;
		b->room = b->used + want;
	}
	ssize_t n = read(fd, b->data + b->used, want);
	if (n < 0)
		return -errno;
	b->used += (size_t)n;
	return n;
}

int varlink_next(struct varlink_buffer *b, json_t **ret)
{
	char *end = b->used ? memchr(b->data, 0, b->used) : NULL;

	if (!end)
		return 0;
	size_t length = (size_t)(end - b->data);
	json_t *message = json_loadb(b->data, length, JSON_REJECT_DUPLICATES, NULL);
	memmove(b->data, end + 1, b->used - length - 1);
	b->used -= length + 1;
	if (!json_is_object(message)) {
		json_decref(message);
		return -EBADMSG;
	}
	*ret = message;
	return 1;
}

char *varlink_encode(const json_t *message, size_t *ret_size)
{
	char *text = json_dumps(message, JSON_COMPACT);

	if (text)
		*ret_size = strlen(text) + 1;
	return text;
}
