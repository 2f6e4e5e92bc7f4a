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

/* The gap at `slot` and `j`, which is to fill it, find their places. */
static void settle_up(struct run_queue *q, size_t slot, struct job *j)
{
	for (; slot > 0 && is_earlier(j, q->heap[(slot - 1) / 2]); slot = (slot - 1) / 2)
		q->heap[slot] = q->heap[(slot - 1) / 2];
	q->heap[slot] = j;
}

static size_t earlier_child(const struct run_queue *q, size_t slot)
{
	size_t child = 2 * slot + 1;

	return child + 1 < q->count && is_earlier(q->heap[child + 1], q->heap[child]) ? child + 1
										      : child;
}

static void settle_down(struct run_queue *q, size_t slot, struct job *j)
{
	for (size_t child = earlier_child(q, slot);
		child < q->count && is_earlier(q->heap[child], j); child = earlier_child(q, slot)) {
		q->heap[slot] = q->heap[child];
		slot = child;
	}
	settle_up(q, slot, j);
}

void run_queue_push(struct run_queue *q, struct job *j)
{
	if (j->in_run_queue)
		return;
	j->in_run_queue = true;
	settle_up(q, q->count++, j);
}

static void take_out(struct run_queue *q, size_t slot)
{
	q->heap[slot]->in_run_queue = false;
	if (slot < --q->count)
		settle_down(q, slot, q->heap[q->count]);
}

/* Seldom: a job does not know its slot, for to tell each that moves costs more. */
void run_queue_remove(struct run_queue *q, struct job *j)
{
	size_t slot = 0;

	if (!j->in_run_queue)
		return;
	while (q->heap[slot] != j)
		slot++;
	take_out(q, slot);
}

struct job *run_queue_pop(struct run_queue *q)
{
	struct job *j = q->count ? q->heap[0] : NULL;

	if (j)
		take_out(q, 0);
	return j;
}

void run_queue_done(struct run_queue *q)
{
	free(q->heap);
	*q = (struct run_queue){0};
}
