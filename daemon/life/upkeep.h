/* SPDX-License-Identifier: MIT */
/*
 * What holds all the time, whoever changes: Upholds=, BindsTo=, StopWhenUnneeded=. Units that it
 * may concern are queued, and looked at before the next jobs run and when all that can have run:
 * what is so in between, and changes with the next job, counts for nothing. As in systemd.
 */
#pragma once

#include "daemon/life/life.h"

/* The unit's state changed: queues it, and those that it upholds, that need it or that it needs, as
 * far as the state that it has now is of interest to them. */
void upkeep_changed(struct life *life, struct unit *u);

/* A job of it ended, or its files were read anew: queues it alone. */
void upkeep_queue(struct life *life, struct unit *u);

/*
 * Looks at what is queued: starts what something that is up upholds, stops what is bound to
 * something that is down and what nothing needs any more. At most LIMIT_UPKEEP_BURST times in
 * LIMIT_UPKEEP_INTERVAL_USEC for a unit; one that is held up so is looked at again when the
 * interval is over. Called from the turn only.
 */
void upkeep(struct life *life);

/* Stops the timer of those that are to be looked at again. */
void upkeep_close(struct life *life);
