/* SPDX-License-Identifier: MIT */
#include "daemon/process/birth.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOKS 8

/* CLOSE_RANGE_UNSHARE of linux/close_range.h, which musl's headers do not find. */
#define UNSHARE 2U

static int own_table(unsigned from)
{
	return syscall(SYS_close_range, from, ~0U, UNSHARE) < 0 ? -errno : 0;
}

void birth_open(struct birth_places *p, int filler_fd)
{
	*p = (struct birth_places){.filler_fd = filler_fd};
	if (own_table(~0U) < 0 || filler_fd >= BIRTH_KEPT)
		return;
	p->used = mmap(NULL, BIRTH_PLACES * sizeof(*p->used), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, 0 /* ignored */, 0);
	if (p->used == MAP_FAILED)
		return;
	while (p->count < BIRTH_PLACES) {
		int fd = fcntl(filler_fd, F_DUPFD_CLOEXEC, BIRTH_KEPT - BIRTH_PLACES);

		if (fd >= BIRTH_KEPT)
			close(fd);
		if (fd < 0 || fd >= BIRTH_KEPT)
			return;
		p->list[p->count++].fd = fd;
	}
}

void birth_close(struct birth_places *p)
{
	for (size_t i = 0; i < p->count; i++)
		close(p->list[i].fd);
	if (p->used && p->used != MAP_FAILED)
		munmap(p->used, BIRTH_PLACES * sizeof(*p->used));
	*p = (struct birth_places){0};
}

static void empty(const struct birth_places *p, struct birth_place *place)
{
	(void)dup3(p->filler_fd, place->fd, O_CLOEXEC);
	place->pid = 0;
}

static void empty_unused(struct birth_places *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].pid && !atomic_load(&p->used[i]))
			empty(p, &p->list[i]);
}

bool birth_sweep(struct birth_places *p)
{
	bool again = false;

	empty_unused(p);
	for (size_t i = 0; i < p->count; i++)
		again |= p->list[i].pid && p->list[i].looks++ < LOOKS;
	return again;
}

void birth_forget(struct birth_places *p, pid_t pid)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].pid == pid)
			empty(p, &p->list[i]);
}

/* A place with the output in it, or NULL. */
static struct birth_place *take_place(struct birth_places *p, int output_fd)
{
	empty_unused(p);
	for (size_t i = 0; i < p->count; i++) {
		if (p->list[i].pid)
			continue;
		p->list[i].looks = 0;
		if (dup3(output_fd, p->list[i].fd, O_CLOEXEC) < 0)
			return NULL;
		atomic_store(&p->used[i], true);
		return &p->list[i];
	}
	return NULL;
}

/* fork(2) of the C library has no flags; of the call itself only the first argument matters. */
static pid_t fork_sharing(void)
{
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, NULL, CLONE_FILES | SIGCHLD, NULL, NULL, NULL);
#else
	return (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

static pid_t fork_into(int cgroup_fd, bool shares)
{
	struct clone_args how = {.flags = CLONE_INTO_CGROUP | (shares ? CLONE_FILES : 0),
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)(unsigned)cgroup_fd};

	return (pid_t)syscall(SYS_clone3, &how, sizeof(how));
}

static pid_t clone_child(struct birth *b, bool *shares)
{
	bool enters = b->cgroup_fd >= 0;

	b->is_in_cgroup = true;
	if (!enters && !*shares)
		return fork();
	pid_t pid = enters ? fork_into(b->cgroup_fd, *shares) : fork_sharing();
	if (pid >= 0 || errno == EAGAIN || errno == ENOMEM)
		return pid;
	/* An old kernel, a filter of system calls, an emulator, a cgroup that takes nobody: the
	 * child will see. */
	b->is_in_cgroup = !enters;
	*shares = false;
	return fork();
}

/* In the child that shares our table, until now. */
static void part(struct birth *b, const struct birth_place *place)
{
	if (own_table(BIRTH_KEPT) < 0 && unshare(CLONE_FILES) < 0)
		b->error = -errno;
	if (b->error < 0 || !place)
		return;
	b->output_fd = place->fd;
	atomic_store(&b->places->used[place - b->places->list], false);
}

pid_t birth_fork(struct birth *b)
{
	bool hands = b->output_fd >= 0, shares = b->places && b->places->count;
	struct birth_place *place = shares && hands ? take_place(b->places, b->output_fd) : NULL;

	b->error = 0;
	shares = shares && (place || !hands);
	pid_t pid = clone_child(b, &shares);
	int error = errno;
	if (pid == 0) {
		if (shares)
			part(b, place);
		return 0;
	}
	if (place && (pid < 0 || !shares))
		empty(b->places, place);
	else if (place)
		place->pid = pid;
	errno = error;
	return pid;
}
