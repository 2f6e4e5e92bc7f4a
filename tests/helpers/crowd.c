/* SPDX-License-Identifier: MIT */
/*
 * crowd leave: leaves behind a child, one in a session of its own, one that forked twice, and one
 * that makes others which live for a millisecond.
 *
 * crowd daemon: the same, after it has forked and its parent has ended.
 *
 * crowd together STATUS: exits with that status, and at the same moment a process that has lost its
 * parent before ends too.
 *
 * crowd watch FILE N: keeps N processes in sessions of their own that live for some milliseconds
 * each. Whoever of them, or itself, gets a signal or does not end by itself is told in FILE, a line
 * each. The kernel goes on with numbers somewhere else each time: what was freed just now is soon
 * somebody's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Numbers that come round, where pid_max is 400. */
#define LOWEST 300
#define ROOM 100

static int told = -1;

static void tell(const char *what, int sig)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%d %s %d\n", (int)getpid(), what, sig);

	(void)!write(told, line, (size_t)n);
}

static void on_signal(int sig)
{
	tell("got", sig);
}

/* Where numbers are few there may be none for a moment. */
static pid_t fork_surely(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid >= 0 || errno != EAGAIN)
			return pid;
		usleep(1000);
	}
}

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

/* A sleep that a signal does not shorten: the deadline is absolute. */
static void live(long msec)
{
	struct timespec end;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += msec * 1000000;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
		;
}

/* Who is waited for here is gone before reaperd knows: the number is another's while it looks at
 * the others. */
static void churn(void)
{
	for (;;) {
		pid_t pid = fork_surely();

		if (pid == 0) {
			live(1);
			_exit(0);
		}
		(void)waitpid(pid, NULL, 0);
	}
}

static void leave(void)
{
	if (fork_surely() == 0)
		sleep_for_ever();
	if (fork_surely() == 0) {
		(void)setsid();
		sleep_for_ever();
	}
	pid_t pid = fork_surely();
	if (pid == 0) {
		(void)setsid();
		if (fork_surely() == 0)
			sleep_for_ever();
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
	if (fork_surely() == 0)
		churn();
	sleep_for_ever();
}

static void jump(int fd)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%ld", LOWEST + random() % ROOM);

	(void)!pwrite(fd, text, (size_t)n, 0);
}

static int watch(const char *file, int count)
{
	int last_pid = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	told = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (told < 0 || last_pid < 0)
		return 1;
	for (int sig = 1; sig <= 64; sig++)
		if (sig != SIGCHLD)
			(void)signal(sig, on_signal);
	for (unsigned n = 0;; n++) {
		if ((int)n >= count) {
			int status = 0;
			pid_t pid;

			while ((pid = wait(&status)) < 0 && errno == EINTR)
				;
			if (pid < 0 || status != 0)
				tell("lost one with", status);
		}
		jump(last_pid);
		if (fork_surely() == 0) {
			(void)setsid();
			live(2 + n * 7 % 20);
			_exit(0);
		}
	}
}

static int together(int status)
{
	int gate[2];
	char byte;

	if (pipe(gate) < 0)
		return 255;
	pid_t pid = fork_surely();
	if (pid == 0) {
		if (fork_surely() == 0) {
			close(gate[1]);
			(void)!read(gate[0], &byte, 1);
		}
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
	return status;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "watch") == 0 && argc == 4)
		return watch(argv[2], atoi(argv[3]));
	if (strcmp(what, "together") == 0 && argc == 3)
		return together(atoi(argv[2]));
	if (strcmp(what, "daemon") == 0 && fork_surely() > 0)
		return 0;
	leave();
}
