/* SPDX-License-Identifier: MIT */
/*
 * Calendar events as OnCalendar= has them (systemd.time(7)): "Mon..Fri *-*-* 10:00", "daily UTC",
 * "*-02~03", "*:0/15". Read, written in the normal form of `systemd-analyze calendar`, and asked
 * for the next moment.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct calendar;

/*
 * The event that `text` says, to be freed with calendar_free(). -EINVAL: it says none; -E2BIG: more
 * parts than LIMIT_CALENDAR_PARTS; -ENOMEM.
 */
int calendar_parse(const char *text, struct calendar **ret);
struct calendar *calendar_free(struct calendar *c);
void calendar_freep(struct calendar **c);

/* Its normal form; the caller frees. NULL: out of memory. */
char *calendar_format(const struct calendar *c);

/*
 * The first moment after `after_usec` that the event names, both CLOCK_REALTIME microseconds, in
 * the zone of the event, else the local one (tzset(3)). -ENOENT: there is none before the year
 * 2200.
 */
int calendar_next(const struct calendar *c, uint64_t after_usec, uint64_t *ret);
