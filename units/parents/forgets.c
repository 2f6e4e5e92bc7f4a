/* SPDX-License-Identifier: MIT */
/*
 * The parent that forgets: it forks children that end at once, and sleeps without ever waiting for
 * them. Each stays as a zombie until this parent ends; nobody else can reap it.
 */
#include <stdio.h>
#include <unistd.h>

#define CHILDREN 3

int main(void)
{
	for (int i = 0; i < CHILDREN; i++)
		if (fork() == 0)
			_exit(0);
	printf("%d children ended, and I do not care\n", CHILDREN);
	fflush(stdout);
	for (;;)
		pause();
}
