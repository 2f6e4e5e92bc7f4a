/* SPDX-License-Identifier: MIT */
/* many N COMMAND ARG...: the least that a supervisor of N services can do. It starts the command N times, starts
 * again what ends, and on SIGTERM ends them all and waits. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t is_stopping;

static void stop(int sig)
{
	if (!is_stopping++)
		kill(0, sig);
}

static void start(char **command)
{
	if (fork() == 0) {
		execv(command[0], command);
		_exit(127);
	}
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = stop};

	if (argc < 3 || setsid() < 0)
		return 1;
	sigaction(SIGTERM, &action, NULL);
	for (int n = atoi(argv[1]); n > 0; n--)
		start(argv + 2);
	sigset_t term;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	while (wait(NULL) > 0) {
		sigprocmask(SIG_BLOCK, &term, NULL);
		if (!is_stopping)
			start(argv + 2);
		sigprocmask(SIG_UNBLOCK, &term, NULL);
	}
	return 0;
}
