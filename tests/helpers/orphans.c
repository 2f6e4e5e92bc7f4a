/* SPDX-License-Identifier: MIT */
/*
 * orphans N: makes N processes that lose their parent and end all at once, when the last of them is
 * there or no more can be made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long count = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
	int gate[2];
	char byte;

	if (pipe(gate) < 0)
		return 1;
	for (long i = 0; i < count;) {
		pid_t pid = fork();

		if (pid < 0) {
			/* at a limit: those that are there go first */
			usleep(1000);
			continue;
		}
		if (pid == 0) {
			close(gate[1]);
			(void)!read(gate[0], &byte, 1);
			_exit(0);
		}
		/* at most 2000 wait at a time */
		if (++i % 2000 == 0) {
			close(gate[0]);
			close(gate[1]);
			if (fork() == 0 && pipe(gate) == 0)
				continue;
			return 0;
		}
	}
	return 0;
}
