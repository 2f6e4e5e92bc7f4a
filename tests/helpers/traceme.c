/* SPDX-License-Identifier: MIT */
/* Becomes an orphan, makes its new parent its tracer (ptrace(2), PTRACE_TRACEME), stops, goes on,
 * and ends.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <unistd.h>

int main(void)
{
	pid_t parent = getpid();

	switch (fork()) {
	case -1:
		return 1;
	case 0:
		break;
	default:
		return 0;
	}
	while (getppid() == parent)
		usleep(1000);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		perror("PTRACE_TRACEME");
	raise(SIGTRAP);
	raise(SIGUSR1);
	return 0;
}
