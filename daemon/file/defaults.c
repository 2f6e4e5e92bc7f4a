/* SPDX-License-Identifier: MIT */
/* What follows from a unit's settings without being written: defaults, refusals, dependencies. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/file/load.h"
#include "daemon/file/types.h"

static int refuse(struct diags *diags, const char *file, const char *why)
{
	diag_add(diags, DIAG_ERROR, file, 0, "%s; the unit cannot be started", why);
	return -ENOEXEC;
}

static void complete_service(const struct config *c)
{
	struct service_settings *s = c->service;

	if (!s->type_set)
		s->type = s->bus_name				     ? SERVICE_DBUS
			  : config_commands(c, COMMANDS_START).count ? SERVICE_SIMPLE
								     : SERVICE_ONESHOT;
	if (s->type == SERVICE_ONESHOT && !s->timeout_start_set)
		s->timeout_start_usec = USEC_INFINITY;
	if (s->notify_access == NOTIFY_NONE &&
		(s->type == SERVICE_NOTIFY || s->type == SERVICE_NOTIFY_RELOAD || s->watchdog_usec))
		s->notify_access = NOTIFY_MAIN;
}

static bool names_several(const struct config *c, enum dep_kind kind)
{
	const char *first = NULL;

	for (size_t i = 0; i < c->dep_count; i++) {
		if (c->deps[i].kind != kind)
			continue;
		if (first && strcmp(first, c->deps[i].name) != 0)
			return true;
		first = c->deps[i].name;
	}
	return false;
}

static int check_unit(const struct config *c, const char *file, struct diags *diags)
{
	if ((names_several(c, DEP_ON_FAILURE) &&
		    c->unit->on_failure_job_mode == JOB_MODE_ISOLATE) ||
		(names_several(c, DEP_ON_SUCCESS) &&
			c->unit->on_success_job_mode == JOB_MODE_ISOLATE))
		return refuse(diags, file,
			"only one unit can be isolated: OnFailure= or OnSuccess= names several");
	return 0;
}

static bool exit_set_is_empty(const struct exit_set *set)
{
	static const struct exit_set empty;

	return !set || (memcmp(set->statuses, empty.statuses, sizeof(empty.statuses)) == 0 &&
			       !set->signals);
}

static int check_service(const struct config *c, const char *file, struct diags *diags)
{
	const struct service_settings *s = c->service;
	size_t starts = config_commands(c, COMMANDS_START).count;

	if (!starts && !config_commands(c, COMMANDS_STOP).count &&
		c->unit->success_action == ACTION_NONE)
		return refuse(diags, file,
			"the service has neither ExecStart=, ExecStop= nor SuccessAction=");
	if (!starts && !s->remain_after_exit && c->unit->success_action == ACTION_NONE)
		return refuse(diags, file,
			"the service has no ExecStart=, which needs RemainAfterExit=yes or "
			"SuccessAction=");
	if (s->type != SERVICE_ONESHOT && !starts)
		return refuse(diags, file,
			"the service has no ExecStart=, which only Type=oneshot may lack");
	if (s->type != SERVICE_ONESHOT && starts > 1)
		return refuse(diags, file,
			"the service has more than one ExecStart=, which only Type=oneshot may "
			"have");
	if (s->type == SERVICE_ONESHOT &&
		(s->restart == RESTART_ALWAYS || s->restart == RESTART_ON_SUCCESS))
		return refuse(diags, file,
			"Type=oneshot cannot have Restart=always or Restart=on-success");
	if (s->type == SERVICE_ONESHOT && !exit_set_is_empty(s->restart_force_status))
		return refuse(diags, file, "Type=oneshot cannot have RestartForceExitStatus=");
	if (s->type == SERVICE_ONESHOT && s->exit_type == EXIT_TYPE_CGROUP)
		return refuse(diags, file, "Type=oneshot cannot have ExitType=cgroup");
	if (s->type == SERVICE_DBUS && !s->bus_name)
		return refuse(diags, file, "Type=dbus needs BusName=");
	return 0;
}

static int check_socket(const struct socket_settings *s, const char *file, struct diags *diags)
{
	if (!s->count)
		return refuse(diags, file,
			"the socket listens on nothing: it needs ListenStream= or its kin");
	if (s->accept && s->max_connections == 0)
		return refuse(diags, file, "Accept=yes with MaxConnections=0 takes no connection");
	if (s->accept && s->service)
		return refuse(diags, file,
			"Accept=yes starts instances of a template, so Service= cannot be");
	for (size_t i = 0; i < s->count && s->accept; i++)
		if (s->ports[i].kind != LISTEN_STREAM && s->ports[i].kind != LISTEN_SEQPACKET)
			return refuse(
				diags, file, "Accept=yes is for sockets with connections alone");
	return 0;
}

/* What has a terminal or a socket for its input writes there too, unless it says otherwise. */
static void complete_output(struct exec_settings *e)
{
	bool goes_back = e->input.kind == STDIO_TTY || e->input.kind == STDIO_TTY_FORCE ||
			 e->input.kind == STDIO_TTY_FAIL || e->input.kind == STDIO_SOCKET ||
			 e->input.kind == STDIO_FD;

	if (e->output.kind == STDIO_UNSET)
		e->output.kind = goes_back ? STDIO_INHERIT : STDIO_JOURNAL;
}

int config_complete(struct config *c, enum unit_type type, const char *id, const char *file,
	struct diags *diags)
{
	int r = c->exec ? config_complete_exec(c, id) : 0;

	if (r >= 0)
		r = check_unit(c, file, diags);
	if (r < 0)
		return r;
	if (c->exec)
		complete_output(c->exec);
	if (c->kill && !c->kill->restart_signal)
		c->kill->restart_signal = c->kill->signal;
	switch (type) {
	case UNIT_SERVICE:
		complete_service(c);
		return check_service(c, file, diags);
	case UNIT_SOCKET:
		if (c->socket->accept && !c->socket->trigger_limit_set)
			c->socket->trigger_limit_burst = 200;
		return check_socket(c->socket, file, diags);
	case UNIT_TIMER:
		return c->timer->count || c->timer->on_clock_change || c->timer->on_timezone_change
			       ? 0
			       : refuse(diags, file,
					 "the timer says no time: it needs OnCalendar= or its kin");
	case UNIT_PATH:
		return c->path_watches->count ? 0
					      : refuse(diags, file,
							"the path unit watches nothing: it needs "
							"PathExists= or its kin");
	default:
		return 0;
	}
}

/* The unit that a socket, timer or path starts: as it says, else the service of its own name. */
static int add_triggered(struct config *c, const char *said, const char *id)
{
	char own[LIMIT_UNIT_NAME + 16];

	snprintf(own, sizeof(own), "%.*s.service", (int)(strrchr(id, '.') - id), id);
	const char *name = said ? said : own;
	if (!unit_name_is_valid(name) || unit_name_is_template(name))
		return 0;
	int r = config_add_dep(c, DEP_BEFORE, name, ORIGIN_IMPLICIT);
	return r < 0 ? r : config_add_dep(c, DEP_TRIGGERS, name, ORIGIN_IMPLICIT);
}

/* Sockets= names those that this service takes over. */
static int add_sockets(struct config *c)
{
	for (char **name = c->service->sockets; name && *name; name++) {
		static const enum dep_kind kinds[] = {DEP_WANTS, DEP_AFTER, DEP_TRIGGERED_BY};

		for (size_t i = 0; i < ELEMENTS(kinds) && text_ends_with(*name, ".socket"); i++) {
			int r = config_add_dep(c, kinds[i], *name,
				kinds[i] == DEP_TRIGGERED_BY ? ORIGIN_IMPLICIT : ORIGIN_FILE);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int config_add_implicit_deps(struct config *c, enum unit_type type, const char *id)
{
	switch (type) {
	case UNIT_SERVICE:
		return add_sockets(c);
	case UNIT_SOCKET:
		return c->socket->accept ? 0 : add_triggered(c, c->socket->service, id);
	case UNIT_TIMER:
		return add_triggered(c, c->timer->unit, id);
	case UNIT_PATH:
		return add_triggered(c, c->path_watches->unit, id);
	default:
		return 0;
	}
}

/* What DefaultDependencies= stands for. */
#define DEFAULT(said, by_name)                                                                     \
	{                                                                                          \
		.kind = (said), .origin = ORIGIN_DEFAULT, .name = (by_name)                        \
	}
#define SYSINIT DEFAULT(DEP_REQUIRES, "sysinit.target"), DEFAULT(DEP_AFTER, "sysinit.target")
#define SHUTDOWN DEFAULT(DEP_CONFLICTS, "shutdown.target"), DEFAULT(DEP_BEFORE, "shutdown.target")
#define TIMERS SYSINIT, DEFAULT(DEP_BEFORE, "timers.target"), SHUTDOWN

static const struct dep_name of_services[] = {
	SYSINIT, DEFAULT(DEP_AFTER, "basic.target"), SHUTDOWN};
static const struct dep_name of_sockets[] = {
	SYSINIT, DEFAULT(DEP_BEFORE, "sockets.target"), SHUTDOWN};
static const struct dep_name of_paths[] = {SYSINIT, DEFAULT(DEP_BEFORE, "paths.target"), SHUTDOWN};
static const struct dep_name of_timers[] = {TIMERS};
static const struct dep_name of_calendars[] = {
	TIMERS, DEFAULT(DEP_AFTER, "time-set.target"), DEFAULT(DEP_AFTER, "time-sync.target")};
static const struct dep_name of_others[] = {SHUTDOWN};

static bool has_calendar(const struct timer_settings *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->points[i].calendar)
			return true;
	return false;
}

#define LIST(deps) ((struct dep_names){(deps), ELEMENTS(deps)})

struct dep_names config_default_deps(const struct config *c, enum unit_type type)
{
	const struct dep_names none = {0};

	if (!c->unit->default_dependencies)
		return none;
	switch (type) {
	case UNIT_SERVICE:
		return LIST(of_services);
	case UNIT_TARGET:
		return LIST(of_others);
	case UNIT_SOCKET:
		return LIST(of_sockets);
	case UNIT_PATH:
		return LIST(of_paths);
	case UNIT_TIMER:
		return has_calendar(c->timer) ? LIST(of_calendars) : LIST(of_timers);
	case UNIT_SLICE:
	case UNIT_SCOPE:
		return c->path ? LIST(of_others) : none;
	default:
		return none;
	}
}

/* Whether nothing is said yet of their order, and both want what is usual. */
static bool wants_order(const struct unit *target, const struct unit *other)
{
	return other->load_state == LOAD_LOADED && other->config->unit->default_dependencies &&
	       !unit_has_edge(target, DEP_BEFORE, other);
}

static int add_order_after(struct unit *target, enum dep_kind kind)
{
	size_t count, wanting = 0;
	const struct edge *edges = unit_edges(target, kind, &count);
	_cleanup_(freep) struct unit **others = calloc(count + 1, sizeof(struct unit *));
	int r = others ? 0 : -ENOMEM;

	/* Found first, for adding moves the edges. */
	for (size_t i = 0; i < count && others; i++) {
		struct unit *other = unit_at(target->table, edges[i].to);
		if (wants_order(target, other))
			others[wanting++] = other;
	}
	for (size_t i = 0; i < wanting && r >= 0; i++)
		r = unit_add_edge(target, DEP_AFTER, others[i], ORIGIN_DEFAULT);
	return r;
}

int target_add_default_order(struct unit *target)
{
	static const enum dep_kind kinds[] = {
		DEP_REQUIRES, DEP_REQUISITE, DEP_WANTS, DEP_BINDS_TO, DEP_UPHOLDS};
	int r = 0;

	if (!target->config->unit->default_dependencies || target->load_state != LOAD_LOADED)
		return 0;
	for (size_t k = 0; k < ELEMENTS(kinds) && r >= 0; k++)
		r = add_order_after(target, kinds[k]);
	return r;
}
