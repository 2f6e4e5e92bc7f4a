/* SPDX-License-Identifier: MIT */
/*
 * Who owns a name on D-Bus: a client of our own that asks for it and is told of each change. It
 * needs no library, blocks on nobody, and is connected only while a name is watched.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/limits.h"
#include "daemon/base/loop.h"

struct bus;
struct bus_watch;

/* The name got an owner or lost it; or nobody can tell any more, and it is watched no longer. */
typedef void bus_watch_fn(struct bus_watch *w, bool is_lost);

struct bus_watch {
	char *name; /* its owner's to free, as the watch itself */
	bool is_owned;
	bus_watch_fn *fn;
	void *data;
	/* the bus's own */
	uint32_t question;
	struct bus_watch *next;
};

struct bus {
	struct loop *loop;
	char *address;		   /* its owner's to free */
	struct loop_source source; /* fd is of meaning while there are watches */
	struct bus_watch *watches;
	bool is_trusted; /* the bus has let us in */
	uint32_t serial;
	char *in, *out; /* of LIMIT_BUS_QUEUE_BYTES each, while connected */
	size_t in_length, out_length;
};

/* The system's bus, or that of the user's session, by the environment and the usual places. NULL:
 * no memory. The caller frees. */
char *bus_find_address(bool is_user);

/*
 * Watches a name, connecting first when this is the only one. Negative errno: no bus is there
 * (-ENOENT, -ECONNREFUSED, ...), or its address is of a kind that is not known (-EAFNOSUPPORT).
 */
int bus_watch_name(struct bus *b, struct bus_watch *w);
/* Harmless for one that is not watched. */
void bus_forget_name(struct bus *b, struct bus_watch *w);
