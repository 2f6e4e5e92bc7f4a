/* SPDX-License-Identifier: MIT */
/* FILE BYTES PIECE: writes so many bytes to standard output, a line of PIECE bytes at a time, and
 * how many microseconds that took into FILE. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	static char line[65536], result[64];

	if (argc != 4)
		return 2;
	long total = atol(argv[2]), piece = atol(argv[3]);
	double begin = now();
	memset(line, 'x', sizeof(line));
	line[piece - 1] = '\n';
	for (long done = 0; done < total; done += piece)
		for (long at = 0; at < piece;) {
			ssize_t n = write(STDOUT_FILENO, line + at, (size_t)(piece - at));
			if (n < 0)
				return 1;
			at += n;
		}
	int length = snprintf(result, sizeof(result), "%.0f\n", now() - begin);
	int fd = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
	return write(fd, result, (size_t)length) == length ? 0 : 1;
}
