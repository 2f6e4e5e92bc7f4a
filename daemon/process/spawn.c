/* SPDX-License-Identifier: MIT */
#include "daemon/process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/signal_mask.h"
#include "daemon/process/cgroup.h"
#include "daemon/process/child.h"
#include "daemon/process/mark.h"

#define IDLE_LIMIT_MSEC 5000

#define MANY_DESCRIPTORS 65536 /* where neither close_range(2) nor /proc is there */

/*
 * First of all, as long as the stop that may have begun meanwhile is waiting: of signals that were
 * held back together the lowest number counts, and SIGHUP is the lowest, but is sent last.
 */
static int reset_signals(const struct child *c)
{
	signal_to_default(c->request->context->ignored_signals);
	if (c->exec->ignore_sigpipe)
		(void)signal(SIGPIPE, SIG_IGN);
	(void)signal_mask_set(SIGNAL_BIT(SIGHUP), NULL);
	return signal_mask_set(0, NULL);
}

/* Whatever we hold ourselves or got from our caller closes at exec. */
static void seal_descriptors(void)
{
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0)
		return;
	for (int fd = 3; fd < MANY_DESCRIPTORS; fd++) {
		int flags = fcntl(fd, F_GETFD);
		if (flags >= 0)
			(void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
}

static int change_directory(const struct child *c)
{
	const char *path = c->exec->working_directory;

	if (!path)
		path = "/";
	else if (strcmp(path, "~") == 0)
		path = c->home ? c->home : "/root";
	if (chdir(path) == 0 || c->exec->working_directory_missing_ok)
		return 0;
	return -errno;
}

static int change_root(const struct child *c)
{
	const char *root = c->exec->root_directory;

	if (!root || strcmp(root, "/") == 0 ||
		(c->request->root_start_only && c->request->list != COMMANDS_START))
		return 0;
	return chroot(root) < 0 ? -errno : 0;
}

static int give_cgroup(const struct child *c)
{
	return c->request->delegates && c->uid ? cgroup_give(c->request->cgroup_fd, c->uid, c->gid)
					       : 0;
}

static int make_directories(struct child *c, enum exec_directory_kind *ret_kind)
{
	for (int kind = 0; kind < DIRECTORY_MAX; kind++) {
		int r = child_make_directories(c, (enum exec_directory_kind)kind);
		if (r < 0) {
			*ret_kind = (enum exec_directory_kind)kind;
			return r;
		}
	}
	return 0;
}

static const enum exit_code directory_stage[DIRECTORY_MAX] = {
	[DIRECTORY_RUNTIME] = EXIT_RUNTIME_DIRECTORY,
	[DIRECTORY_STATE] = EXIT_STATE_DIRECTORY,
	[DIRECTORY_CACHE] = EXIT_CACHE_DIRECTORY,
	[DIRECTORY_LOGS] = EXIT_LOGS_DIRECTORY,
	[DIRECTORY_CONFIGURATION] = EXIT_CONFIGURATION_DIRECTORY,
};

/* A bare name is looked up in ExecSearchPath=, else in the usual places: not in PATH. */
static int execute(const struct child *c, char **argv)
{
	static char *const usual[] = {DEFAULT_PATH_FOLDERS, NULL};
	const char *path = c->request->command->path;
	char *const *at = c->exec->search_path ? c->exec->search_path : usual;
	int error = ENOENT;

	if (*path == '/') {
		execve(path, argv, c->environment);
		return -errno;
	}
	for (; *at; at++) {
		char full[4096];

		snprintf(full, sizeof(full), "%s/%s", *at, path);
		execve(full, argv, c->environment);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	return -error;
}

#define STEP(which, call)                                                                          \
	do {                                                                                       \
		int step_result_ = (call);                                                         \
		if (step_result_ < 0)                                                              \
			return (struct spawn_failure){.stage = which, .error = -step_result_};     \
	} while (0)

static struct spawn_failure set_up_streams(struct child *c)
{
	STEP(EXIT_STDIN, child_set_input(c));
	STEP(EXIT_STDOUT, child_set_output(c));
	STEP(EXIT_STDERR, child_set_error(c));
	return (struct spawn_failure){0};
}

static struct spawn_failure set_up_resources(struct child *c)
{
	enum exec_directory_kind kind = DIRECTORY_RUNTIME;
	int r;

	STEP(EXIT_OOM_ADJUST, child_set_oom_score(c));
	STEP(EXIT_NICE, child_set_nice(c));
	STEP(EXIT_IOPRIO, child_set_ioprio(c));
	STEP(EXIT_SETSCHEDULER, child_set_scheduler(c));
	STEP(EXIT_CPUAFFINITY, child_set_affinity(c));
	STEP(EXIT_NUMA_POLICY, child_set_memory_policy(c));
	child_set_page_merging(c);
	STEP(EXIT_TIMERSLACK, child_set_timer_slack(c));
	STEP(EXIT_LIMITS, child_set_core_filter(c));
	STEP(EXIT_PERSONALITY, child_set_personality(c));
	STEP(EXIT_KEYRING, child_make_keyring(c));
	STEP(EXIT_USER, child_resolve_user(c));
	STEP(EXIT_GROUP, child_resolve_group(c));
	STEP(EXIT_CGROUP, give_cgroup(c));
	STEP(EXIT_CREDENTIALS, child_store_credentials(c));
	STEP(EXIT_MEMORY, child_build_environment(c));
	r = make_directories(c, &kind);
	STEP(directory_stage[kind], r);
	STEP(EXIT_LIMITS, child_set_limits(c));
	(void)umask(c->exec->umask);
	return (struct spawn_failure){0};
}

static struct spawn_failure enter_namespaces(struct child *c)
{
	STEP(EXIT_NETWORK, child_enter_network(c));
	STEP(EXIT_NAMESPACE, child_enter_ipc(c));
	STEP(EXIT_NAMESPACE, child_enter_host_name(c));
	STEP(EXIT_NAMESPACE, child_enter_mounts(c));
	return (struct spawn_failure){0};
}

static struct spawn_failure become_user(struct child *c)
{
	STEP(EXIT_GROUP, child_set_groups(c));
	STEP(EXIT_NAMESPACE, child_enter_users(c)); /* which who is in another root may not */
	STEP(EXIT_CHROOT, change_root(c));
	STEP(EXIT_CAPABILITIES, child_drop_bounding_set(c));
	STEP(EXIT_CAPABILITIES, child_prepare_ambient(c));
	STEP(EXIT_USER, child_set_user(c));
	STEP(EXIT_CAPABILITIES, child_raise_ambient(c));
	STEP(EXIT_CHDIR, change_directory(c));
	STEP(EXIT_SECUREBITS, child_set_secure_bits(c));
	STEP(EXIT_NO_NEW_PRIVILEGES, child_set_no_new_privileges(c));
	return (struct spawn_failure){0};
}

/* Until the manager has no job left; systemd's own limit. */
static void wait_idle(const int *pipe)
{
	if (!pipe)
		return;
	struct pollfd closed = {.fd = pipe[0]};
	close(pipe[1]);
	(void)poll(&closed, 1, IDLE_LIMIT_MSEC);
}

static struct spawn_failure run_child(struct child *c)
{
	static struct spawn_failure (*const parts[])(struct child *) = {
		set_up_streams, set_up_resources, enter_namespaces, become_user};
	const struct command *command = c->request->command;

	STEP(EXIT_SIGNAL_MASK, reset_signals(c));
	(void)setsid();
	seal_descriptors();
	if (!c->is_in_cgroup)
		STEP(EXIT_CGROUP, cgroup_join(c->request->cgroup_fd));
	if (c->request->mark)
		STEP(EXIT_LIMITS, mark_wear(c->request->context->marks, c->request->mark));
	for (size_t i = 0; i < ELEMENTS(parts); i++) {
		struct spawn_failure failure = parts[i](c);
		if (failure.stage)
			return failure;
	}
	char **argv = command->flags & COMMAND_NO_EXPANSION
			      ? command->argv
			      : spawn_expand_arguments(command->argv, c->environment);
	STEP(EXIT_MEMORY, argv ? 0 : -ENOMEM);
	wait_idle(c->request->idle);
	STEP(EXIT_FDS, child_pass_descriptors(c));
	STEP(EXIT_SECCOMP, child_install_filters(c));
	int r = execute(c, argv);
	/* As systemd has it, a program that may fail may also be missing. */
	STEP(EXIT_EXEC, r == -ENOENT && command->flags & COMMAND_IGNORE_FAILURE ? 0 : r);
	return (struct spawn_failure){0};
}

/* Above those that it is handed, which take the numbers from 3 on. */
static int out_of_the_way(int fd, const struct spawn_request *request)
{
	int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3 + (int)request->fd_count);

	return moved < 0 ? fd : moved;
}

static _Noreturn void end_child(int fd, struct spawn_failure failure)
{
	failure.pid = getpid();
	if (failure.stage != EXIT_SUCCESS)
		(void)!write(fd, &failure, sizeof(failure));
	_exit(failure.stage);
}

static _Noreturn void be_child(const struct spawn_request *request, const struct birth *birth)
{
	unsigned flags = request->command->flags;
	bool is_privileged = flags & COMMAND_FULLY_PRIVILEGED ||
			     (request->permissions_start_only && request->list != COMMANDS_START);
	int fd = request->context->failure_fd;
	struct child c = {
		.request = request,
		.exec = request->exec,
		.is_in_cgroup = birth->is_in_cgroup,
		.output_fd = birth->output_fd,
		.is_privileged = is_privileged,
		.keeps_user = is_privileged || flags & COMMAND_NO_SETUID,
	};

	if (birth->error < 0)
		end_child(fd, (struct spawn_failure){.stage = EXIT_FDS, .error = -birth->error});
	fd = out_of_the_way(fd, request);
	(void)out_of_the_way(request->until_exec_fd, request);
	end_child(fd, run_child(&c));
}

/* Whether it needs no descriptor of ours but for its output. */
static bool needs_few(const struct spawn_request *request)
{
	return !request->fd_count && !request->idle && !request->delegates &&
	       request->until_exec_fd < 0;
}

pid_t spawn_command(const struct spawn_request *request)
{
	struct birth birth = {
		.places = needs_few(request) ? request->context->places : NULL,
		.cgroup_fd = request->cgroup_fd,
		.output_fd = request->output_fd,
	};
	pid_t pid = birth_fork(&birth);

	if (pid == 0)
		be_child(request, &birth);
	return pid < 0 ? -errno : pid;
}

bool spawn_read_failure(int fd, struct spawn_failure *ret)
{
	return read(fd, ret, sizeof(*ret)) == sizeof(*ret);
}
