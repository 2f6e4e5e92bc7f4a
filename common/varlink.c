/* SPDX-License-Identifier: MIT */
#include "common/varlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/json_text.h"

#define LEAST_READ 4096 /* more once there is more: a long message in few reads */

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
	size_t usual = b->used > LEAST_READ ? b->used : LEAST_READ;
	want = want < usual ? want : usual;
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
	json_t *message =
		json_loadb(b->data, length, b->trusts_keys ? 0 : JSON_REJECT_DUPLICATES, NULL);
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
	struct json_text text = {0};

	json_text_value(&text, message);
	json_text_end(&text);
	if (text.failed) {
		free(text.data);
		return NULL;
	}
	*ret_size = text.used;
	return text.data;
}
