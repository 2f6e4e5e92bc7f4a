/* SPDX-License-Identifier: MIT */
/* bare COMMAND ARG...: the least that an init can do. It starts the command and waits for whoever ends. */
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pid_t command, ended;
	int status, result = 0;

	(void)argc;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	command = fork();
	if (command == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	while ((ended = wait(&status)) > 0)
		if (ended == command) {
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			break;
		}
	return result;
}
