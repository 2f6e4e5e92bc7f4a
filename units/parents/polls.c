/* SPDX-License-Identifier: MIT */
/* The parent that polls: it asks now and then who has ended. Between two looks there are zombies.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 3

int main(void)
{
	int reaped = 0;

	for (int i = 0; i < CHILDREN; i++)
		if (fork() == 0)
			_exit(0);
	for (;;) {
		sleep(1);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			reaped++;
		if (reaped == CHILDREN) {
			printf("%d children ended, and I found them by asking\n", reaped);
			fflush(stdout);
			reaped = 0;
		}
	}
}
