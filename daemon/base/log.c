/* SPDX-License-Identifier: MIT */
#include "daemon/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/base/limits.h"

DEFINE_ENUM_TABLE(log_target, LOG_TARGET_MAX, [LOG_TARGET_CONSOLE] = "console",
	[LOG_TARGET_JOURNAL] = "journal", [LOG_TARGET_NULL] = "null");

static int max_level = LOG_INFO;
static enum log_target current_target = LOG_TARGET_CONSOLE;
static int console_fd = STDERR_FILENO;
static uint64_t dropped;

void log_set_level(int level)
{
	max_level = level;
}

int log_get_level(void)
{
	return max_level;
}

enum log_target log_get_target(void)
{
	return current_target;
}

void log_set_target(enum log_target target)
{
	current_target = target;
}

int log_own_stream(int fd)
{
	char path[40];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode)) {
		int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		return copy < 0 ? -errno : copy;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_APPEND);
	return own < 0 ? -errno : own;
}

void log_open(void)
{
	int fd = log_own_stream(STDERR_FILENO);

	if (fd >= 0)
		console_fd = fd;
}

void log_last_words(const char *text, int patience_msec)
{
	struct pollfd writable = {.fd = console_fd, .events = POLLOUT};
	size_t length = strlen(text), done = 0;

	while (done < length && poll(&writable, 1, patience_msec) > 0) {
		ssize_t n = write(console_fd, text + done, length - done);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		done += n > 0 ? (size_t)n : 0;
	}
}

uint64_t log_dropped(void)
{
	return dropped;
}

int log_line(int level, int error, const char *unit, const char *fmt, ...)
{
	char text[2048];
	int saved_errno = errno;

	error = error < 0 ? -error : error;
	if (level > max_level || current_target == LOG_TARGET_NULL)
		return -error;

	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);

	char line[sizeof(text) + 512];
	/* The journal knows who we are, and takes the level in front. */
	const char *prefix = current_target == LOG_TARGET_JOURNAL
				     ? (char[]){'<', (char)('0' + level), '>', 0}
				     : "reaperd: ";
	int n = snprintf(line, sizeof(line) - 1, "%s%s%s%s%s%s", prefix, unit ? unit : "",
		unit ? ": " : "", text, error ? ": " : "", error ? strerror(error) : "");
	if (n >= (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	if (write(console_fd, line, (size_t)n) != n)
		dropped++;
	errno = saved_errno;
	return -error;
}
