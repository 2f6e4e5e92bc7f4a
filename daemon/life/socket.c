/* SPDX-License-Identifier: MIT */
/*
 * Sockets (systemd.socket(5)): they listen before the service runs, start it when something comes,
 * and hand their descriptors over. While the service runs they are not watched.
 */
#include "daemon/life/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/life/service.h"

DEFINE_ENUM_TABLE(socket_state,
	SOCKET_STATE_MAX, [SOCKET_DEAD] = "dead", [SOCKET_START_PRE] = "start-pre",
	[SOCKET_START_CHOWN] = "start-chown", [SOCKET_START_POST] = "start-post",
	[SOCKET_LISTENING] = "listening", [SOCKET_RUNNING] = "running",
	[SOCKET_STOP_PRE] = "stop-pre", [SOCKET_STOP_PRE_SIGTERM] = "stop-pre-sigterm",
	[SOCKET_STOP_PRE_SIGKILL] = "stop-pre-sigkill", [SOCKET_STOP_POST] = "stop-post",
	[SOCKET_FINAL_SIGTERM] = "final-sigterm", [SOCKET_FINAL_SIGKILL] = "final-sigkill",
	[SOCKET_FAILED] = "failed", );

static const struct socket_settings *settings(const struct socket_unit *s)
{
	return s->unit->config->socket;
}

static void forget_ports(struct socket_unit *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->listens[i].text);
	free(s->listens);
	free(s->ports);
	s->listens = NULL;
	s->ports = NULL;
	s->count = 0;
}

int socket_watch(struct socket_unit *s, bool on)
{
	struct loop *loop = unit_life(s->unit)->loop;
	int failure = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct socket_port *port = &s->ports[i];
		int r = 0;

		if (on && !port->watched)
			r = loop_add(loop, &port->source, EPOLLIN);
		else if (!on && port->watched)
			loop_remove(loop, &port->source);
		port->watched = on && r >= 0;
		if (r < 0)
			failure = log_line(LOG_ERR, r, s->unit->id,
				r == -EPERM ? "%s is of a kind that cannot be waited for (epoll(7))"
					    : "cannot watch %s",
				s->listens[i].text);
	}
	return failure;
}

void socket_listen(struct socket_unit *s)
{
	if (!settings(s)->accept && settings(s)->flush_pending)
		socket_flush_ports(s);
	if (socket_watch(s, true) < 0)
		socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
	else
		socket_set_state(s, SOCKET_LISTENING);
}

static bool too_often(struct socket_unit *s)
{
	const struct socket_settings *o = settings(s);

	if (!start_limit_exceeded(o->trigger_limit_interval_usec, o->trigger_limit_burst,
		    clock_monotonic_usec(), &s->limit_begin_usec, &s->limit_count))
		return false;
	log_line(LOG_ERR, 0, s->unit->id,
		"it triggers too often (TriggerLimitBurst=%u); listens no more",
		o->trigger_limit_burst);
	socket_enter_stop(s, TRIGGER_FAILURE_TRIGGER_LIMIT_HIT);
	return true;
}

/* Whether something that it triggers is up, or on its way there. */
static bool target_comes(const struct unit *u)
{
	UNIT_FOREACH (target, u, DEP_TRIGGERS)
		if (!unit_is_inactive_or_failed(target) ||
			(target->job && (target->job->type == JOB_START ||
						target->job->type == JOB_RESTART)))
			return true;
	return false;
}

static void enter_running(struct socket_unit *s)
{
	struct unit *target = trigger_target(s->unit);

	if (trigger_is_stopping(s->unit)) {
		socket_flush_ports(s);
		return;
	}
	if (too_often(s))
		return;
	if (!target_comes(s->unit) && trigger_fire(s->unit, target, NULL) < 0) {
		socket_enter_stop(s, TRIGGER_FAILURE_RESOURCES);
		return;
	}
	socket_set_state(s, SOCKET_RUNNING);
}

static void on_readable(struct loop_source *source, uint32_t events)
{
	struct socket_port *port = source->data;
	struct socket_unit *s = port->socket;

	(void)events;
	if (s->unit->sub_state != SOCKET_LISTENING)
		return;
	if (!settings(s)->accept)
		enter_running(s);
	else if (!too_often(s))
		socket_take_connection(s, port);
}

static struct socket_unit *socket_of(struct unit *u)
{
	struct socket_unit *s = u->trigger;

	if (!s && (s = calloc(1, sizeof(*s)))) {
		s->unit = u;
		u->trigger = s;
	}
	return s;
}

/* As the configuration says now. */
static int make_ports(struct socket_unit *s)
{
	const struct socket_settings *o = settings(s);

	forget_ports(s);
	s->ports = calloc(o->count, sizeof(*s->ports));
	s->listens = calloc(o->count, sizeof(*s->listens));
	if (!s->ports || !s->listens)
		return -ENOMEM;
	for (size_t i = 0; i < o->count; i++) {
		s->listens[i] = o->ports[i];
		s->listens[i].text = strdup(o->ports[i].text);
		if (!s->listens[i].text)
			return -ENOMEM;
		s->count = i + 1;
		s->ports[i] = (struct socket_port){.socket = s,
			.listen = &s->listens[i],
			.source = {.fd = -1,
				.priority = LOOP_SPAWN,
				.fn = on_readable,
				.data = &s->ports[i]}};
	}
	return 0;
}

/* A service that runs already has opened its sockets itself. */
static int check_service(const struct unit *u)
{
	const struct unit *target = trigger_target(u);

	if (u->config->socket->accept)
		return 0;
	int r = trigger_check(u);
	if (r < 0)
		return r;
	if (!unit_is_inactive_or_failed(target) && !target->will_restart)
		return log_line(
			LOG_ERR, EBUSY, u->id, "not started, for %s runs already", target->id);
	return 0;
}

static int socket_start(struct unit *u)
{
	struct socket_unit *s = socket_of(u);

	if (u->active == UNIT_ACTIVATING)
		return 0;
	if (u->active == UNIT_DEACTIVATING)
		return -EAGAIN;
	int r = s ? check_service(u) : -ENOMEM;
	if (r >= 0)
		r = make_ports(s);
	if (r < 0)
		return r;
	s->result = TRIGGER_SUCCESS;
	s->accepted = s->refused = 0;
	if (unit_start_limit_hit(u)) {
		socket_enter_dead(s, TRIGGER_FAILURE_START_LIMIT_HIT);
		return -ECANCELED;
	}
	socket_enter_start(s);
	return 0;
}

static int socket_stop(struct unit *u)
{
	if (u->active == UNIT_ACTIVATING)
		socket_interrupt_start(u->trigger);
	else if (u->active == UNIT_ACTIVE)
		socket_enter_stop(u->trigger, TRIGGER_SUCCESS);
	return 0;
}

static void socket_triggered_changed(struct unit *u, struct unit *target)
{
	struct socket_unit *s = u->trigger;

	if (!s || settings(s)->accept || !unit_is_active(u) || target->type != UNIT_SERVICE)
		return;
	if (target->active == UNIT_FAILED && target->start_limit_hit)
		socket_enter_stop(s, TRIGGER_FAILURE_SERVICE_START_LIMIT_HIT);
	else if (target->job)
		return;
	else if (unit_is_inactive_or_failed(target) || target->will_restart) {
		if (u->sub_state == SOCKET_RUNNING)
			socket_listen(s);
	} else if (u->sub_state == SOCKET_LISTENING && target->sub_state == SERVICE_RUNNING) {
		socket_set_state(s, SOCKET_RUNNING);
	}
}

static void socket_reset_failed(struct unit *u)
{
	struct socket_unit *s = u->trigger;

	if (s)
		s->result = TRIGGER_SUCCESS;
	unit_set_state(u, UNIT_INACTIVE, SOCKET_DEAD);
}

static void socket_done(struct unit *u)
{
	struct socket_unit *s = u->trigger;

	if (!s)
		return;
	socket_close_ports(s, false);
	forget_ports(s);
	free(s);
	u->trigger = NULL;
	service_free(u);
}

static int add_fds(const struct socket_unit *s, int **fds, char ***names, int *count)
{
	const char *name = settings(s)->fd_name ? settings(s)->fd_name : s->unit->id;

	for (size_t i = 0; i < s->count; i++) {
		if (s->ports[i].source.fd < 0)
			continue;
		int *grown = reallocarray(*fds, (size_t)*count + 1, sizeof(**fds));
		if (!grown || strv_push(names, strdup(name)) < 0) {
			*fds = grown ? grown : *fds;
			return -ENOMEM;
		}
		*fds = grown;
		(*fds)[(*count)++] = s->ports[i].source.fd;
	}
	return 0;
}

int socket_collect_fds(const struct unit *service, int **ret_fds, char ***ret_names)
{
	_cleanup_(freep) int *fds = NULL;
	_cleanup_(strv_freep) char **names = NULL;
	int count = 0;

	UNIT_FOREACH (u, service, DEP_TRIGGERED_BY) {
		const struct socket_unit *s = u->type == UNIT_SOCKET ? u->trigger : NULL;
		if (s && !settings(s)->accept && add_fds(s, &fds, &names, &count) < 0)
			return -ENOMEM;
	}
	*ret_fds = TAKE_PTR(fds);
	*ret_names = TAKE_PTR(names);
	return count;
}

enum trigger_result socket_result(const struct unit *u)
{
	const struct socket_unit *s = u->trigger;

	return s ? s->result : TRIGGER_SUCCESS;
}

void socket_counts(const struct unit *u, unsigned *accepted, unsigned *now, unsigned *refused)
{
	const struct socket_unit *s = u->trigger;

	*accepted = s ? s->accepted : 0;
	*now = s ? s->connections : 0;
	*refused = s ? s->refused : 0;
}

const struct unit_machine socket_machine = {
	.states = &socket_state_names,
	.start = socket_start,
	.stop = socket_stop,
	.handle = socket_handle,
	.triggered_changed = socket_triggered_changed,
	.reset_failed = socket_reset_failed,
	.done = socket_done,
};
