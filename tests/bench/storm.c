/* SPDX-License-Identifier: MIT */
/*
 * storm N: makes N orphans by double fork, some at a time, waits until its own children are gone, says "done" and
 * stays. The init above it reaps all N.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 10000;

	for (long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (fork() == 0)
				_exit(0);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			return 1;
	}
	puts("done");
	fflush(stdout);
	for (;;)
		pause();
}
