/* SPDX-License-Identifier: MIT */
/*
 * stuck: waits in vfork(2) for a child that stopped itself. While it waits there it acts on no
 * signal but SIGKILL, for it has a handler for SIGTERM.
 */
#include <signal.h>
#include <unistd.h>

static void on_term(int sig)
{
	(void)sig;
}

int main(void)
{
	(void)signal(SIGTERM, on_term);
	pid_t pid = vfork();
	if (pid == 0) {
		(void)kill(getpid(), SIGSTOP);
		for (;;)
			pause();
	}
	return pid < 0;
}
