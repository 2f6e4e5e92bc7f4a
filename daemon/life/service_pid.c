/* SPDX-License-Identifier: MIT */
/*
 * Who the main process is, where the service says so itself: a PID file, MAINPID=, or the only
 * process left. What is written there is not believed: only a process that wears the unit's mark is
 * taken, so no service can have another's process (or ours) signalled.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/life/service.h"

int service_owns_pid(const struct service *s, pid_t pid)
{
	const struct life *life = unit_life(s->unit);
	const struct process *known = process_find(&life->processes, pid);
	struct mark_limits limits;

	if (pid <= 1 || pid == getpid())
		return 0;
	if (known)
		return known->unit == s->unit;
	int r = mark_read(pid, &limits);
	if (r < 0)
		return r;
	/* That it wears our mark is no proof: another reaperd on this machine may use the same
	 * number.
	 */
	if (!s->mark || mark_of_limits(&life->marks, &limits) != s->mark)
		return 0;
	return proc_is_below_us(pid);
}

bool service_pid_is_ours(const struct service *s, pid_t pid, const char *said_by)
{
	int r = service_owns_pid(s, pid);

	if (r < 0)
		log_line(LOG_WARNING, r, s->unit->id, "%s names process %d; refused", said_by,
			(int)pid);
	else if (r == 0)
		log_line(LOG_WARNING, 0, s->unit->id,
			"%s names process %d, which does not belong to this unit; refused", said_by,
			(int)pid);
	return r > 0;
}

int service_set_main_pid(struct service *s, pid_t pid)
{
	struct life *life = unit_life(s->unit);
	struct proc_info info;

	if (s->main && s->main->pid == pid)
		return 0;
	if (process_find(&life->processes, pid))
		return -EEXIST;
	struct process *p = process_track(&life->processes, pid, PROCESS_MAIN, s->unit);
	if (!p)
		return log_line(LOG_ERR, ENOMEM, s->unit->id, "cannot follow its main process %d",
			(int)pid);
	service_forget_process(s, &s->main);
	p->mark = s->mark;
	p->start_ticks = proc_read(pid, &info) >= 0 ? info.start_ticks : 0;
	s->main = p;
	s->main_is_adopted = true;
	s->main_record = (struct exit_record){.pid = pid, .start = p->started};
	return 0;
}

/*
 * A link is not followed: a service that may write the folder could point it elsewhere
 * (CVE-2018-16888).
 */
static int open_pid_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

pid_t service_read_pid_file(struct service *s, bool may_be_missing)
{
	const char *path = service_settings(s)->pid_file;
	char text[LIMIT_PID_FILE_BYTES];
	pid_t pid;

	_cleanup_(closep) int fd = open_pid_file(path);
	if (fd < 0) {
		if (fd == -ENOENT)
			return may_be_missing ? 0 : -ENOENT;
		return log_line(LOG_WARNING, fd, s->unit->id, "cannot read its PID file %s", path);
	}
	ssize_t n = read(fd, text, sizeof(text) - 1);
	if (n <= 0) /* made, and not yet written */
		return 0;
	text[n] = 0;
	int r = value_parse_pid(text_strip(text), &pid);
	if (r < 0)
		return log_line(LOG_WARNING, 0, s->unit->id,
			"its PID file %s holds no process number; refused", path);
	if (!service_pid_is_ours(s, pid, "its PID file"))
		return -EPERM;
	return pid;
}

bool service_follow_pid_file(struct service *s)
{
	pid_t pid = service_settings(s)->pid_file ? service_read_pid_file(s, true) : 0;

	if (pid <= 0 || pid == s->main->pid || service_set_main_pid(s, pid) < 0)
		return false;
	log_line(LOG_INFO, 0, s->unit->id, "its PID file names a new main process %d", (int)pid);
	return true;
}

static void on_pid_file(struct loop_source *source, uint32_t events)
{
	struct service *s = source->data;
	char buffer[4096];

	(void)events;
	while (read(source->fd, buffer, sizeof(buffer)) > 0)
		;
	unit_handle(s->unit, &(struct unit_event){.kind = EVENT_PID_FILE});
}

/* The nearest folder that exists on the way to the file: it may be made by the service too. Some
 * daemons never close the file. */
static int watch_folder(int fd, const char *path)
{
	_cleanup_(freep) char *folder = strdup(path);

	if (!folder)
		return -ENOMEM;
	for (char *slash = strrchr(folder, '/'); slash; slash = strrchr(folder, '/')) {
		*slash = 0;
		const char *at = *folder ? folder : "/";
		if (inotify_add_watch(
			    fd, at, IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE) >= 0)
			return 0;
		if (errno != ENOENT)
			return -errno;
	}
	return -ENOENT;
}

int service_watch_pid_file(struct service *s)
{
	service_unwatch_pid_file(s);
	_cleanup_(closep) int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0)
		return log_line(LOG_ERR, errno, s->unit->id, "cannot wait for its PID file");
	int r = watch_folder(fd, service_settings(s)->pid_file);
	if (r < 0)
		return log_line(LOG_ERR, r, s->unit->id, "cannot wait for its PID file");
	s->pid_file = malloc(sizeof(*s->pid_file));
	if (!s->pid_file)
		return -ENOMEM;
	*s->pid_file = (struct loop_source){
		.fd = TAKE_FD(fd), .priority = LOOP_CONTROL, .fn = on_pid_file, .data = s};
	r = loop_add(unit_life(s->unit)->loop, s->pid_file, EPOLLIN);
	if (r < 0)
		service_unwatch_pid_file(s);
	return r;
}

void service_unwatch_pid_file(struct service *s)
{
	service_drop_source(s, &s->pid_file);
}

pid_t service_guess_main_pid(struct service *s)
{
	struct life *life = unit_life(s->unit);

	if (!service_settings(s)->guess_main_pid || !s->mark)
		return 0;
	life_look_for_adopted(life);
	return adopted_only(&life->adopted, &life->processes, s->mark);
}
