/* SPDX-License-Identifier: MIT */
/*
 * Units that are forgotten: instances of connections that are over, and what was loaded for a
 * question alone and has not lived, as systemd's CollectMode=inactive has it. A client may ask for
 * as many names as it likes.
 */
#pragma once

#include "daemon/life/life.h"

/* Units from that place of the table on were loaded for a question: at the end of the turn those
 * are forgotten that nothing came of and that no other unit speaks of. */
void collect_later(struct life *life, size_t from);
/* Does so. */
void collect_turn(struct life *life);
/* Forgets the unit, if it is an instance that is down. */
void collect_instance(struct life *life, struct unit *u);
