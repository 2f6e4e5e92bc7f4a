/* SPDX-License-Identifier: MIT */
/* Units that start another one when something happens: timers, paths and sockets. */
#pragma once

#include "daemon/life/life.h"

enum trigger_result {
	TRIGGER_SUCCESS,
	TRIGGER_FAILURE_RESOURCES,
	TRIGGER_FAILURE_TIMEOUT,
	TRIGGER_FAILURE_EXIT_CODE,
	TRIGGER_FAILURE_SIGNAL,
	TRIGGER_FAILURE_CORE_DUMP,
	TRIGGER_FAILURE_START_LIMIT_HIT,
	TRIGGER_FAILURE_TRIGGER_LIMIT_HIT,
	TRIGGER_FAILURE_UNIT_START_LIMIT_HIT,
	TRIGGER_FAILURE_SERVICE_START_LIMIT_HIT,
	TRIGGER_RESULT_MAX,
};

/* As systemd's Result= has them: "success", "resources", "start-limit-hit", ... */
ENUM_TABLE(trigger_result)

/* The unit that `u` starts, or NULL. */
struct unit *trigger_target(const struct unit *u);

/* Whether that one is there to be started; -ENOENT with a log line when it is not. */
int trigger_check(const struct unit *u);

/* Asks for a start of `target` (NULL: -ENOENT); where it is being stopped, or everything is,
 * nothing is asked. `details` (a strv, taken over; NULL: none) tell the target why. 0, or a
 * negative errno that was logged. */
int trigger_fire(const struct unit *u, struct unit *target, char **details);
/* Adds NAME=value to such details, as far as there is memory. */
void trigger_tell(char ***details, const char *fmt, ...) _printf_(2, 3);

/* Whether a stop of the unit is on its way, so that it may not trigger any more. */
bool trigger_is_stopping(const struct unit *u);

/* timer.c: when the timer comes next and when it last did, CLOCK_REALTIME; 0: never. */
uint64_t timer_next_usec(const struct unit *u);
uint64_t timer_last_usec(const struct unit *u);
enum trigger_result timer_result(const struct unit *u);
/* path.c */
enum trigger_result path_result(const struct unit *u);

extern const struct unit_machine timer_machine, path_machine, socket_machine;
