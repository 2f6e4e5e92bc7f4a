/* SPDX-License-Identifier: MIT */
/*
 * The parent that reaps by signal: SIGCHLD coalesces, so its handler waits until there is nobody
 * left to wait for (waitpid(2), signal-safety(7)).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 3

static volatile sig_atomic_t reaped;

static void on_child(int sig)
{
	int before = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = before;
}

int main(void)
{
	struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART | SA_NOCLDSTOP};

	sigaction(SIGCHLD, &action, NULL);
	for (int i = 0; i < CHILDREN; i++)
		if (fork() == 0)
			_exit(0);
	while (reaped < CHILDREN)
		usleep(10000);
	printf("%d children ended, and my SIGCHLD handler reaped them\n", (int)reaped);
	fflush(stdout);
	for (;;)
		pause();
}
