/* SPDX-License-Identifier: MIT */
/*
 * Jobs that may have become runnable. Of those that Before= and After= leave free the first is
 * systemd's: by the type of the unit, CPUWeight= (more first), Nice= (less first), and its name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job;
struct unit;

/* The earlier one is the smaller. */
struct run_rank {
	uint8_t type;
	int8_t nice;
	uint16_t idleness; /* how far CPUWeight= is from the most */
};

/* A heap. All zero is empty. */
struct run_queue {
	struct job **heap;
	size_t count, room;
};

/* What the unit's settings make of it. */
struct run_rank run_rank_of(const struct unit *u);

/* Room for so many jobs, so that a push cannot fail. 0 or -ENOMEM. */
int run_queue_reserve(struct run_queue *q, size_t jobs);
void run_queue_push(struct run_queue *q, struct job *j);
/* Harmless when it is not in there. */
void run_queue_remove(struct run_queue *q, struct job *j);
/* The first, which is taken out; NULL: empty. */
struct job *run_queue_pop(struct run_queue *q);
void run_queue_done(struct run_queue *q);
