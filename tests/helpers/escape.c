/* SPDX-License-Identifier: MIT */
/*
 * escape FOLDER TRICK...: does all that it is told to get away from whoever watches it, leaves
 * FOLDER/PID behind, ignores what can be ignored, and sleeps. Tricks, in their order:
 *
 *   setsid, fork (the parent ends), hide (another name, no environment), close (every descriptor),
 *   user=UID, root=FOLDER (chroot), locks=N and rss=N (lowers that limit; see setrlimit(2)),
 *   crowd=N (N more like it), bomb (forks as fast as it can), stop (in the end, itself)
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int folder_fd;
static bool stops;

static int run_setsid(const char *value)
{
	(void)value;
	return setsid() < 0 && errno != EPERM ? -1 : 0;
}

static int run_fork(const char *value)
{
	pid_t pid = fork();

	(void)value;
	if (pid > 0)
		_exit(0);
	return pid;
}

static int run_hide(const char *value)
{
	(void)value;
	return clearenv() || prctl(PR_SET_NAME, "kworker/0:0") ? -1 : 0;
}

static int run_close(const char *value)
{
	(void)value;
	for (int fd = 0; fd < 1024; fd++)
		if (fd != folder_fd)
			close(fd);
	return 0;
}

static int run_user(const char *value)
{
	uid_t uid = (uid_t)atoi(value);

	return setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ? -1 : 0;
}

static int run_root(const char *value)
{
	return chroot(value) || chdir("/") ? -1 : 0;
}

static int lower(int resource, const char *value)
{
	rlim_t n = strtoull(value, NULL, 10);
	struct rlimit limit = {n, n};

	return setrlimit(resource, &limit);
}

static int run_locks(const char *value)
{
	return lower(RLIMIT_LOCKS, value);
}

static int run_rss(const char *value)
{
	return lower(RLIMIT_RSS, value);
}

static int run_crowd(const char *value)
{
	for (int i = atoi(value); i > 0; i--) {
		pid_t pid = fork();

		if (pid <= 0)
			return pid;
	}
	return 0;
}

/* Each goes on forking as its parent does, and few wait for anybody. */
static int run_bomb(const char *value)
{
	for (unsigned n = 0; n < 1000000000; n++) {
		pid_t pid = fork();

		if (pid == 0)
			(void)run_setsid(value);
		else if (pid < 0) /* there is no room: at once when there is some again */
			usleep(1000);
	}
	return 0;
}

static int run_stop(const char *value)
{
	(void)value;
	stops = true;
	return 0;
}

static const struct {
	const char *name;
	int (*run)(const char *value);
} tricks[] = {
	{"setsid", run_setsid},
	{"fork", run_fork},
	{"hide", run_hide},
	{"close", run_close},
	{"user", run_user},
	{"root", run_root},
	{"locks", run_locks},
	{"rss", run_rss},
	{"crowd", run_crowd},
	{"bomb", run_bomb},
	{"stop", run_stop},
};

static int do_trick(char *word)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = 0;
	for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++)
		if (strcmp(tricks[i].name, word) == 0)
			return tricks[i].run(value ? value : "");
	errno = EINVAL;
	return -1;
}

static void leave_pid(const char *name)
{
	char path[16];

	snprintf(path, sizeof(path), "%s%d", name, (int)getpid());
	int fd = openat(folder_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	folder_fd = argc > 1 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (folder_fd < 0) {
		perror("escape: folder");
		return 1;
	}
	for (int sig = 1; sig <= 64; sig++)
		(void)signal(sig, SIG_IGN);
	for (int i = 2; i < argc; i++)
		if (do_trick(argv[i]) < 0) {
			fprintf(stderr, "escape: %s: %s\n", argv[i], strerror(errno));
			leave_pid("!");
			return 1;
		}
	leave_pid("");
	if (stops)
		(void)raise(SIGSTOP);
	for (;;)
		pause();
}
