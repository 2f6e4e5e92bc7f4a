/* SPDX-License-Identifier: MIT */
/*
 * Paths (systemd.path(5)): an inotify(7) descriptor for each path unit watches what it names and
 * every folder on the way there, as far as they exist, so that what is made later is seen too.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/life/trigger.h"

enum path_unit_state {
	PATH_UNIT_DEAD,
	PATH_UNIT_WAITING,
	PATH_UNIT_RUNNING,
	PATH_UNIT_FAILED,
	PATH_UNIT_STATE_MAX,
};

static const char *const state_names[PATH_UNIT_STATE_MAX] = {[PATH_UNIT_DEAD] = "dead",
	[PATH_UNIT_WAITING] = "waiting",
	[PATH_UNIT_RUNNING] = "running",
	[PATH_UNIT_FAILED] = "failed"};
static const struct enum_table path_unit_states = {
	.title = "path_unit_state", .names = state_names, .max = PATH_UNIT_STATE_MAX};

#define WATCH_ON_THE_WAY (IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_CREATE | IN_MOVED_TO)
#define WATCH_SELF (IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)
#define WATCH_CHANGE (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

static const uint32_t watch_masks[PATH_KIND_MAX] = {
	[PATH_EXISTS] = WATCH_SELF,
	[PATH_EXISTS_GLOB] = WATCH_SELF,
	[PATH_CHANGED] = WATCH_SELF | WATCH_CHANGE,
	[PATH_MODIFIED] = WATCH_SELF | WATCH_CHANGE | IN_MODIFY,
	[PATH_DIRECTORY_NOT_EMPTY] = WATCH_SELF | IN_CREATE | IN_MOVED_TO,
};

/* What is known of one path of the unit. */
struct spec {
	struct loop_source source;
	struct path *path;
	size_t index; /* in the settings */
	int primary;  /* the watch of what is named itself; -1: it is not there */
	bool existed;
};

/* The run-time part. */
struct path {
	struct unit *unit;
	struct spec *specs;
	size_t count;
	enum trigger_result result;
	uint64_t limit_begin_usec;
	unsigned limit_count;
};

static const struct path_settings *settings(const struct path *p)
{
	return p->unit->config->path_watches;
}

static const struct path_watch *watch_of(const struct spec *s)
{
	return &settings(s->path)->watches[s->index];
}

static void unwatch(struct path *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct spec *s = &p->specs[i];

		if (s->source.fd < 0)
			continue;
		loop_remove(unit_life(p->unit)->loop, &s->source);
		close(s->source.fd);
		s->source.fd = s->primary = -1;
	}
}

static void enter_dead(struct path *p, enum trigger_result result)
{
	if (p->result == TRIGGER_SUCCESS)
		p->result = result;
	unwatch(p);
	if (p->result == TRIGGER_SUCCESS)
		unit_set_state(p->unit, UNIT_INACTIVE, PATH_UNIT_DEAD);
	else
		unit_set_state(p->unit, UNIT_FAILED, PATH_UNIT_FAILED);
}

/* TRIGGER_PATH=: the first that matches where a pattern is watched. */
static void tell_path(const struct spec *s, char ***details)
{
	const struct path_watch *w = watch_of(s);
	glob_t found = {0};

	if (w->kind == PATH_EXISTS_GLOB && glob(w->path, GLOB_NOSORT, NULL, &found) == 0)
		trigger_tell(details, "TRIGGER_PATH=%s", found.gl_pathv[0]);
	else
		trigger_tell(details, "TRIGGER_PATH=%s", w->path);
	globfree(&found);
}

static void enter_running(struct path *p, const struct spec *why)
{
	const struct path_settings *s = settings(p);
	struct unit *target = trigger_target(p->unit);
	char **details = NULL;

	if (trigger_is_stopping(p->unit))
		return;
	if (start_limit_exceeded(s->trigger_limit_interval_usec, s->trigger_limit_burst,
		    clock_monotonic_usec(), &p->limit_begin_usec, &p->limit_count)) {
		log_line(LOG_ERR, 0, p->unit->id,
			"it triggers too often (TriggerLimitBurst=%u); not watched any more",
			s->trigger_limit_burst);
		enter_dead(p, TRIGGER_FAILURE_TRIGGER_LIMIT_HIT);
		return;
	}
	unwatch(p);
	trigger_tell(&details, "TRIGGER_UNIT=%s", p->unit->id);
	tell_path(why, &details);
	if (trigger_fire(p->unit, target, details) < 0) {
		enter_dead(p, TRIGGER_FAILURE_RESOURCES);
		return;
	}
	unit_set_state(p->unit, UNIT_ACTIVE, PATH_UNIT_RUNNING);
}

static bool glob_matches(const char *pattern)
{
	glob_t found = {0};
	bool any = glob(pattern, GLOB_NOSORT, NULL, &found) == 0 && found.gl_pathc > 0;

	globfree(&found);
	return any;
}

static bool has_entries(const char *path)
{
	DIR *d = opendir(path);
	bool any = false;

	for (struct dirent *e = d ? readdir(d) : NULL; e && !any; e = readdir(d))
		any = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (d)
		closedir(d);
	return any;
}

/* `initial`: what is there as it begins is no change. */
static bool spec_holds(struct spec *s, bool initial, bool from_target)
{
	const struct path_watch *w = watch_of(s);
	bool exists, changed;

	switch (w->kind) {
	case PATH_EXISTS:
		return access(w->path, F_OK) == 0;
	case PATH_EXISTS_GLOB:
		return glob_matches(w->path);
	case PATH_DIRECTORY_NOT_EMPTY:
		return has_entries(w->path);
	default:
		exists = access(w->path, F_OK) == 0;
		changed = !initial && !from_target && exists != s->existed;
		s->existed = exists;
		return changed;
	}
}

/* The first that holds; NULL: none. */
static struct spec *find_holding(struct path *p, bool initial, bool from_target)
{
	for (size_t i = 0; i < p->count; i++)
		if (spec_holds(&p->specs[i], initial, from_target))
			return &p->specs[i];
	return NULL;
}

/* Reads what happened; whether it happened to what is named itself. */
static bool read_events(struct spec *s)
{
	char buffer[sizeof(struct inotify_event) + NAME_MAX + 1]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;
	ssize_t n;

	while ((n = read(s->source.fd, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *e = (const struct inotify_event *)at;

			changed |= e->wd == s->primary && !(e->mask & IN_IGNORED);
			at += sizeof(*e) + e->len;
		}
	return changed;
}

/* The part of a pattern that is no pattern yet. */
static size_t fixed_length(const struct path_watch *w)
{
	size_t n = strlen(w->path);

	if (w->kind != PATH_EXISTS_GLOB)
		return n;
	n = strcspn(w->path, "*?[");
	while (n > 1 && w->path[n] != '/')
		n--;
	return n;
}

/* Watches the first `length` bytes of the path, a link itself too: the number of the watch, or -1.
 */
static int add_watch(const struct spec *s, size_t length, uint32_t mask)
{
	char path[PATH_MAX];

	memcpy(path, watch_of(s)->path, length);
	path[length] = 0;
	(void)inotify_add_watch(s->source.fd, path, mask | IN_DONT_FOLLOW);
	return inotify_add_watch(s->source.fd, path, mask);
}

/* Every folder on the way, then what is named: as far as they are there. Of a folder whose next is
 * there too only a move matters. */
static void add_watches(struct spec *s)
{
	const struct path_watch *w = watch_of(s);
	size_t length = fixed_length(w), before = 0;

	s->primary = -1;
	for (size_t n = 1; n <= length && n < PATH_MAX; n++) {
		bool is_end = n == length;

		if (!is_end && n != 1 && w->path[n] != '/')
			continue;
		bool is_named = is_end && w->kind != PATH_EXISTS_GLOB;
		int wd = add_watch(s, n,
			is_named ? watch_masks[w->kind] | (n == 1 ? WATCH_ON_THE_WAY : 0)
				 : WATCH_ON_THE_WAY);
		if (wd < 0)
			return;
		if (before)
			(void)add_watch(s, before, IN_MOVE_SELF);
		before = n;
		if (is_named)
			s->primary = wd;
	}
}

/* While what it starts is up there is nothing to watch for. */
static bool follow_target(struct path *p)
{
	const struct unit *target = trigger_target(p->unit);

	if (!target || unit_is_inactive_or_failed(target))
		return false;
	unwatch(p);
	unit_set_state(p->unit, UNIT_ACTIVE, PATH_UNIT_RUNNING);
	return true;
}

static void on_inotify(struct loop_source *source, uint32_t events)
{
	struct spec *s = source->data;
	struct path *p = s->path;
	enum path_kind kind = watch_of(s)->kind;

	(void)events;
	bool changed = read_events(s);
	if (p->unit->sub_state != PATH_UNIT_WAITING)
		return;
	if (changed && (kind == PATH_CHANGED || kind == PATH_MODIFIED)) {
		enter_running(p, s);
		return;
	}
	if (follow_target(p))
		return;
	/* Something happened on the way: there may be more to watch. What is watched stays so, for
	 * a change that comes meanwhile must not be lost. */
	add_watches(s);
	struct spec *why = find_holding(p, false, false);
	if (why)
		enter_running(p, why);
}

static int watch(struct path *p)
{
	unwatch(p);
	for (size_t i = 0; i < p->count; i++) {
		struct spec *s = &p->specs[i];
		int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

		if (fd < 0)
			return -errno;
		s->source = (struct loop_source){
			.fd = fd, .priority = LOOP_SPAWN, .fn = on_inotify, .data = s};
		int r = loop_add(unit_life(p->unit)->loop, &s->source, EPOLLIN);
		if (r < 0) {
			close(fd);
			s->source.fd = -1;
			return r;
		}
		add_watches(s);
	}
	return 0;
}

static void enter_waiting(struct path *p, bool initial, bool from_target)
{
	if (follow_target(p))
		return;
	const struct spec *why = find_holding(p, initial, from_target);
	if (why) {
		enter_running(p, why);
		return;
	}
	int r = watch(p);
	if (r < 0) {
		log_line(LOG_ERR, r, p->unit->id, "cannot watch its paths");
		enter_dead(p, TRIGGER_FAILURE_RESOURCES);
		return;
	}
	/* It may have come while the watches were made. */
	why = find_holding(p, false, from_target);
	if (why) {
		enter_running(p, why);
		return;
	}
	unit_set_state(p->unit, UNIT_ACTIVE, PATH_UNIT_WAITING);
}

static void make_directories(const struct path *p)
{
	for (size_t i = 0; settings(p)->make_directory && i < settings(p)->count; i++) {
		const struct path_watch *w = &settings(p)->watches[i];

		if (w->kind == PATH_EXISTS || w->kind == PATH_EXISTS_GLOB)
			continue;
		int r = folder_make(w->path, settings(p)->directory_mode);
		if (r < 0)
			log_line(LOG_WARNING, r, p->unit->id, "cannot make %s", w->path);
	}
}

static struct path *path_of(struct unit *u)
{
	if (!u->trigger) {
		struct path *p = calloc(1, sizeof(*p));
		if (p)
			p->unit = u;
		u->trigger = p;
	}
	return u->trigger;
}

/* A reload may have given it other paths: each start begins anew. */
static int make_specs(struct path *p)
{
	size_t count = settings(p)->count;
	struct spec *specs = calloc(count ? count : 1, sizeof(*specs));

	if (!specs)
		return -ENOMEM;
	unwatch(p);
	free(p->specs);
	p->specs = specs;
	p->count = count;
	for (size_t i = 0; i < count; i++)
		specs[i] =
			(struct spec){.path = p, .index = i, .primary = -1, .source = {.fd = -1}};
	return 0;
}

static int path_start(struct unit *u)
{
	struct path *p = path_of(u);
	int r = p ? trigger_check(u) : -ENOMEM;

	if (r >= 0)
		r = make_specs(p);
	if (r < 0)
		return r;
	p->result = TRIGGER_SUCCESS;
	if (unit_start_limit_hit(u)) {
		enter_dead(p, TRIGGER_FAILURE_START_LIMIT_HIT);
		return -ECANCELED;
	}
	make_directories(p);
	enter_waiting(p, true, false);
	return 0;
}

static int path_stop(struct unit *u)
{
	enter_dead(u->trigger, TRIGGER_SUCCESS);
	return 0;
}

static void path_triggered_changed(struct unit *u, struct unit *target)
{
	struct path *p = u->trigger;
	bool down = unit_is_inactive_or_failed(target);

	if (!p || target->load_state != LOAD_LOADED)
		return;
	if (target->start_limit_hit &&
		(u->sub_state == PATH_UNIT_WAITING || u->sub_state == PATH_UNIT_RUNNING))
		enter_dead(p, TRIGGER_FAILURE_UNIT_START_LIMIT_HIT);
	else if (target->job)
		return;
	else if ((u->sub_state == PATH_UNIT_RUNNING && down) ||
		 (u->sub_state == PATH_UNIT_WAITING && !down))
		enter_waiting(p, false, true);
}

static void path_handle(struct unit *u, const struct unit_event *event)
{
	(void)u;
	(void)event;
}

static void path_reset_failed(struct unit *u)
{
	struct path *p = u->trigger;

	if (p)
		p->result = TRIGGER_SUCCESS;
	unit_set_state(u, UNIT_INACTIVE, PATH_UNIT_DEAD);
}

/* It may name other paths now. */
static void path_reconfigured(struct unit *u)
{
	struct path *p = u->trigger;

	if (!p)
		return;
	bool ok = make_specs(p) >= 0;
	if (u->sub_state == PATH_UNIT_WAITING && ok)
		enter_waiting(p, true, false);
}

static void path_done(struct unit *u)
{
	struct path *p = u->trigger;

	if (!p)
		return;
	unwatch(p);
	free(p->specs);
	free(p);
	u->trigger = NULL;
}

enum trigger_result path_result(const struct unit *u)
{
	const struct path *p = u->trigger;

	return p ? p->result : TRIGGER_SUCCESS;
}

const struct unit_machine path_machine = {
	.states = &path_unit_states,
	.start = path_start,
	.stop = path_stop,
	.handle = path_handle,
	.triggered_changed = path_triggered_changed,
	.reset_failed = path_reset_failed,
	.reconfigured = path_reconfigured,
	.done = path_done,
};
