/* SPDX-License-Identifier: MIT */
#include "daemon/base/small_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"

bool small_file_line(const char *path, char *buffer, size_t size)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, buffer, size - 1);

	if (n < 0)
		return false;
	buffer[n] = 0;
	buffer[strcspn(buffer, "\n")] = 0;
	return true;
}
