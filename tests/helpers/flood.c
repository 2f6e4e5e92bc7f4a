/* SPDX-License-Identifier: MIT */
/*
 * flood [--every=MS] MESSAGE...: sends the messages to NOTIFY_SOCKET (sd_notify(3)) over and over,
 * as fast as it can or one round every MS milliseconds, until it is ended.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	unsigned pause_ms = 0;
	int first = 1, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !path || strlen(path) >= sizeof(address.sun_path))
		return 1;
	if (argc > 1 && sscanf(argv[1], "--every=%u", &pause_ms) == 1)
		first = 2;
	memcpy(address.sun_path, path, strlen(path));
	if (*path == '@')
		address.sun_path[0] = 0;
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (connect(fd, (struct sockaddr *)&address, length) < 0)
		return 1;
	for (;;) {
		for (int i = first; i < argc; i++)
			if (send(fd, argv[i], strlen(argv[i]), 0) < 0)
				return 1;
		if (pause_ms)
			usleep(pause_ms * 1000);
	}
}
