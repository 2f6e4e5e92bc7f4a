/* SPDX-License-Identifier: MIT */
/*
 * The processes of a service besides main and control: whether there are any, and their signals.
 *
 * To look for them costs more than all the rest of a stop, and most main processes end at once, and
 * their children with them; those left behind are ours then, and in one short list. So they are
 * looked for when the main process has ended, or did not do so for a moment, together for all
 * services that are stopped meanwhile.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "daemon/life/service.h"
#include "daemon/process/procfs.h"
#include "daemon/process/tree_kill.h"

#define FEW 8 /* services that are asked for children one by one, rather than all processes */
#define MOMENT_USEC (20 * USEC_PER_MSEC)   /* after the last of several stops */
#define MOMENTS_USEC (200 * USEC_PER_MSEC) /* after the first */

/* Another look, after one that may have been too early: whether there are more. */
static bool look_shows_more(struct life *life)
{
	uint64_t known = life->counters.orphans_adopted;

	life->looked = false;
	life_look_for_adopted(life);
	return life->counters.orphans_adopted > known;
}

bool service_tree_is_alive(struct service *s)
{
	struct life *life = unit_life(s->unit);

	if (service_cgroup_is_populated(s))
		return true;
	if (!s->mark)
		return false;
	life_look_for_adopted(life);
	do {
		if (adopted_has_mark(&life->adopted, &life->processes, s->mark))
			return true;
	} while (adopted_has_dead(&life->adopted, &life->processes, s->mark) &&
		 look_shows_more(life));
	return false;
}

/* A cheap look that saves the scan where a service is one process. */
static bool has_others(struct service *s)
{
	return (s->main && proc_has_children(s->main->pid) != 0) ||
	       (s->control && proc_has_children(s->control->pid) != 0) || service_tree_is_alive(s);
}

/* As systemd does it: whoever is stopped is woken, and hears SIGHUP too where that is asked for. */
static bool follows(const struct service *s, int sig)
{
	return s->others_end && (sig == SIGCONT || service_settings_kill(s)->send_sighup);
}

static int signal_once(struct service *s, int sig)
{
	struct life *life = unit_life(s->unit);
	int in_cgroup = service_signal_cgroup(s, sig);

	if (!s->mark || !has_others(s))
		return in_cgroup;
	int n = tree_kill_mark(&life->marks, &life->processes, s->mark, sig);
	/* Who lives and cannot be looked for now is waited for. */
	return in_cgroup + (n < 0 ? service_tree_is_alive(s) : n);
}

static const int followers[] = {SIGCONT, SIGHUP};

int service_signal_others(struct service *s, int sig, bool ends)
{
	int n = signal_once(s, sig);

	s->others_end = ends;
	for (size_t i = 0; i < ELEMENTS(followers) && n > 0; i++)
		if (follows(s, followers[i]))
			(void)signal_once(s, followers[i]);
	return n;
}

int service_forget_signal(struct service *s)
{
	struct life *life = unit_life(s->unit);
	int sig = s->others_signal;

	s->others_signal = 0;
	if (sig && --life->signalled_count == 0)
		loop_timer_clear(life->loop, &life->signalled_timer);
	return sig;
}

void service_signal_others_now(struct service *s)
{
	int sig = service_forget_signal(s);

	if (sig)
		(void)service_signal_others(s, sig, s->others_end);
}

struct together {
	struct life *life;
	int follower; /* 0: the signal of each */
};

static int signal_of(const struct service *s, int follower)
{
	if (!follower || !s->others_signal)
		return s->others_signal;
	return follows(s, follower) ? follower : 0;
}

static int signal_of_mark(uint64_t mark, void *data)
{
	const struct together *t = data;
	struct unit *u = life_mark_owner(mark, t->life);

	return u && u->service ? signal_of(u->service, t->follower) : 0;
}

/* Of all of them in one scan: how many processes. */
static int signal_together(struct life *life, int follower)
{
	struct together t = {life, follower};
	int in_cgroups = 0;

	for (struct service *s = life->by_mark; s; s = s->hh_mark.next)
		if (signal_of(s, follower))
			in_cgroups += service_signal_cgroup(s, signal_of(s, follower));
	int n = tree_kill(&life->marks, &life->processes, signal_of_mark, &t);
	return in_cgroups + (n > 0 ? n : 0);
}

static void signal_waiting(struct loop_timer *t)
{
	struct life *life = t->data;

	if (life->signalled_count > FEW) {
		int n = signal_together(life, 0);
		for (size_t i = 0; i < ELEMENTS(followers) && n > 0; i++)
			(void)signal_together(life, followers[i]);
		for (struct service *s = life->by_mark; s; s = s->hh_mark.next)
			(void)service_forget_signal(s);
	}
	for (struct service *s = life->by_mark; s && life->signalled_count; s = s->hh_mark.next)
		service_signal_others_now(s);
}

/* A kill does not wait; nor is the rest put off for ever by stops that follow one another. */
static uint64_t time_to_look(struct life *life, bool ends)
{
	uint64_t now = clock_monotonic_usec(), at = now + MOMENT_USEC;

	if (life->signalled_count == 1)
		life->signalled_by_usec = now + MOMENTS_USEC;
	if (!ends)
		life->signalled_by_usec = now;
	return at < life->signalled_by_usec ? at : life->signalled_by_usec;
}

void service_signal_others_later(struct service *s, int sig, bool ends)
{
	struct life *life = unit_life(s->unit);

	if (!s->mark) {
		(void)service_signal_others(s, sig, ends);
		return;
	}
	if (!s->others_signal)
		life->signalled_count++;
	s->others_signal = (uint8_t)sig;
	s->others_end = ends;
	life->signalled_timer.fn = signal_waiting;
	life->signalled_timer.data = life;
	if (loop_timer_set(life->loop, &life->signalled_timer, time_to_look(life, ends)) < 0)
		service_signal_others_now(s);
}
