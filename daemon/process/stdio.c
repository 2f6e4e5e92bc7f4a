/* SPDX-License-Identifier: MIT */
/* In the child: where descriptors 0, 1 and 2 lead (systemd.exec(5), "Logging and standard
 * input/output"). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/process/child.h"

#define DEFAULT_TTY "/dev/console"

/* `fd` becomes `to`, and stays open over exec. */
static int move_to(int fd, int to)
{
	if (fd < 0)
		return -errno;
	if (fd == to)
		return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
	int r = dup2(fd, to) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static int copy_to(int fd, int to)
{
	if (fd == to)
		return 0;
	return dup2(fd, to) < 0 ? -errno : 0;
}

/* As programs expect of their standard streams. */
static int copy_blocking(int fd, int to)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return copy_to(fd, to);
}

/* The descriptor that a socket passes under that name; without a name: the stream's own. */
static int open_named(const struct child *c, const struct stdio_setting *s, int to)
{
	static const char *const own[] = {"stdin", "stdout", "stderr"};
	const char *name = s->argument ? s->argument : own[to];

	for (size_t i = 0; i < c->request->fd_count; i++)
		if (strcmp(c->request->fd_names[i], name) == 0)
			return copy_blocking(c->request->fds[i], to);
	return -ENOENT;
}

/* Where there is no /dev: nothing to read is a pipe that nobody writes to. */
static int open_nothing(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	close(ends[1]);
	return ends[0];
}

static int open_null(int to, int mode)
{
	if (mode == O_RDONLY && access("/dev/null", F_OK) < 0)
		return move_to(open_nothing(), to);
	return move_to(open("/dev/null", mode | O_NOCTTY | O_CLOEXEC), to);
}

/* Written where it is not seen, to be read from its beginning. */
static int open_data(const struct input_data *data)
{
	int fd = memfd_create("reaperd-input", MFD_CLOEXEC);

	for (size_t at = 0; fd >= 0 && at < data->size;) {
		ssize_t n = write(fd, data->bytes + at, data->size - at);
		if (n < 0) {
			int error = errno;
			close(fd);
			errno = error;
			return -1;
		}
		at += (size_t)n;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

static const char *tty_path(const struct child *c)
{
	return c->exec->tty_path ? c->exec->tty_path : DEFAULT_TTY;
}

static int open_tty(const struct child *c, int to)
{
	if (to == STDIN_FILENO && c->exec->tty_vhangup)
		terminal_hang_up(tty_path(c));
	int r = move_to(open(tty_path(c), O_RDWR | O_NOCTTY | O_CLOEXEC), to);
	if (r < 0 || to != STDIN_FILENO)
		return r;
	bool force = c->exec->input.kind == STDIO_TTY_FORCE;
	if (c->exec->tty_reset)
		terminal_reset(to);
	terminal_set_size(to, c->exec->tty_rows, c->exec->tty_columns);
	(void)ioctl(to, TIOCSCTTY, force);
	return 0;
}

int child_set_input(const struct child *c)
{
	const struct stdio_setting *s = &c->exec->input;

	switch (s->kind) {
	case STDIO_TTY:
	case STDIO_TTY_FORCE:
	case STDIO_TTY_FAIL:
		return open_tty(c, STDIN_FILENO);
	case STDIO_FILE:
	case STDIO_APPEND:
	case STDIO_TRUNCATE:
		return move_to(open(s->argument, O_RDONLY | O_NOCTTY | O_CLOEXEC), STDIN_FILENO);
	case STDIO_SOCKET:
		if (c->request->fd_count)
			return copy_blocking(c->request->fds[0], STDIN_FILENO);
		return open_null(STDIN_FILENO, O_RDONLY);
	case STDIO_FD:
		return open_named(c, s, STDIN_FILENO);
	case STDIO_DATA:
		return move_to(open_data(&c->exec->input_data), STDIN_FILENO);
	default:
		return open_null(STDIN_FILENO, O_RDONLY);
	}
}

static bool input_is_special(const struct child *c)
{
	switch (c->exec->input.kind) {
	case STDIO_TTY:
	case STDIO_TTY_FORCE:
	case STDIO_TTY_FAIL:
	case STDIO_FILE:
		return true;
	case STDIO_SOCKET:
	case STDIO_FD:
		return c->request->fd_count > 0;
	default:
		return false;
	}
}

static int open_file(const struct stdio_setting *s, int to)
{
	int how = s->kind == STDIO_APPEND ? O_APPEND : s->kind == STDIO_TRUNCATE ? O_TRUNC : 0;
	mode_t before = umask(0022);
	int fd = open(s->argument, O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC | how, 0666);
	int error = errno;

	(void)umask(before);
	errno = error;
	return move_to(fd, to);
}

static int set_stream(const struct child *c, const struct stdio_setting *s, int to)
{
	switch (s->kind) {
	case STDIO_NULL:
		return open_null(to, O_WRONLY);
	case STDIO_TTY:
	case STDIO_TTY_FORCE:
	case STDIO_TTY_FAIL:
		return open_tty(c, to);
	case STDIO_FILE:
	case STDIO_APPEND:
	case STDIO_TRUNCATE:
		return open_file(s, to);
	case STDIO_SOCKET:
		return c->request->fd_count ? copy_blocking(c->request->fds[0], to)
					    : open_null(to, O_WRONLY);
	case STDIO_FD:
		return open_named(c, s, to);
	case STDIO_INHERIT: /* of standard output: the special input, else reaperd's own */
		if (input_is_special(c))
			return copy_to(STDIN_FILENO, to);
		return c->request->context->console_fd >= 0
			       ? copy_to(c->request->context->console_fd, to)
			       : open_null(to, O_WRONLY);
	default:
		return c->output_fd >= 0 ? copy_to(c->output_fd, to) : open_null(to, O_WRONLY);
	}
}

int child_set_output(const struct child *c)
{
	return set_stream(c, &c->exec->output, STDOUT_FILENO);
}

int child_set_error(const struct child *c)
{
	const struct stdio_setting *s = &c->exec->error, *out = &c->exec->output;

	if (s->kind == STDIO_INHERIT || s->kind == STDIO_UNSET ||
		(s->kind == out->kind && s->argument && strcmp(s->argument, out->argument) == 0))
		return copy_to(STDOUT_FILENO, STDERR_FILENO);
	return set_stream(c, s, STDERR_FILENO);
}
