/* SPDX-License-Identifier: MIT */
/*
 * Loaded in front of the C library: allocations, or the wall clock, go wrong when a test wants it.
 * The file that FAIL_FILE names is two numbers that the test writes while the program runs: how
 * many allocations succeed before one fails (0: all do), and what is added to CLOCK_REALTIME, in
 * seconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct wishes {
	int64_t until_failure;
	int64_t clock_offset;
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
