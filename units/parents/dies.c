/* SPDX-License-Identifier: MIT */
/*
 * The parent that dies first: its child loses its parent and is adopted by the nearest subreaper,
 * or by PID 1 (prctl(2), PR_SET_CHILD_SUBREAPER), who has to reap it.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIFE_SEC 5

int main(void)
{
	pid_t middle = fork();

	if (middle == 0) {
		if (fork() == 0) {
			prctl(PR_SET_NAME, "orphan");
			sleep(LIFE_SEC);
			_exit(0);
		}
		_exit(0); /* its child is an orphan now */
	}
	waitpid(middle, NULL, 0);
	printf("the one in the middle died before its child\n");
	fflush(stdout);
	for (;;)
		pause();
}
