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

/* Where nobody above us divided the limits: 2^22 activations, each with room for 2^40 values. */
#define TOP (1ULL << 62)
#define BASE (1ULL << 61)
#define OUTER_SHIFT 40
#define INNER_SHIFT 20
#define OUTER_COUNT (1ULL << 22)
#define INNER_COUNT ((1ULL << 20) - 1)

/* A limit that a reaperd above us gave tells by its trailing zeros how deep we are. */
static int divide_down(struct mark_space *s, uint64_t top)
{
	if (top >= TOP)
		*s = (struct mark_space){
			.top = TOP, .shift = OUTER_SHIFT, .limit = OUTER_COUNT - 1};
	else if (top >= 1ULL << OUTER_SHIFT && top % (1ULL << OUTER_SHIFT) == 0)
		*s = (struct mark_space){.top = top, .shift = INNER_SHIFT, .limit = INNER_COUNT};
	else if (top >= 1ULL << INNER_SHIFT && top % (1ULL << INNER_SHIFT) == 0)
		*s = (struct mark_space){.top = top, .shift = 0, .limit = INNER_COUNT};
	else
		return -ENOSPC;
	return 0;
}

/* The same range of the other limit: below what we inherited, as many as there are activations. */
static void divide_up(struct mark_space *s, uint64_t top)
{
	uint64_t width = (s->limit + 1) << s->shift;

	if (s->shift == OUTER_SHIFT)
		s->base = top >= BASE + width ? BASE : 0;
	else if (top < TOP + BASE && top > BASE && top % width == 0)
		s->base = top - width;
}

int mark_space_open(struct mark_space *s)
{
	struct rlimit locks, rss;

	*s = (struct mark_space){0};
	if (getrlimit(RLIMIT_LOCKS, &locks) < 0 || getrlimit(RLIMIT_RSS, &rss) < 0)
		return -errno;
	int r = divide_down(s, locks.rlim_max);
	if (r < 0)
		return r;
	divide_up(s, rss.rlim_max);
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

struct mark_limits mark_limits_of(const struct mark_space *s, uint64_t mark)
{
	return (struct mark_limits){
		.down = mark,
		.up = s->base ? s->base + (s->top - mark) : UINT64_MAX,
	};
}

/* The soft end of RLIMIT_RSS is a unit's own to choose (LimitRSS=), later. */
int mark_wear(const struct mark_space *s, uint64_t mark)
{
	struct mark_limits l = mark_limits_of(s, mark);
	struct rlimit locks = {l.down, l.down}, rss = {l.up, l.up};

	if (setrlimit(RLIMIT_LOCKS, &locks) < 0)
		return -errno;
	return s->base && setrlimit(RLIMIT_RSS, &rss) < 0 ? -errno : 0;
}

static uint64_t mark_of_number(const struct mark_space *s, uint64_t n)
{
	return n && n <= s->limit ? s->top - (n << s->shift) : 0;
}

/* A value in between belongs to the activation whose own lies above it, in both ways of counting.
 */
static uint64_t mark_of_down(const struct mark_space *s, uint64_t limit)
{
	return limit < s->top ? mark_of_number(s, (s->top - limit) >> s->shift) : 0;
}

static uint64_t mark_of_up(const struct mark_space *s, uint64_t limit)
{
	uint64_t width = 1ULL << s->shift;

	if (!s->base || limit <= s->base || limit > s->base + (s->limit << s->shift))
		return 0;
	return mark_of_number(s, (limit - s->base + width - 1) >> s->shift);
}

uint64_t mark_of_limits(const struct mark_space *s, const struct mark_limits *l)
{
	uint64_t mark = s->limit ? mark_of_down(s, l->down) : 0;

	return !s->base || mark_of_up(s, l->up) == mark ? mark : 0;
}

uint64_t mark_hint(const struct mark_space *s, const struct mark_limits *l)
{
	uint64_t mark = mark_of_up(s, l->up);

	return mark || !s->limit ? mark : mark_of_down(s, l->down);
}

/* The hard end in a line of /proc/PID/limits: "Max file locks  SOFT  HARD  locks". */
static int find_limit(const char *text, const char *name, uint64_t *ret)
{
	const char *at = strstr(text, name);

	if (!at)
		return -ENOENT;
	at += strlen(name);
	at += strspn(at, " ");
	at += strcspn(at, " ");
	at += strspn(at, " ");
	*ret = *at == 'u' ? UINT64_MAX : strtoull(at, NULL, 10);
	return 0;
}

int mark_read(pid_t pid, struct mark_limits *ret)
{
	char path[40], text[2048];
	struct mark_limits l;

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
	if (find_limit(text, "Max file locks", &l.down) < 0 ||
		find_limit(text, "Max resident set", &l.up) < 0)
		return -ENOENT;
	*ret = l;
	return 0;
}
