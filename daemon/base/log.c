/* SPDX-License-Identifier: MIT */
#include "daemon/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

void log_set_target(enum log_target target)
{
	current_target = target;
}

void log_open(void)
{
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_APPEND);
	if (fd >= 0)
		console_fd = fd;
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
	int n = snprintf(line, sizeof(line) - 1, "%sreaperd: %s%s%s%s%s",
		current_target == LOG_TARGET_JOURNAL ? (char[]){'<', (char)('0' + level), '>', 0}
						     : "",
		unit ? unit : "", unit ? ": " : "", text, error ? ": " : "",
		error ? strerror(error) : "");
	if (n >= (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	if (write(console_fd, line, (size_t)n) != n)
		dropped++;
	errno = saved_errno;
	return -error;
}
