/* SPDX-License-Identifier: MIT */
/*
 * What moves the moments of timers without their doing: the wall clock is set (timerfd_create(2),
 * TFD_TIMER_CANCEL_ON_SET), the zone is another one (/etc/localtime, inotify(7)). Watched once for
 * all timers, from the first that is started on.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/life/timer.h"

static void watch_clock(int fd)
{
	const struct itimerspec far = {.it_value.tv_sec = INT64_MAX / 1000000000};

	(void)timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}

static void on_clock(struct loop_source *source, uint32_t events)
{
	struct life *life = source->data;
	uint64_t ticks;

	(void)events;
	if (read(source->fd, &ticks, sizeof(ticks)) >= 0 || errno != ECANCELED)
		return;
	watch_clock(source->fd);
	timers_moved(life, TIMER_CLOCK_SET);
}

/* Whether the file of the zone was among what changed in its folder. */
static bool tells_of_zone(int fd)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool found = false;
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *e = (const struct inotify_event *)at;

			found |= e->mask & IN_Q_OVERFLOW ||
				 (e->len && strcmp(e->name, "localtime") == 0);
			at += sizeof(*e) + e->len;
		}
	return found;
}

/* musl's tzset(3) looks into the file again only when TZ says something else than before. */
static void read_zone_anew(void)
{
	if (!getenv("TZ") && setenv("TZ", "UTC0", 1) == 0) {
		tzset();
		(void)unsetenv("TZ");
	}
	tzset();
}

static void on_zone(struct loop_source *source, uint32_t events)
{
	(void)events;
	if (!tells_of_zone(source->fd))
		return;
	read_zone_anew();
	timers_moved(source->data, TIMER_ZONE_CHANGED);
}

static void add(struct life *life, struct loop_source *source, int fd, loop_source_fn *fn)
{
	*source = (struct loop_source){.fd = fd, .priority = LOOP_SIGNAL, .fn = fn, .data = life};
	if (fd < 0 || loop_add(life->loop, source, EPOLLIN) >= 0)
		return;
	close(fd);
	source->fd = -1;
}

void timer_watch_clock(struct life *life)
{
	if (life->clock_change.added)
		return;
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd >= 0)
		watch_clock(fd);
	add(life, &life->clock_change, fd, on_clock);
	/* The folder, for the file is replaced; a link may lead anywhere. */
	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd >= 0)
		(void)inotify_add_watch(fd, "/etc",
			IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR);
	add(life, &life->zone_change, fd, on_zone);
}

static void forget(struct life *life, struct loop_source *source)
{
	if (source->fd < 0)
		return;
	loop_remove(life->loop, source);
	close(source->fd);
	source->fd = -1;
}

void timer_unwatch_clock(struct life *life)
{
	forget(life, &life->clock_change);
	forget(life, &life->zone_change);
}
