/* SPDX-License-Identifier: MIT */
/* What /proc says of processes (proc(5)), read without allocating where the reaping path needs it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct proc_info {
	pid_t pid, ppid, pgid, sid;
	char state;	      /* R S D Z T ... */
	char name[16];	      /* comm */
	uint64_t start_ticks; /* since boot: with the PID, an identity */
	uint64_t cpu_usec;    /* user and system */
	uint64_t rss_bytes;
};

/* /proc/PID/stat. -ESRCH when it is gone, -ENOENT without /proc. */
int proc_read(pid_t pid, struct proc_info *ret);

/* Whether a process is the one that is meant: 0, or a negative errno. */
typedef int proc_check_fn(pid_t pid, const void *data);

/*
 * Signals the process that was checked, and no later one with its number (pidfd_open(2)); where
 * there are no pidfds, or no signals through them, it is checked last thing before kill(2).
 * Negative errno, -ESRCH: it is gone; or that of `check`.
 */
int proc_signal_checked(pid_t pid, int sig, proc_check_fn *check, const void *data);
/* The same for the one that *p was read of. */
int proc_signal(const struct proc_info *p, int sig);

/* Whether it is one of our descendants: its line of parents leads to us. 1, 0, or -ESRCH: it is
 * gone. */
int proc_is_below_us(pid_t pid);

/* When it started, CLOCK_REALTIME microseconds; 0 when unknown. */
uint64_t proc_started_realtime_usec(const struct proc_info *p);

/* The command line, words joined by blanks, control bytes escaped; the name in brackets for a
 * zombie. Caller frees. */
char *proc_cmdline(pid_t pid);

/* What is done with a process; a negative errno ends the walk. */
typedef int proc_pid_fn(pid_t pid, void *data);

/*
 * Calls `fn` for each of our own children, the oldest first, by /proc/self/task/TID/children
 * (CONFIG_PROC_CHILDREN), else by a walk of /proc. 0, or a negative errno.
 */
int proc_each_own_child(proc_pid_fn *fn, void *data);

/* Calls `fn` for each child of each thread of a process, until it returns a negative errno: that,
 * 0, or -ENOENT without CONFIG_PROC_CHILDREN. */
int proc_each_child(pid_t pid, proc_pid_fn *fn, void *data);

/* Every process of our PID namespace, sorted by PID, or a negative errno; the caller frees *ret. */
ssize_t proc_all(struct proc_info **ret);
/* The one of that number in such a list, or NULL. */
const struct proc_info *proc_find(const struct proc_info *list, size_t count, pid_t pid);

/*
 * The same of those alone that are wanted, for who is to be signalled; may be none. Where /proc
 * cannot be listed our own children alone, which whoever is below them becomes once they have
 * ended. -ENOENT: not even one.
 */
typedef bool proc_filter_fn(pid_t pid, void *data);
ssize_t proc_wanted(proc_filter_fn *wanted, void *data, struct proc_info **ret);

/* Whether any thread of the process has a child: 1, 0, or a negative errno (no
 * CONFIG_PROC_CHILDREN). */
int proc_has_children(pid_t pid);
