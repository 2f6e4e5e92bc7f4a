/* SPDX-License-Identifier: MIT */
#include "ctl/memory.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

#define PIECE (256 * 1024)

/* Pieces are kept for the next answer; what is larger than one is a piece of its own. */
struct piece {
	struct piece *next;
	size_t used, room;
	max_align_t data[];
};

static struct piece *pieces; /* the one that is being filled first */
static size_t in_use;	     /* values */

static struct piece *add_piece(size_t size)
{
	size_t room = size > PIECE ? size : PIECE;
	struct piece *p = malloc(sizeof(*p) + room);

	if (!p)
		return NULL;
	*p = (struct piece){.next = pieces, .room = room};
	pieces = p;
	return p;
}

static void *take(size_t size)
{
	struct piece *p = pieces;

	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (!p || p->room - p->used < size)
		p = add_piece(size);
	if (!p)
		return NULL;
	void *data = (char *)p->data + p->used;
	p->used += size;
	in_use++;
	return data;
}

/* The last one frees them all, but one piece. */
static void give_back(void *data)
{
	if (!data || --in_use)
		return;
	while (pieces->next) {
		struct piece *p = pieces;
		pieces = p->next;
		free(p);
	}
	pieces->used = 0;
}

void memory_open(void)
{
	json_set_alloc_funcs(take, give_back);
}
