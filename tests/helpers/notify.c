/* SPDX-License-Identifier: MIT */
/*
 * notify MESSAGE... [-- COMMAND ARG...]: sends each message to NOTIFY_SOCKET (sd_notify(3)), then
 * becomes the command; without one it ends at once.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int send_message(const char *path, const char *text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || length >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = 0;
	ssize_t n = sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
	return n < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!path || send_message(path, argv[i]) < 0) {
			perror("notify");
			return 1;
		}
	if (i + 1 < argc) {
		execvp(argv[i + 1], argv + i + 1);
		perror(argv[i + 1]);
		return 127;
	}
	return 0;
}
