/* SPDX-License-Identifier: MIT */
#include "daemon/manager/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/manager/manager.h"

#define AGAIN_USEC USEC_PER_SEC /* after the writer ended by itself */

/* The pipe is 3 and everything else closed, so that nothing of ours is held open. */
static _Noreturn void be_writer(const struct log_file_settings *settings, int fd)
{
	if (fd != 3 && dup2(fd, 3) < 0)
		_exit(EXIT_FAILURE);
	if (syscall(SYS_close_range, 4U, ~0U, 0U) < 0)
		for (int other = 4; other < 1024; other++)
			close(other);
	log_open();
	log_writer_run(settings, 3);
}

static void start(struct manager *m)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0) {
		(void)log_warning_errno(errno, "cannot start the writer of log files");
		return;
	}
	(void)fcntl(fds[1], F_SETPIPE_SZ, LIMIT_OUTPUT_PIPE_BYTES);
	(void)fcntl(fds[1], F_SETFL, O_NONBLOCK);
	pid_t pid = fork();
	if (pid == 0)
		be_writer(&m->settings.log_files, fds[0]);
	if (pid < 0)
		(void)log_warning_errno(errno, "cannot start the writer of log files");
	close(fds[0]);
	m->log_writer =
		pid < 0 ? NULL : process_track(&m->life.processes, pid, PROCESS_HELPER, NULL);
	if (!m->log_writer) {
		close(fds[1]);
		fds[1] = -1;
	}
	output_hub_set_files(m->life.output, fds[1]);
}

static void on_again(struct loop_timer *t)
{
	start(t->data);
}

void log_files_open(struct manager *m)
{
	if (!m->settings.log_files.directory || !m->life.output)
		return;
	m->log_writer_timer = (struct loop_timer){.fn = on_again, .data = m};
	start(m);
}

void log_files_close(struct manager *m)
{
	loop_timer_clear(m->loop, &m->log_writer_timer);
	if (m->log_writer)
		output_hub_set_files(m->life.output, -1);
}

void log_files_ended(struct manager *m)
{
	m->log_writer = process_forget(&m->life.processes, m->log_writer);
	if (m->state == MANAGER_STOPPING)
		return;
	output_hub_set_files(m->life.output, -1);
	log_warning("the writer of log files ended; another one is started");
	(void)loop_timer_set(
		m->loop, &m->log_writer_timer, usec_add(clock_monotonic_usec(), AGAIN_USEC));
}

bool log_files_rotate(struct manager *m)
{
	if (!m->settings.log_files.directory || !m->life.output)
		return false;
	output_hub_tell_files(m->life.output, LOG_WRITER_ROTATE);
	return true;
}
