/* SPDX-License-Identifier: MIT */
/* Signals for the processes of an activation, and for nobody else. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "daemon/process/tree_kill.h"

#define MARK 4711

struct pair {
	pid_t parent, child;
};

/* A process and its child, neither of them below us; they end when `alive` is closed. */
static struct pair make_strangers(int alive[2])
{
	struct pair pair;
	int told[2];
	char byte;

	cr_assert(pipe(alive) == 0 && pipe(told) == 0);
	pid_t between = fork();
	if (between == 0) {
		if (fork() != 0)
			_exit(0);
		close(alive[1]);
		pair = (struct pair){.parent = getpid(), .child = fork()};
		if (pair.child && write(told[1], &pair, sizeof(pair)) < 0)
			_exit(1);
		_exit(read(alive[0], &byte, 1) != 0);
	}
	close(alive[0]);
	cr_assert_eq(waitpid(between, NULL, 0), between);
	cr_assert_eq(read(told[0], &pair, sizeof(pair)), sizeof(pair));
	return pair;
}

/* The main process of another parent, who has reaped it: its number is somebody else's. */
Test(tree_kill, the_children_of_whoever_got_a_number_are_not_ours)
{
	const struct mark_space space = {0};
	struct process_table table = {0};
	int alive[2];
	struct pair pair = make_strangers(alive);
	struct process *stale = process_track(&table, pair.parent, PROCESS_MAIN, NULL);

	cr_assert_not_null(stale);
	stale->mark = MARK;
	cr_expect_eq(tree_kill_mark(&space, &table, MARK, SIGCONT), 0);
	stale->spawned = true; /* one of our own keeps its number until we reap it */
	cr_expect_eq(tree_kill_mark(&space, &table, MARK, SIGCONT), 1);
	process_forget(&table, stale);
	close(alive[1]);
}
