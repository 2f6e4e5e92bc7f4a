/* SPDX-License-Identifier: MIT */
#include "daemon/process/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/base/reserve.h"

/* Where nobody above us divided the limit: 2^22 activations, each with room for 2^40 values. */
#define TOP (1ULL << 62)
#define OUTER_SHIFT 40
#define INNER_SHIFT 20
#define OUTER_COUNT (1ULL << 22)
#define INNER_COUNT ((1ULL << 20) - 1)

/* A limit that a reaperd above us gave tells by its trailing zeros how deep we are. */
int mark_space_open(struct mark_space *s)
{
	struct rlimit limit;

	*s = (struct mark_space){0};
	if (getrlimit(RLIMIT_LOCKS, &limit) < 0)
		return -errno;
	if (limit.rlim_max >= TOP) {
		*s = (struct mark_space){
			.top = TOP, .shift = OUTER_SHIFT, .limit = OUTER_COUNT - 1};
	} else if (limit.rlim_max >= 1ULL << OUTER_SHIFT &&
		   limit.rlim_max % (1ULL << OUTER_SHIFT) == 0) {
		*s = (struct mark_space){
			.top = limit.rlim_max, .shift = INNER_SHIFT, .limit = INNER_COUNT};
	} else if (limit.rlim_max >= 1ULL << INNER_SHIFT &&
		   limit.rlim_max % (1ULL << INNER_SHIFT) == 0) {
		*s = (struct mark_space){.top = limit.rlim_max, .shift = 0, .limit = INNER_COUNT};
	} else {
		return -ENOSPC;
	}
	/* Several reaperds side by side rarely use the same numbers at a time. */
	if (getrandom(&s->last, sizeof(s->last), GRND_NONBLOCK) == sizeof(s->last))
		s->last %= s->limit;
	else
		s->last = 0;
	return 0;
}

uint64_t mark_next(struct mark_space *s)
{
	if (!s->limit)
		return 0;
	s->last = s->last >= s->limit ? 1 : s->last + 1;
	return s->top - (s->last << s->shift);
}

int mark_wear(uint64_t mark)
{
	struct rlimit limit = {mark, mark};

	return setrlimit(RLIMIT_LOCKS, &limit) < 0 ? -errno : 0;
}

uint64_t mark_of_limit(const struct mark_space *s, uint64_t limit)
{
	if (!s->limit || limit >= s->top)
		return 0;
	/* Ranges are counted down: a value in between belongs to the mark above it. */
	uint64_t n = (s->top - limit) >> s->shift;
	return n && n <= s->limit ? s->top - (n << s->shift) : 0;
}

int mark_read(pid_t pid, uint64_t *ret_limit)
{
	char path[40], text[2048];

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	int fd = reserve_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	int error = errno;
	close(fd);
	if (n <= 0)
		return n < 0 ? -error : -ESRCH;
	text[n] = 0;
	const char *line = strstr(text, "Max file locks");
	if (!line)
		return -ENOENT;
	line += strlen("Max file locks");
	line += strspn(line, " ");
	*ret_limit = *line == 'u' ? UINT64_MAX : strtoull(line, NULL, 10);
	return 0;
}
