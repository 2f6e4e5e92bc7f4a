/* SPDX-License-Identifier: MIT */
/*
 * Whether the program of a process could be executed. Children that could not tell why, all through
 * one pipe. That one could is asked for Type=exec alone: its main process holds the other end of a
 * pipe of its own, which exec closes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"
#include "daemon/life/service.h"

#define SWEEP_USEC (2 * USEC_PER_MSEC) /* a child has its own descriptors after a tenth of that */

static void book_failure(struct process *p, const struct spawn_failure *failure)
{
	struct service *s = p->unit->service;
	const struct command *c = p->role == PROCESS_MAIN
					  ? service_command(s, COMMANDS_START, s->main_index)
					  : service_command(s, s->list, s->index);

	p->not_executed = true;
	if (!c)
		return;
	free(s->exec_failure);
	s->exec_failure = spawn_failure_text(failure, s->unit->config->exec, c);
	log_line(LOG_ERR, 0, s->unit->id, "%s",
		s->exec_failure ? s->exec_failure : strerror(failure->error));
}

void life_hear_failures(struct life *life)
{
	struct spawn_failure failure;

	while (life->failures.fd >= 0 && spawn_read_failure(life->failures.fd, &failure)) {
		struct process *p = process_find(&life->processes, failure.pid);

		if (p && p->unit && p->unit->service)
			book_failure(p, &failure);
	}
}

static void on_failures(struct loop_source *source, uint32_t events)
{
	(void)events;
	life_hear_failures(source->data);
}

static void on_places(struct loop_timer *t)
{
	(void)t; /* the turn sweeps */
}

void life_sweep_births(struct life *life)
{
	if (birth_sweep(&life->places))
		(void)loop_timer_set(life->loop, &life->places_timer,
			usec_add(clock_monotonic_usec(), SWEEP_USEC));
}

int life_prepare_births(struct life *life)
{
	int ends[2];

	if (life->failures.fd >= 0)
		return 0;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	life->failures = (struct loop_source){
		.fd = ends[0], .priority = LOOP_SPAWN, .fn = on_failures, .data = life};
	life->spawn.failure_fd = ends[1];
	life->spawn.ignored_signals = signal_ignored();
	birth_open(&life->places, ends[1]);
	life->spawn.places = &life->places;
	life->places_timer.fn = on_places;
	int r = loop_add(life->loop, &life->failures, EPOLLIN);
	if (r < 0)
		life_end_births(life);
	return r;
}

void life_end_births(struct life *life)
{
	if (life->failures.fd < 0)
		return;
	loop_remove(life->loop, &life->failures);
	loop_timer_clear(life->loop, &life->places_timer);
	birth_close(&life->places);
	close(life->failures.fd);
	close(life->spawn.failure_fd);
	life->failures.fd = life->spawn.failure_fd = -1;
}

void service_unwatch_exec(struct service *s)
{
	service_drop_source(s, &s->exec);
}

/* Whoever could not execute has said so before it ended. */
static void on_exec(struct loop_source *source, uint32_t events)
{
	struct service *s = source->data;

	(void)events;
	life_hear_failures(unit_life(s->unit));
	service_unwatch_exec(s);
	if (s->main && !s->main->not_executed)
		unit_handle(s->unit, &(struct unit_event){.kind = EVENT_EXEC_DONE});
}

int service_watch_exec(struct service *s, int *ret_fd)
{
	struct loop_source *exec;
	int ends[2];

	service_unwatch_exec(s);
	if (service_settings(s)->type != SERVICE_EXEC)
		return 0;
	exec = malloc(sizeof(*exec));
	if (!exec)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		free(exec);
		return -errno;
	}
	*exec = (struct loop_source){
		.fd = ends[0], .priority = LOOP_SPAWN, .fn = on_exec, .data = s};
	s->exec = exec;
	*ret_fd = ends[1];
	int r = loop_add(unit_life(s->unit)->loop, exec, EPOLLIN);
	if (r < 0)
		service_unwatch_exec(s);
	return r;
}
