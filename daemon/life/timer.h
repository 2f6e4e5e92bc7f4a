/* SPDX-License-Identifier: MIT */
/* Inside of timers: timer.c and timer_stamp.c. */
#pragma once

#include "daemon/life/life.h"

enum timer_state {
	TIMER_DEAD,
	TIMER_WAITING,
	TIMER_RUNNING,
	TIMER_ELAPSED,
	TIMER_FAILED,
	TIMER_STATE_MAX,
};

ENUM_TABLE(timer_state)

/*
 * Persistent=: when the timer last went off, as the time of a file
 * STATE/systemd/timers/stamp-NAME, which is made when there is none. CLOCK_REALTIME; 0: it is new,
 * or cannot be kept (logged).
 */
uint64_t timer_stamp_read(const struct unit *u);
/* Says that it went off now. */
void timer_stamp_write(const struct unit *u);

/* Makes a timerfd tell when the wall clock is set (TFD_TIMER_CANCEL_ON_SET). */
void clock_watch_arm(int fd);
