/* SPDX-License-Identifier: MIT */
/* Inside of timers: timer*.c. */
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

/*
 * The moment of the window from `begin_usec` to `end_usec` that `host` stands for: the last one in
 * it that lies as far into its minute, else into ten seconds, one, or a quarter, as all others of
 * that host do; its end where the window is shorter than that. Pure.
 */
uint64_t timer_spot(uint64_t begin_usec, uint64_t end_usec, uint64_t host);
/* A number for this machine until it boots again; one that stays. */
uint64_t timer_host_of_boot(void);
uint64_t timer_host_for_good(void);

enum timer_move {
	TIMER_CLOCK_SET,
	TIMER_ZONE_CHANGED,
};

/* timer.c: moments on the wall clock lie elsewhere now, for all timers. */
void timers_moved(struct life *life, enum timer_move move);
/* timer_clock.c: calls that from now on; once is enough. */
void timer_watch_clock(struct life *life);
