/* SPDX-License-Identifier: MIT */
/*
 * Targets, which only group; and units of the types that we do not run (mounts, slices, devices):
 * they count as present, so that what is ordered after them can go on.
 */
#include <errno.h>

#include "daemon/life/life.h"
#include "daemon/life/limit.h"
#include "daemon/life/service.h"
#include "daemon/life/trigger.h"

enum target_state {
	TARGET_DEAD,
	TARGET_ACTIVE,
	TARGET_STATE_MAX,
};

static const char *const state_names[TARGET_STATE_MAX] = {
	[TARGET_DEAD] = "dead", [TARGET_ACTIVE] = "active"};
static const struct enum_table target_states = {
	.title = "target_state", .names = state_names, .max = TARGET_STATE_MAX};

static int target_start(struct unit *u)
{
	unit_set_state(u, UNIT_ACTIVE, TARGET_ACTIVE);
	return 0;
}

static int target_stop(struct unit *u)
{
	unit_set_state(u, UNIT_INACTIVE, TARGET_DEAD);
	return 0;
}

/* Nothing happens to a target but what jobs do. */
static void target_handle(struct unit *u, const struct unit_event *event)
{
	(void)u;
	(void)event;
}

static void target_done(struct unit *u)
{
	(void)u;
}

static const struct unit_machine target_machine = {
	.states = &target_states,
	.start = target_start,
	.stop = target_stop,
	.handle = target_handle,
	.done = target_done,
};

static const struct unit_machine slice_machine = {
	.states = &target_states,
	.start = target_start,
	.stop = target_stop,
	.handle = target_handle,
	.reconfigured = limit_reconfigure_slice,
	.done = target_done,
};

const struct unit_machine *unit_machine(const struct unit *u)
{
	switch (u->type) {
	case UNIT_SERVICE:
		return u->config->service ? &service_machine : &target_machine;
	case UNIT_TIMER:
		return &timer_machine;
	case UNIT_PATH:
		return &path_machine;
	case UNIT_SOCKET:
		return &socket_machine;
	case UNIT_SLICE:
		return &slice_machine;
	default:
		return &target_machine;
	}
}
