/* SPDX-License-Identifier: MIT */
/*
 * What holds all the time, whoever changes: Upholds=, StopWhenUnneeded=. Called from the turn only.
 */
#pragma once

#include "daemon/life/life.h"

/*
 * The unit's state changed, or a job of it ended: starts it when something that is up upholds it,
 * stops it when nothing needs it any more, and looks at those that it upholds or needs itself.
 * As in systemd at most LIMIT_UPKEEP_BURST times in LIMIT_UPKEEP_INTERVAL_USEC for a unit; one that
 * is held up so is looked at again when the interval is over.
 */
void upkeep(struct life *life, struct unit *u);

/* Stops the timer of those that are to be looked at again. */
void upkeep_close(struct life *life);
