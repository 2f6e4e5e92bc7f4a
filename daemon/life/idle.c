/* SPDX-License-Identifier: MIT */
#include "daemon/life/idle.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemon/base/log.h"

const int *idle_pipe_of(struct life *life)
{
	if (life->idle_pipe[0] >= 0 || pipe2(life->idle_pipe, O_CLOEXEC) == 0)
		return life->idle_pipe;
	(void)log_warning_errno(errno, "cannot make a pipe for Type=idle: it begins at once");
	return NULL;
}

void idle_close(struct life *life)
{
	if (life->idle_pipe[0] < 0)
		return;
	close(life->idle_pipe[0]);
	close(life->idle_pipe[1]);
	life->idle_pipe[0] = life->idle_pipe[1] = -1;
}

void idle_release(struct life *life)
{
	if (!life->jobs.count)
		idle_close(life);
}
