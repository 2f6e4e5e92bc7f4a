/* SPDX-License-Identifier: MIT */
/* What a service says of itself over its notify socket, and whether it may (NotifyAccess=). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/life/service.h"

bool service_takes_notify(const struct service *s)
{
	return service_settings(s)->notify_access != NOTIFY_NONE;
}

/* One that spoke and was gone before we heard it: nothing tells of its unit any more but its user.
 */
static bool is_of_our_user(const struct service *s, const struct notify_message *m)
{
	struct stat st;
	char path[32];

	if (!s->main)
		return m->uid == geteuid();
	snprintf(path, sizeof(path), "/proc/%d", (int)s->main->pid);
	return stat(path, &st) == 0 && st.st_uid == m->uid;
}

static bool may_speak(const struct service *s, const struct notify_message *m)
{
	enum notify_access access = service_settings(s)->notify_access;

	if (s->main && m->pid == s->main->pid)
		return access != NOTIFY_NONE;
	if (s->control && m->pid == s->control->pid)
		return access == NOTIFY_EXEC || access == NOTIFY_ALL;
	if (access != NOTIFY_ALL)
		return false;
	int r = m->pid ? service_owns_pid(s, m->pid) : -ESRCH;
	return r > 0 || ((r == -ESRCH || r == -ENOENT) && is_of_our_user(s, m));
}

static void take_text(struct service *s, const char *status)
{
	char *copy = strdup(status);

	if (!copy)
		return;
	free(s->status_text);
	s->status_text = copy;
}

static void extend_timeout(struct service *s, uint64_t span_usec)
{
	uint64_t at = usec_add(clock_monotonic_usec(), span_usec);

	if (s->timer.at_usec && at > s->timer.at_usec)
		service_arm_timer(s, span_usec);
	if (s->watchdog && s->watchdog->at_usec && at > s->watchdog->at_usec)
		(void)loop_timer_set(unit_life(s->unit)->loop, s->watchdog, at);
}

static void book(struct service *s, const struct notify_message *m)
{
	if (m->main_pid && service_pid_is_ours(s, m->main_pid, "MAINPID="))
		(void)service_set_main_pid(s, m->main_pid);
	if (m->status)
		take_text(s, m->status);
	if (m->error >= 0)
		s->status_errno = m->error;
	service_hear_store(s, m);
	if (m->ready)
		s->ready = true;
	if (m->watchdog_usec)
		s->watchdog_usec = m->watchdog_usec;
	if (m->watchdog || m->watchdog_usec)
		service_arm_watchdog(s);
}

static void on_message(const struct notify_message *m, void *data)
{
	struct service *s = data;
	struct life *life = unit_life(s->unit);

	if (!may_speak(s, m)) {
		log_line(LOG_WARNING, 0, s->unit->id,
			"process %d notifies, but NotifyAccess=%s does not let it; ignored",
			(int)m->pid, notify_access_to_string(service_settings(s)->notify_access));
		return;
	}
	book(s, m);
	unit_handle(s->unit, &(struct unit_event){.kind = EVENT_NOTIFIED, .notify = m});
	if (m->extend_timeout_usec) /* of the state that the message led to */
		extend_timeout(s, m->extend_timeout_usec);
	if (life->hooks.news)
		life->hooks.news(&(struct life_news){.kind = NEWS_NOTIFY,
					 .unit = s->unit,
					 .pid = m->pid,
					 .text = m->status  ? m->status
						 : m->ready ? "ready"
							    : ""},
			life->hooks.data);
}

/* In a root of its own a service finds no file of ours. NULL: an abstract address. */
static char *notify_path(const struct service *s)
{
	struct life *life = unit_life(s->unit);
	const char *root = s->unit->config->exec->root_directory;
	char *path;

	if (!life->notify_folder || (root && strcmp(root, "/") != 0))
		return NULL;
	return asprintf(&path, "%s/%u", life->notify_folder, life->notify_count++) < 0 ? NULL
										       : path;
}

int service_open_notify(struct service *s)
{
	struct life *life = unit_life(s->unit);

	if (notify_is_open(s->notify))
		return 0;
	if (!s->notify)
		s->notify = notify_new(life->loop, on_message, s);
	_cleanup_(freep) char *path = notify_path(s);
	int r = s->notify ? notify_open(s->notify, path) : -ENOMEM;
	return r < 0 ? log_line(LOG_ERR, r, s->unit->id, "cannot open its notify socket") : 0;
}
