/* SPDX-License-Identifier: MIT */
/* In the child: limits and scheduling. What needs a privilege that we lack is clamped;
 * spawn_check() told of it before. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/capability_name.h"
#include "daemon/base/rlimit_name.h"
#include "daemon/process/child.h"

#define IOPRIO_WHO_PROCESS 1

static bool is_denied(int error)
{
	return error == EPERM || error == EACCES || error == EROFS || error == ENOENT ||
	       error == ENOSYS;
}

/* As near to what was asked for as the hard limit lets us. */
static int set_closest(int resource, const struct rlimit *wanted)
{
	struct rlimit now, nearest = *wanted;

	if (setrlimit(resource, wanted) == 0)
		return 0;
	if (errno != EPERM || getrlimit(resource, &now) < 0)
		return -errno;
	if (nearest.rlim_max > now.rlim_max)
		nearest.rlim_max = now.rlim_max;
	if (nearest.rlim_cur > nearest.rlim_max)
		nearest.rlim_cur = nearest.rlim_max;
	return setrlimit(resource, &nearest) < 0 ? -errno : 0;
}

/* The hard end is part of the mark (mark.h). */
static int set_resident_set(const struct rlimit *wanted)
{
	struct rlimit now;

	if (getrlimit(RLIMIT_RSS, &now) < 0)
		return -errno;
	if (wanted->rlim_cur < now.rlim_cur)
		now.rlim_cur = wanted->rlim_cur;
	return setrlimit(RLIMIT_RSS, &now) < 0 ? -errno : 0;
}

/* reaperd raised its own limit of open files; services get what is usual, 1024 at first
 * (systemd.exec(5)). */
static int set_usual_files(void)
{
	struct rlimit now;

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return 0;
	now.rlim_cur = now.rlim_max < 1024 ? now.rlim_max : 1024;
	return setrlimit(RLIMIT_NOFILE, &now) < 0 ? -errno : 0;
}

int child_set_limits(const struct child *c)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		const struct spawn_context *context = c->request->context;
		const struct rlimit *limit = c->exec->limits[i];
		int r = 0;

		if (!limit && context->has_limit[i])
			limit = &context->limits[i];
		if (c->is_privileged)
			limit = NULL;
		if (limit && i == RLIMIT_RSS)
			r = set_resident_set(limit);
		else if (limit)
			r = set_closest(i, limit);
		else if (i == RLIMIT_NOFILE)
			r = set_usual_files();
		if (r < 0)
			return r;
	}
	return 0;
}

int child_set_oom_score(const struct child *c)
{
	char text[16];

	if (!c->exec->oom_score_adjust_set)
		return 0;
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return is_denied(errno) ? 0 : -errno;
	int n = snprintf(text, sizeof(text), "%d", c->exec->oom_score_adjust);
	int r = write(fd, text, (size_t)n) < 0 && !is_denied(errno) ? -errno : 0;
	close(fd);
	return r;
}

int child_set_nice(const struct child *c)
{
	if (!c->exec->nice_set || setpriority(PRIO_PROCESS, 0, c->exec->nice) == 0)
		return 0;
	return is_denied(errno) ? 0 : -errno;
}

int child_set_ioprio(const struct child *c)
{
	if (!c->exec->ioprio_set ||
		syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, c->exec->ioprio) == 0)
		return 0;
	return is_denied(errno) ? 0 : -errno;
}

int child_set_scheduler(const struct child *c)
{
	const struct exec_settings *e = c->exec;
	int policy = e->cpu_policy | (e->cpu_reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	bool realtime = e->cpu_policy == SCHED_FIFO || e->cpu_policy == SCHED_RR;
	struct sched_param param = {.sched_priority = e->cpu_priority};

	if (!e->cpu_policy_set)
		return 0;
	if (realtime && !param.sched_priority)
		param.sched_priority = 1;
	if (!realtime)
		param.sched_priority = 0;
	/* The system call itself: musl's function of that name refuses to (it is per thread on
	 * Linux). */
	if (syscall(SYS_sched_setscheduler, 0, policy, &param) == 0)
		return 0;
	return is_denied(errno) ? 0 : -errno;
}

static bool may_lower_nice(int nice)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NICE, &limit) == 0 && 20 - nice <= (int)limit.rlim_cur;
}

static void check_limits(const struct exec_settings *exec, const char *file, struct diags *diags)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit now;

		if (exec->limits[i] && getrlimit(i, &now) == 0 &&
			exec->limits[i]->rlim_max > now.rlim_max &&
			!capability_is_held(CAP_SYS_RESOURCE))
			diag_add(diags, DIAG_NOT_APPLIED, file, 0,
				"Limit%s=: not applied in full: raising the hard limit needs "
				"CAP_SYS_RESOURCE; it stays at %llu",
				rlimit_to_string(i), (unsigned long long)now.rlim_max);
	}
}

static void check_priority(const struct exec_settings *exec, const char *file, struct diags *diags)
{
	bool realtime = exec->cpu_policy == SCHED_FIFO || exec->cpu_policy == SCHED_RR;

	if (exec->oom_score_adjust_set && exec->oom_score_adjust < 0 &&
		!capability_is_held(CAP_SYS_RESOURCE))
		diag_add(diags, DIAG_NOT_APPLIED, file, 0,
			"OOMScoreAdjust=%d: not applied: a negative value needs CAP_SYS_RESOURCE",
			exec->oom_score_adjust);
	if (exec->nice_set && exec->nice < 0 && !may_lower_nice(exec->nice) &&
		!capability_is_held(CAP_SYS_NICE))
		diag_add(diags, DIAG_NOT_APPLIED, file, 0,
			"Nice=%d: not applied: a negative value needs CAP_SYS_NICE", exec->nice);
	if (exec->cpu_policy_set && realtime && !capability_is_held(CAP_SYS_NICE))
		diag_add(diags, DIAG_NOT_APPLIED, file, 0,
			"CPUSchedulingPolicy=: not applied: real-time scheduling needs "
			"CAP_SYS_NICE");
}

static void check_input(const struct exec_settings *exec, const char *file, struct diags *diags)
{
	if (exec->input.kind == STDIO_DATA)
		diag_add(diags, DIAG_NOT_APPLIED, file, 0,
			"StandardInput=data: not applied: nothing is passed in; it reads "
			"/dev/null");
}

/* What nobody can give is no reason not to run: the service has less, never more. */
static void check_ambient(const struct exec_settings *exec, const char *file, struct diags *diags)
{
	uint64_t missing = exec->ambient_capabilities & ~capability_effective();
	_cleanup_(freep) char *names = missing ? capability_set_to_string(missing) : NULL;

	if (names)
		diag_add(diags, DIAG_NOT_APPLIED, file, 0,
			"AmbientCapabilities=%s: not applied: reaperd does not have it to give",
			names);
}

void spawn_check(const struct exec_settings *exec, const char *file, struct diags *diags)
{
	check_limits(exec, file, diags);
	check_priority(exec, file, diags);
	check_input(exec, file, diags);
	check_ambient(exec, file, diags);
}
