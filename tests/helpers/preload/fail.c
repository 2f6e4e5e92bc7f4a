/* SPDX-License-Identifier: MIT */
/*
 * Loaded in front of the C library: allocations, the wall clock, reads and writes go wrong when a
 * test wants it. The file that FAIL_FILE names is three numbers that the test writes while the
 * program runs: how many allocations succeed before one fails (0: all do), what is added to
 * CLOCK_REALTIME, in seconds, and how many bytes a read or write moves at most (0: all).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct wishes {
	int64_t until_failure;
	int64_t clock_offset;
	int64_t at_once;
};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static volatile struct wishes *wishes;

__attribute__((constructor)) static void take_wishes(void)
{
	const char *path = getenv("FAIL_FILE");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *p = mmap(NULL, sizeof(*wishes), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p != MAP_FAILED)
		wishes = p;
}

static int is_to_fail(void)
{
	if (!wishes || wishes->until_failure <= 0 || --wishes->until_failure)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return is_to_fail() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_to_fail() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return is_to_fail() ? NULL : __libc_realloc(old, size);
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int r = (int)syscall(SYS_clock_gettime, clock, ret);

	if (r == 0 && clock == CLOCK_REALTIME && wishes)
		ret->tv_sec += wishes->clock_offset;
	return r;
}

/* What comes in records of a size is never cut: only files, streams, and pipes with plenty. */
static size_t cut(int fd, size_t size)
{
	socklen_t length = sizeof(int);
	struct stat st;
	int type = 0;

	if (!wishes || wishes->at_once <= 0 || size <= (size_t)wishes->at_once ||
		fstat(fd, &st) < 0)
		return size;
	if (S_ISSOCK(st.st_mode))
		(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
	if (S_ISREG(st.st_mode) || type == SOCK_STREAM || (S_ISFIFO(st.st_mode) && size > 1024))
		return (size_t)wishes->at_once;
	return size;
}

ssize_t read(int fd, void *buffer, size_t size)
{
	return syscall(SYS_read, fd, buffer, cut(fd, size));
}

ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
	return size > room ? -1 : read(fd, buffer, size);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t at)
{
	return syscall(SYS_pread64, fd, buffer, cut(fd, size), at);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	return syscall(SYS_write, fd, buffer, cut(fd, size));
}

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	return syscall(SYS_sendto, fd, buffer, cut(fd, size), flags, NULL, 0);
}
