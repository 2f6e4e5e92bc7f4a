/* SPDX-License-Identifier: MIT */
#include "daemon/plan/run_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/value.h"
#include "daemon/file/directive.h"
#include "daemon/file/types.h"
#include "daemon/plan/job.h"

#define WEIGHT_MOST 10000
#define WEIGHT_USUAL 100

/* Backwards through systemd's own list of types. */
static const uint8_t type_ranks[UNIT_TYPE_MAX] = {
	[UNIT_SCOPE] = 0,
	[UNIT_SLICE] = 1,
	[UNIT_PATH] = 2,
	[UNIT_TIMER] = 3,
	[UNIT_AUTOMOUNT] = 4,
	[UNIT_DEVICE] = 5,
	[UNIT_TARGET] = 6,
	[UNIT_SOCKET] = 7,
	[UNIT_SWAP] = 8,
	[UNIT_MOUNT] = 9,
	[UNIT_SERVICE] = 10,
};

static uint16_t idleness_of(const struct unit *u)
{
	const char *text = u->type == UNIT_SERVICE
				   ? kept_get(u->config, directive_find("Service", "CPUWeight"))
				   : NULL;
	uint64_t weight;

	if (text && strcmp(text, "idle") == 0)
		return WEIGHT_MOST;
	if (!text || value_parse_u64(text, WEIGHT_MOST, &weight) < 0)
		weight = WEIGHT_USUAL;
	return (uint16_t)(WEIGHT_MOST - weight);
}

struct run_rank run_rank_of(const struct unit *u)
{
	const struct exec_settings *exec = u->config->exec;

	return (struct run_rank){
		.type = type_ranks[u->type],
		.idleness = idleness_of(u),
		.nice = (int8_t)(exec && exec->nice_set ? exec->nice : 0),
	};
}

static bool is_earlier(const struct job *a, const struct job *b)
{
	if (a->rank.type != b->rank.type)
		return a->rank.type < b->rank.type;
	if (a->rank.idleness != b->rank.idleness)
		return a->rank.idleness < b->rank.idleness;
	if (a->rank.nice != b->rank.nice)
		return a->rank.nice < b->rank.nice;
	return strcmp(a->unit->id, b->unit->id) < 0;
}

int run_queue_reserve(struct run_queue *q, size_t jobs)
{
	size_t room = q->room ? q->room : 16;

	while (room < jobs)
		room *= 2;
	if (room == q->room)
		return 0;
	struct job **heap = reallocarray(q->heap, room, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	q->heap = heap;
	q->room = room;
	return 0;
}

static void put(struct run_queue *q, size_t slot, struct job *j)
{
	q->heap[slot] = j;
	j->run_slot = slot;
}

static void move_up(struct run_queue *q, size_t slot)
{
	struct job *j = q->heap[slot];

	while (slot > 0 && is_earlier(j, q->heap[(slot - 1) / 2])) {
		put(q, slot, q->heap[(slot - 1) / 2]);
		slot = (slot - 1) / 2;
	}
	put(q, slot, j);
}

static void move_down(struct run_queue *q, size_t slot)
{
	struct job *j = q->heap[slot];

	for (;;) {
		size_t child = 2 * slot + 1;
		if (child >= q->count)
			break;
		if (child + 1 < q->count && is_earlier(q->heap[child + 1], q->heap[child]))
			child++;
		if (!is_earlier(q->heap[child], j))
			break;
		put(q, slot, q->heap[child]);
		slot = child;
	}
	put(q, slot, j);
}

void run_queue_push(struct run_queue *q, struct job *j)
{
	if (j->in_run_queue)
		return;
	j->in_run_queue = true;
	q->heap[q->count] = j;
	move_up(q, q->count++);
}

void run_queue_remove(struct run_queue *q, struct job *j)
{
	if (!j->in_run_queue)
		return;
	struct job *last = q->heap[--q->count];
	j->in_run_queue = false;
	if (last == j)
		return;
	put(q, j->run_slot, last);
	move_up(q, last->run_slot);
	move_down(q, last->run_slot);
}

struct job *run_queue_pop(struct run_queue *q)
{
	struct job *j = q->count ? q->heap[0] : NULL;

	if (j)
		run_queue_remove(q, j);
	return j;
}

void run_queue_done(struct run_queue *q)
{
	free(q->heap);
	*q = (struct run_queue){0};
}
