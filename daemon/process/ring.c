/* SPDX-License-Identifier: MIT */
#include "daemon/process/ring.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

void ring_done(struct ring *r)
{
	free(r->data);
	*r = (struct ring){.bound = r->bound};
}

/* What a line takes, so that the next header is aligned. */
static size_t size_of(size_t length)
{
	const size_t align = _Alignof(struct output_line);

	return (sizeof(struct output_line) + length + 1 + align - 1) & ~(align - 1);
}

static struct output_line *at(const struct ring *r, size_t offset)
{
	return (struct output_line *)(r->data + offset);
}

/* false: it is as large as it may be. Only one that has not wrapped grows: its lines stay in their
 * order. */
static bool grow(struct ring *r)
{
	size_t room = r->room ? 2 * r->room : FIRST_ROOM;

	if (room > r->bound)
		room = r->bound;
	char *grown = room > r->room ? realloc(r->data, room) : NULL;
	if (!grown)
		return false;
	r->data = grown;
	r->room = room;
	return true;
}

static void drop_oldest(struct ring *r)
{
	r->first += size_of(at(r, r->first)->length);
	if (r->wrapped_at && r->first == r->wrapped_at)
		r->first = r->wrapped_at = 0;
}

/* Makes room for `size` bytes behind `next`; false: there never will be. */
static bool make_room(struct ring *r, size_t size)
{
	while (r->wrapped_at ? r->next + size > r->first : r->next + size > r->room) {
		if (r->wrapped_at)
			drop_oldest(r);
		else if (!grow(r)) {
			if (r->next == 0)
				return false;
			r->wrapped_at = r->next;
			r->next = 0;
		}
	}
	return true;
}

struct output_line *ring_add(struct ring *r, const char *text, size_t length)
{
	size_t size = size_of(length);

	if (length > UINT32_MAX || size > r->bound || !make_room(r, size))
		return NULL;
	struct output_line *line = at(r, r->next);
	line->length = (uint32_t)length;
	memcpy(line->text, text, length);
	line->text[length] = 0;
	r->next += size;
	return line;
}

const struct output_line *ring_first(const struct ring *r)
{
	return r->first == r->next && !r->wrapped_at ? NULL : at(r, r->first);
}

const struct output_line *ring_after(const struct ring *r, const struct output_line *line)
{
	size_t offset = (size_t)((const char *)line - r->data) + size_of(line->length);

	if (r->wrapped_at && offset == r->wrapped_at)
		offset = 0;
	return offset == r->next ? NULL : at(r, offset);
}
