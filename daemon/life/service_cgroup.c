/* SPDX-License-Identifier: MIT */
/*
 * The cgroup of a service, where there is a tree of cgroups for us: made before its first process,
 * ended with it, removed when it is down and empty. Without one all of this does nothing: the mark
 * alone tells what belongs to the service.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "common/value.h"
#include "daemon/base/log.h"
#include "daemon/file/types.h"
#include "daemon/life/limit.h"
#include "daemon/life/service.h"
#include "daemon/process/kin.h"
#include "daemon/process/cgroup_path.h"

/* Processes that systemd keeps apart from what the service does with its own cgroup. */
#define CONTROL_SUBGROUP ".control"

struct service_cgroup {
	struct service *service;
	char *path;
	unsigned granted; /* controllers that it has, as bits */
	unsigned applied; /* limits that were written, likewise */
	bool delegates;
	int watch;     /* of cgroup.events: wakes us when it is empty */
	int oom_watch; /* of memory.events; -1: nobody tells */
	uint64_t oom_kills;
	UT_hash_handle hh;
	bool is_left; /* its service is down, and a process is left in it */
	struct service_cgroup *next_left;
};

static const char *setting(const struct service *s, const char *key)
{
	return kept_get(s->unit->config, directive_find("Service", key));
}

static struct cgroup_tree *tree_of(const struct service *s)
{
	return &unit_life(s->unit)->cgroups;
}

static struct service_cgroup *forget(struct service_cgroup *g)
{
	if (!g)
		return NULL;
	if (g->oom_watch >= 0)
		HASH_DEL(unit_life(g->service->unit)->oom_watched, g);
	cgroup_unwatch(tree_of(g->service), g->oom_watch);
	cgroup_unwatch(tree_of(g->service), g->watch);
	free(g->path);
	free(g);
	return NULL;
}

static void remember_left(struct service_cgroup *g)
{
	struct life *life = unit_life(g->service->unit);

	if (g->is_left)
		return;
	g->is_left = true;
	g->next_left = life->left_cgroups;
	life->left_cgroups = g;
}

static void forget_left(struct service_cgroup *g)
{
	struct service_cgroup **at = &unit_life(g->service->unit)->left_cgroups;

	for (; g->is_left && *at; at = &(*at)->next_left)
		if (*at == g) {
			*at = g->next_left;
			break;
		}
	g->is_left = false;
}

/* Removes it; what was not to be killed keeps it, until it ends or the service starts again. */
static void give_up(struct service_cgroup *g)
{
	struct service *s = g->service;
	int r = cgroup_remove(tree_of(s), g->path);

	if (r == -EBUSY) {
		remember_left(g);
		return;
	}
	if (r < 0)
		log_line(LOG_WARNING, r, s->unit->id, "cannot remove its cgroup %s", g->path);
	forget_left(g);
	s->cgroup = forget(g);
}

void service_check_oom(struct service *s)
{
	struct service_cgroup *g = s->cgroup;
	uint64_t kills;

	if (!g || g->oom_watch < 0 ||
		cgroup_read(tree_of(s), g->path, "memory.events", "oom_kill", &kills) < 0 ||
		kills == g->oom_kills)
		return;
	g->oom_kills = kills;
	unit_handle(s->unit, &(struct unit_event){.kind = EVENT_OOM_KILL});
}

static void hear_oom(struct life *life, int watch)
{
	struct service_cgroup *g;

	HASH_FIND_INT(life->oom_watched, &watch, g);
	if (g)
		service_check_oom(g->service);
}

/* Whoever waits for a cgroup to be empty asks in the turn that follows. */
static void on_change(struct loop_source *source, uint32_t events)
{
	struct life *life = source->data;
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	(void)events;
	while ((n = read(source->fd, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;

			at += sizeof(*event) + event->len;
			hear_oom(life, event->wd);
		}
	for (struct service_cgroup *g = life->left_cgroups; g;) {
		struct service_cgroup *next = g->next_left;

		give_up(g);
		g = next;
	}
}

void life_open_cgroups(struct life *life)
{
	int r = cgroup_open(&life->cgroups);

	if (r == -ENOENT)
		log_debug("no cgroups for units: %s", cgroup_root()->why_not);
	else if (r < 0)
		(void)log_warning_errno(r, "cannot divide the cgroup tree; going on without");
	if (r < 0)
		return;
	life->cgroup_changes = (struct loop_source){
		.fd = life->cgroups.inotify, .priority = LOOP_SPAWN, .fn = on_change, .data = life};
	r = loop_add(life->loop, &life->cgroup_changes, EPOLLIN);
	if (r < 0)
		(void)log_warning_errno(r, "cannot watch cgroups");
}

void life_close_cgroups(struct life *life)
{
	if (life->cgroups.fd < 0)
		return;
	loop_remove(life->loop, &life->cgroup_changes);
	cgroup_close(&life->cgroups);
}

static char *path_of(const struct service *s)
{
	bool is_user = unit_life(s->unit)->loader.user_mode;
	const char *asked = setting(s, "Slice");
	_cleanup_(freep) char *usual = NULL;
	char *path = asked && *asked ? cgroup_unit_path(asked, s->unit->id) : NULL;

	if (path)
		return path;
	usual = cgroup_default_slice(s->unit->id, is_user);
	return usual ? cgroup_unit_path(usual, s->unit->id) : NULL;
}

/* What Delegate= says: whether, and which controllers as bits. */
static bool read_delegate(const struct service *s, unsigned *ret_controllers)
{
	const char *text = setting(s, "Delegate");
	int as_bool = text && *text ? value_parse_bool(text) : 0;

	*ret_controllers = as_bool > 0 ? ~0U : as_bool < 0 ? cgroup_controllers_parse(text) : 0;
	return as_bool != 0;
}

/* The folder with what the unit says of it: at the first process, and when it says something new.
 */
static int make(struct service *s, struct service_cgroup *g)
{
	struct life *life = unit_life(s->unit);
	unsigned delegated;

	g->delegates = read_delegate(s, &delegated);
	unsigned wanted = delegated | limit_controllers(life, s->unit, g->path);
	int r = cgroup_make(&life->cgroups, g->path, wanted, limit_apply_slice, life, &g->granted);
	if (r < 0)
		return r;
	limit_apply(life, s->unit, g->path, g->granted, &g->applied);
	if (g->delegates)
		cgroup_mark_delegated(&life->cgroups, g->path);
	return 0;
}

static void watch(struct service *s, struct service_cgroup *g)
{
	g->watch = cgroup_watch(tree_of(s), g->path, "cgroup.events");
	if (g->watch < 0)
		log_line(LOG_WARNING, g->watch, s->unit->id, "cannot watch its cgroup");
	if (!s->unit->config->service || !(g->granted >> CONTROLLER_MEMORY & 1))
		return;
	if (service_oom_policy(s) == OOM_KILL)
		(void)cgroup_write(tree_of(s), g->path, "memory.oom.group", "1");
	(void)cgroup_read(tree_of(s), g->path, "memory.events", "oom_kill", &g->oom_kills);
	g->oom_watch = cgroup_watch(tree_of(s), g->path, "memory.events");
	if (g->oom_watch >= 0)
		HASH_ADD_INT(unit_life(s->unit)->oom_watched, oom_watch, g);
}

/* Made at the first process of an activation. */
static struct service_cgroup *get(struct service *s)
{
	if (s->cgroup)
		forget_left(s->cgroup);
	if (s->cgroup || tree_of(s)->fd < 0)
		return s->cgroup;
	struct service_cgroup *g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	*g = (struct service_cgroup){
		.service = s, .path = path_of(s), .watch = -1, .oom_watch = -1};
	int r = g->path ? make(s, g) : -ENOMEM;
	if (r >= 0) {
		s->cgroup = g;
		watch(s, g);
		return g;
	}
	log_line(LOG_WARNING, r, s->unit->id, "cannot make its cgroup %s; it stays in ours",
		g->path ? g->path : "");
	return forget(g);
}

bool service_delegates(const struct service *s)
{
	return s->cgroup && s->cgroup->delegates;
}

int service_enter_cgroup(struct service *s, enum command_list list)
{
	struct service_cgroup *g = get(s);
	const char *subgroup = NULL;

	if (!g)
		return -1;
	if (g->delegates)
		subgroup =
			list == COMMANDS_START ? setting(s, "DelegateSubgroup") : CONTROL_SUBGROUP;
	int fd = cgroup_enter(tree_of(s), g->path, subgroup && *subgroup ? subgroup : NULL);
	if (fd < 0)
		log_line(LOG_WARNING, fd, s->unit->id, "cannot start in its cgroup %s", g->path);
	return fd < 0 ? -1 : fd;
}

void service_reconfigure_cgroup(struct service *s)
{
	int r = s->cgroup ? make(s, s->cgroup) : 0;

	if (r < 0)
		log_line(LOG_WARNING, r, s->unit->id, "cannot change its cgroup %s",
			s->cgroup->path);
}

int service_read_cgroup(const struct service *s, const char *file, const char *key, uint64_t *ret)
{
	return s->cgroup ? cgroup_read(tree_of(s), s->cgroup->path, file, key, ret) : -ENOENT;
}

int service_freeze(struct service *s, bool freezes)
{
	int r = s->cgroup ? cgroup_write(tree_of(s), s->cgroup->path, "cgroup.freeze",
				    freezes ? "1" : "0")
			  : -ENOENT;

	if (r >= 0)
		s->frozen = freezes;
	return r;
}

bool service_is_freezing(const struct service *s)
{
	uint64_t is_frozen;

	return s->frozen && service_read_cgroup(s, "cgroup.events", "frozen", &is_frozen) >= 0 &&
	       !is_frozen;
}

void service_leave_cgroup(struct service *s)
{
	if (s->frozen)
		(void)service_freeze(s, false);
	if (s->cgroup)
		give_up(s->cgroup);
}

void service_free_cgroup(struct service *s)
{
	service_leave_cgroup(s);
	if (s->cgroup)
		forget_left(s->cgroup);
	s->cgroup = forget(s->cgroup);
}

bool service_cgroup_is_populated(const struct service *s)
{
	return s->cgroup && cgroup_is_populated(tree_of(s), s->cgroup->path) > 0;
}

/* Those that we started are signalled by themselves, those that wear the mark by that. */
static bool is_reached_otherwise(pid_t pid, void *data)
{
	const struct service *s = data;
	const struct life *life = unit_life(s->unit);

	return process_find(&life->processes, pid) ||
	       (s->mark && kin_mark(&life->marks, &life->processes, pid) == s->mark);
}

int service_signal_cgroup(struct service *s, int sig)
{
	const struct service_cgroup *g = s->cgroup;

	if (!g || cgroup_is_populated(tree_of(s), g->path) <= 0)
		return 0;
	if (sig == SIGKILL && cgroup_kill(tree_of(s), g->path) >= 0)
		return 1;
	int n = cgroup_signal(tree_of(s), g->path, sig, is_reached_otherwise, s);
	return n < 0 ? 0 : n;
}

char *service_control_group(const struct service *s)
{
	char *name = NULL;

	if (s->cgroup && asprintf(&name, "%s/%s", tree_of(s)->name, s->cgroup->path) < 0)
		return NULL;
	return name;
}
