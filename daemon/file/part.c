/* SPDX-License-Identifier: MIT */
#include "daemon/file/part.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/table.h"

#define BUCKETS 1024

/* The head is kept small, for parts that no other unit has are many too. */
struct part {
	struct part *next; /* of its bucket */
	uint32_t uses;
	uint16_t size;
	uint16_t bucket; /* BUCKETS: in none, nobody shares it yet */
	alignas(uint64_t) unsigned char bytes[];
};

static struct part *buckets[BUCKETS];

static struct part *part_of(void *bytes)
{
	return (struct part *)((char *)bytes - offsetof(struct part, bytes));
}

void *part_new(const void *from, size_t size)
{
	struct part *p = malloc(sizeof(*p) + size);

	if (!p)
		return NULL;
	*p = (struct part){.uses = 1, .size = (uint16_t)size, .bucket = BUCKETS};
	return memcpy(p->bytes, from, size);
}

void *part_share(void *part)
{
	struct part *p = part ? part_of(part) : NULL, *other;
	unsigned hash;

	if (!p)
		return NULL;
	HASH_VALUE(p->bytes, p->size, hash);
	p->bucket = hash % BUCKETS;
	LL_FOREACH(buckets[p->bucket], other)
	if (other->size == p->size && memcmp(other->bytes, p->bytes, p->size) == 0) {
		free(p);
		other->uses++;
		return other->bytes;
	}
	LL_PREPEND(buckets[p->bucket], p);
	return part;
}

void *part_let_go(void *part)
{
	struct part *p = part ? part_of(part) : NULL;

	if (!p || --p->uses > 0)
		return NULL;
	if (p->bucket < BUCKETS)
		LL_DELETE(buckets[p->bucket], p);
	return part;
}

void part_free(void *part)
{
	free(part ? part_of(part) : NULL);
}
