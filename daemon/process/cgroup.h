/* SPDX-License-Identifier: MIT */
/*
 * Cgroups of units (cgroups(7), the kernel's cgroup-v2): made, filled, watched, ended and removed.
 * Paths are below our part of the tree (see base/cgroup_root.h and cgroup_path.h); files are
 * reached through one descriptor of it. Where there is no tree for us nothing here does anything.
 */
#pragma once

#include <sys/types.h>

#include "common/table.h"
#include "daemon/base/cgroup_root.h"
#include "daemon/process/process.h"

struct cgroup_slice; /* a folder that has cgroups below it */

struct cgroup_tree {
	int fd;			      /* the folder that is ours; -1: there is none */
	int inotify;		      /* tells of changes of watched files */
	unsigned here;		      /* controllers that can be handed on, as bits */
	const char *name;	      /* see struct cgroup_root */
	uint64_t memory_bytes, tasks; /* what there is of them: percentages are of that */
	struct cgroup_slice *slices;
};

/* Takes hold of our part of the tree and moves us into a leaf of our own. 0; -ENOENT: there is none
 * for us; or another negative errno: it could not be divided. t->fd is -1 then. */
int cgroup_open(struct cgroup_tree *t);
/* Removes what we made and is empty. */
void cgroup_close(struct cgroup_tree *t);

/* Called for each slice that was not there yet: "a.slice/a-b.slice". */
typedef void cgroup_slice_fn(const char *path, void *data);

/*
 * Makes the cgroup at `path` with those above it, and hands `controllers` (bits) on to it. 0, or a
 * negative errno of mkdir(2). A controller that could not be handed on is missing in *ret_granted.
 */
int cgroup_make(struct cgroup_tree *t, const char *path, unsigned controllers, cgroup_slice_fn *fn,
	void *data, unsigned *ret_granted);
/* Removes it with all below it, and the slices above that are empty now. 0 also when it is gone;
 * -EBUSY: a process is in it. */
int cgroup_remove(struct cgroup_tree *t, const char *path);

/* A descriptor of it, or of a cgroup below it that is made, to start a process in (O_PATH); or a
 * negative errno. */
int cgroup_enter(const struct cgroup_tree *t, const char *path, const char *subgroup);

/* We move there: a child that was not born in it (birth.h). 0, or a negative errno. */
int cgroup_join(int cgroup_fd);
/* Gives it to a user to divide, as Delegate= has it: the folder and the files that systemd gives.
 */
int cgroup_give(int cgroup_fd, uid_t uid, gid_t gid);

/* Whether a process lives in it or below: 1, 0 (zombies do not count), or a negative errno. */
int cgroup_is_populated(const struct cgroup_tree *t, const char *path);
/* SIGKILL for all in it and below, forks in flight too. -ENOENT: a kernel before 5.14. */
int cgroup_kill(const struct cgroup_tree *t, const char *path);

/* Whether a process is to be left out. */
typedef bool cgroup_skip_fn(pid_t pid, void *data);
/* The signal for each process in it and below that is not to be left out, checked through a pidfd.
 * How many it was sent to, or a negative errno. */
int cgroup_signal(
	const struct cgroup_tree *t, const char *path, int sig, cgroup_skip_fn *skip, void *data);

/* Writes a file of it: 0, or a negative errno. */
int cgroup_write(const struct cgroup_tree *t, const char *path, const char *file, const char *text);
/* Reads a number: the whole file, or with `key` that of its line. UINT64_MAX for "max". 0, or a
 * negative errno, and *ret untouched. */
int cgroup_read(const struct cgroup_tree *t, const char *path, const char *file, const char *key,
	uint64_t *ret);
/* Marks it as given to somebody else to divide (for managers in it): as systemd does. */
void cgroup_mark_delegated(const struct cgroup_tree *t, const char *path);

/* A watch of one of its files by inotify(7), or a negative errno. */
int cgroup_watch(const struct cgroup_tree *t, const char *path, const char *file);
void cgroup_unwatch(const struct cgroup_tree *t, int watch);
