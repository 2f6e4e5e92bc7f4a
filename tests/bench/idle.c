/* SPDX-License-Identifier: MIT */
/* A service that says that it runs, by a byte into a fifo, and then waits for its end. */
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_WRONLY) : -1;

	if (fd < 0 || write(fd, "+", 1) != 1)
		return 1;
	close(fd);
	for (;;)
		pause();
}
