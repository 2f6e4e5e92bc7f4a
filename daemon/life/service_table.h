/* SPDX-License-Identifier: MIT */
/* The facts about each service state, one row a state; and the actions that the table names. */
#pragma once

#include "daemon/life/service.h"

/* What a start job finds. */
enum start_reply {
	START_NOW,
	START_ON_WAY,  /* the job waits for the state to come */
	START_ALREADY, /* nothing to do */
	START_LATER,   /* not before the present business is done */
};

/* Which setting limits the stay in a state. */
enum state_timeout {
	TIMEOUT_NONE,
	TIMEOUT_START, /* TimeoutStartSec= */
	TIMEOUT_RUN,   /* RuntimeMaxSec= */
	TIMEOUT_STOP,  /* TimeoutStopSec= */
	TIMEOUT_DUMP,  /* TimeoutAbortSec= */
};

struct service_state_row {
	enum unit_active_state active;
	enum start_reply start;
	enum state_timeout timeout;
	enum service_state (*enter)(struct service *s);
	bool shown; /* seen from outside even when it leads straight on */
};

extern const struct service_state_row service_state_rows[SERVICE_STATE_MAX];
extern service_action_fn *const service_table[SERVICE_STATE_MAX][EVENT_MAX];
