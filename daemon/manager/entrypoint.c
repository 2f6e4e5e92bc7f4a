/* SPDX-License-Identifier: MIT */
/*
 * One command, as if it were PID 1: its signals, its terminal, its exit status. It gets the
 * caller's mask, dispositions and environment back unchanged.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/signal_name.h"
#include "daemon/base/log.h"
#include "daemon/manager/manager.h"

/* Gives the terminal to the command's group; SIGTTOU is ignored here, so a background caller is let
 * through. */
static void hand_over_terminal(int tty, pid_t group)
{
	if (tty >= 0)
		(void)tcsetpgrp(tty, group);
}

static void set_up_job_control(const struct manager *m)
{
	if (m->options.new_session) {
		(void)setsid();
		if (isatty(STDIN_FILENO))
			(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	} else if (!m->options.single_child) {
		(void)setpgid(0, 0);
		hand_over_terminal(m->entrypoint.tty_fd, getpid());
	}
}

/*
 * A session leader gives its terminal up, so that the command's own session can have it
 * (tty_ioctl(4), TIOCNOTTY). The kernel tells the foreground of it by HUP and CONT: these are not
 * the command's.
 */
static void release_terminal(const struct manager *m)
{
	struct timespec now = {0};
	sigset_t told;

	if (!m->options.new_session || getsid(0) != getpid() || !isatty(STDIN_FILENO) ||
		ioctl(STDIN_FILENO, TIOCNOTTY) < 0)
		return;
	sigemptyset(&told);
	sigaddset(&told, SIGHUP);
	sigaddset(&told, SIGCONT);
	while (sigtimedwait(&told, NULL, &now) > 0)
		;
}

static _Noreturn void become_command(const struct manager *m)
{
	char **argv = m->options.command;

	set_up_job_control(m);
	inherited_restore(&m->inherited);
	execvp(argv[0], argv);

	int error = errno;
	int status = error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
	dprintf(STDERR_FILENO, "reaperd: cannot run %s: %s\n", argv[0], strerror(error));
	_exit(status);
}

int entrypoint_start(struct manager *m)
{
	struct entrypoint *e = &m->entrypoint;

	e->tty_fd = !m->options.single_child && !m->options.new_session && isatty(STDIN_FILENO)
			    ? STDIN_FILENO
			    : -1;
	release_terminal(m);
	pid_t pid = fork();
	if (pid < 0)
		return log_error_errno(errno, "cannot start %s", m->options.command[0]);
	if (pid == 0)
		become_command(m);

	m->life.counters.spawned++;
	e->started = true;
	e->process = process_track(&m->life.processes, pid, PROCESS_COMMAND, NULL);
	if (!e->process) {
		(void)kill(pid, SIGKILL);
		return log_error_errno(ENOMEM, "cannot follow %s", m->options.command[0]);
	}
	e->process->spawned = true;
	/* Both sides do it, so that neither can be too late. */
	if (!m->options.single_child && !m->options.new_session)
		(void)setpgid(pid, pid);
	manager_leave_directory();
	return 0;
}

void entrypoint_ended(struct manager *m, const struct process *p)
{
	struct entrypoint *e = &m->entrypoint;
	int status = p->code == CLD_EXITED ? p->status : 128 + p->status;

	if (status < 256 && m->options.expect_exit[status])
		status = 0;
	log_debug("%s ended with status %d", m->options.command[0], status);
	e->process = process_forget(&m->life.processes, e->process);
	e->ended = true;
	e->status = status;
	m->exit_status = status;
	manager_stop(m, status, "the command ended");
}

static void send_to_command(struct manager *m, int sig)
{
	pid_t pid = m->entrypoint.process->pid;

	if (kill(m->options.kill_group ? -pid : pid, sig) < 0 && m->options.kill_group)
		(void)kill(pid, sig);
}

void entrypoint_forward(struct manager *m, int sig)
{
	int to = m->options.rewrite[sig] >= 0 ? m->options.rewrite[sig] : sig;

	if (m->entrypoint.tty_fd >= 0) {
		if (sig == SIGTTIN || sig == SIGTTOU)
			return;
		if (sig == SIGCONT)
			hand_over_terminal(m->entrypoint.tty_fd, m->entrypoint.process->pid);
	}
	if (to)
		send_to_command(m, to);
}

/* A stopped foreground job stops us too, so that the shell which waits for us gets its terminal
 * back. */
void entrypoint_child_changed(struct manager *m)
{
	siginfo_t info = {0};
	pid_t pid = m->entrypoint.process->pid;

	if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) < 0 || info.si_pid != pid)
		return;
	if (info.si_status == SIGTSTP || info.si_status == SIGTTIN || info.si_status == SIGTTOU)
		(void)raise(SIGSTOP);
}
