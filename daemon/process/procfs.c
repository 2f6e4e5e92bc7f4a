/* SPDX-License-Identifier: MIT */
#include "daemon/process/procfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/own.h"
#include "common/text.h"
#include "daemon/base/reserve.h"

/* The beginning of a small file of /proc, NUL-terminated: its length, or a negative errno. */
static ssize_t read_small(const char *path, char *buffer, size_t size)
{
	int fd = reserve_open(path, O_RDONLY);

	if (fd < 0)
		return fd;
	ssize_t n = read(fd, buffer, size - 1);
	int error = errno;
	close(fd);
	if (n < 0)
		return -error;
	buffer[n] = 0;
	return n;
}

/* proc(5): the name stands in brackets and may hold anything, so what follows begins after the last
 * bracket. */
static int parse_stat(const char *text, struct proc_info *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long user, system;
	long rss;

	if (!open || !close || close < open)
		return -EINVAL;
	size_t n = (size_t)(close - open - 1);
	n = n < sizeof(ret->name) ? n : sizeof(ret->name) - 1;
	memcpy(ret->name, open + 1, n);
	ret->name[n] = 0;
	int fields = sscanf(close + 1,
		" %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %" SCNu64
		" %*u %ld",
		&ret->state, &ret->ppid, &ret->pgid, &ret->sid, &user, &system, &ret->start_ticks,
		&rss);
	if (fields < 8)
		return -EINVAL;
	uint64_t tick_usec = USEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	ret->cpu_usec = (user + system) * tick_usec;
	ret->rss_bytes = rss > 0 ? (uint64_t)rss * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
	return 0;
}

int proc_read(pid_t pid, struct proc_info *ret)
{
	char path[40], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	ssize_t n = read_small(path, text, sizeof(text));
	if (n <= 0)
		return n < 0 && n != -ENOENT		? (int)n
		       : access("/proc/self", F_OK) < 0 ? -ENOENT
							: -ESRCH;
	*ret = (struct proc_info){.pid = pid};
	return parse_stat(text, ret);
}

int proc_signal_checked(pid_t pid, int sig, proc_check_fn *check, const void *data)
{
	_cleanup_(closep) int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 && errno == ESRCH)
		return -ESRCH;
	int r = check(pid, data);
	if (r < 0)
		return r;
	r = fd < 0 ? -ENOSYS : syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) < 0 ? -errno : 0;
	if (r == 0 || r == -ESRCH)
		return r;
	return kill(pid, sig) < 0 ? -errno : 0;
}

static int has_start(pid_t pid, const void *data)
{
	const uint64_t *start_ticks = data;
	struct proc_info now;
	int r = proc_read(pid, &now);

	return r < 0 ? r : now.start_ticks == *start_ticks ? 0 : -ESRCH;
}

int proc_signal(const struct proc_info *p, int sig)
{
	return proc_signal_checked(p->pid, sig, has_start, &p->start_ticks);
}

#define MAX_STEPS 10000 /* up a line of parents, which may change under us */

int proc_is_below_us(pid_t pid)
{
	pid_t self = getpid(), at = pid;
	struct proc_info info;

	for (int step = 0; step < MAX_STEPS && at > 1; step++) {
		int r = proc_read(at, &info);

		if (r < 0 && at == pid)
			return r;
		/* A parent that ended meanwhile: its child has another one by now. */
		at = r < 0 ? pid : info.ppid;
		if (at == self)
			return 1;
	}
	return 0;
}

uint64_t proc_started_realtime_usec(const struct proc_info *p)
{
	struct timespec now;

	if (clock_gettime(CLOCK_BOOTTIME, &now) < 0)
		return 0;
	uint64_t since_boot = (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
	uint64_t started = p->start_ticks * (USEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK));
	return started > since_boot ? clock_realtime_usec()
				    : clock_realtime_usec() - (since_boot - started);
}

char *proc_cmdline(pid_t pid)
{
	char path[40], text[4096];
	struct proc_info info;
	char *name;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	ssize_t n = read_small(path, text, sizeof(text));
	while (n > 0 && !text[n - 1])
		n--;
	if (n <= 0) {
		if (proc_read(pid, &info) < 0)
			return NULL;
		return asprintf(&name, "[%s]", info.name) < 0 ? NULL : name;
	}
	for (ssize_t i = 0; i < n; i++)
		if (!text[i] || text[i] == '\n')
			text[i] = ' ';
	return text_escape(text, (size_t)n);
}

/* The next numbered folder: 1, 0 at the end, or a negative errno of readdir(3). */
static int next_number(DIR *d, pid_t *ret)
{
	struct dirent *e;

	do {
		errno = 0;
		e = readdir(d);
	} while (e && !isdigit((unsigned char)e->d_name[0]));
	if (!e)
		return -errno;
	*ret = (pid_t)atoi(e->d_name);
	return 1;
}

/* Calls `fn` for each numbered folder of /proc until it returns a negative errno. */
static int each_process(proc_pid_fn *fn, void *data)
{
	DIR *d = reserve_opendir("/proc");
	pid_t pid;
	int r;

	if (!d)
		return -errno;
	while ((r = next_number(d, &pid)) > 0 && (r = fn(pid, data)) >= 0)
		;
	closedir(d);
	return r;
}

struct child_filter {
	proc_pid_fn *fn;
	void *data;
};

static int only_child(pid_t pid, void *data)
{
	const struct child_filter *filter = data;
	struct proc_info info;

	if (proc_read(pid, &info) < 0 || info.ppid != getpid())
		return 0;
	return filter->fn(pid, filter->data);
}

/* "12 345 6789 ": the file may be long (10,000 children take 60 KB), a piece of it ends anywhere.
 */
static int read_children(int fd, proc_pid_fn *fn, void *data)
{
	char text[4096];
	pid_t pid = 0;
	int r = 0;
	ssize_t n;

	while (r >= 0 && (n = read(fd, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < n && r >= 0; i++)
			if (isdigit((unsigned char)text[i])) {
				pid = 10 * pid + (text[i] - '0');
			} else if (pid) {
				r = fn(pid, data);
				pid = 0;
			}
	return r < 0 ? r : n < 0 ? -errno : 0;
}

int proc_each_own_child(proc_pid_fn *fn, void *data)
{
	struct child_filter filter = {fn, data};
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)gettid());
	_cleanup_(closep) int fd = reserve_open(path, O_RDONLY);
	if (fd < 0)
		return each_process(only_child, &filter);
	return read_children(fd, fn, data);
}

struct infos {
	struct proc_info *list;
	size_t count;
	bool walked;		/* past anybody */
	proc_filter_fn *wanted; /* NULL: all */
	void *data;
};

static int add_info(pid_t pid, void *data)
{
	struct infos *all = data;
	struct proc_info info;

	all->walked = true;
	if ((all->wanted && !all->wanted(pid, all->data)) || proc_read(pid, &info) < 0)
		return 0;
	if ((all->count & (all->count - 1)) == 0) {
		struct proc_info *grown =
			reallocarray(all->list, all->count ? 2 * all->count : 1, sizeof(info));
		if (!grown)
			return -ENOMEM;
		all->list = grown;
	}
	all->list[all->count++] = info;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct proc_info *)a)->pid, y = ((const struct proc_info *)b)->pid;

	return x < y ? -1 : x > y;
}

/* What a walk came to, sorted; that there was nobody at all is its failure. */
static ssize_t take_all(struct infos *all, int r, struct proc_info **ret)
{
	if (r < 0 || !all->walked) {
		free(all->list);
		return r < 0 ? r : -ENOENT;
	}
	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), by_pid);
	*ret = all->list;
	return (ssize_t)all->count;
}

ssize_t proc_all(struct proc_info **ret)
{
	struct infos all = {0};

	/* We are there ourselves, or nothing is mounted. */
	return take_all(&all, each_process(add_info, &all), ret);
}

ssize_t proc_wanted(proc_filter_fn *wanted, void *data, struct proc_info **ret)
{
	struct infos all = {.wanted = wanted, .data = data}, own = all;
	ssize_t n = take_all(&all, each_process(add_info, &all), ret);

	return n >= 0 ? n : take_all(&own, proc_each_own_child(add_info, &own), ret);
}

const struct proc_info *proc_find(const struct proc_info *list, size_t count, pid_t pid)
{
	const struct proc_info key = {.pid = pid};

	return count ? bsearch(&key, list, count, sizeof(key), by_pid) : NULL;
}

/* Whether that thread has a child: 1, 0, or a negative errno. One that ended has none. */
static int thread_has_children(pid_t pid, pid_t thread)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)thread);
	ssize_t n = read_small(path, text, sizeof(text));
	return n == -ESRCH ? 0 : n < 0 ? (int)n : n > 0;
}

int proc_has_children(pid_t pid)
{
	char folder[40];
	struct stat st;

	snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
	/* A link for each thread: most have one. */
	if (stat(folder, &st) == 0 && st.st_nlink == 3)
		return thread_has_children(pid, pid);
	DIR *d = reserve_opendir(folder);
	if (!d)
		return -errno;
	pid_t thread;
	int r;
	while ((r = next_number(d, &thread)) > 0 && (r = thread_has_children(pid, thread)) == 0)
		;
	closedir(d);
	return r;
}

static int each_child_of_thread(const char *path, proc_pid_fn *fn, void *data)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_children(fd, fn, data);
}

int proc_each_child(pid_t pid, proc_pid_fn *fn, void *data)
{
	char folder[40], path[80];

	snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
	DIR *d = opendir(folder);
	pid_t thread;
	int r;

	if (!d)
		return 0; /* it is gone */
	while ((r = next_number(d, &thread)) > 0) {
		snprintf(path, sizeof(path), "%s/%d/children", folder, (int)thread);
		r = each_child_of_thread(path, fn, data);
		if (r < 0 && (r != -ENOENT || access(folder, F_OK) == 0))
			break;
	}
	closedir(d);
	return r;
}
