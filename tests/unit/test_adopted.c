/* SPDX-License-Identifier: MIT */
/* Children that came to us: real processes, looked at through /proc. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "common/own.h"
#include "daemon/process/adopted.h"
#include "daemon/process/mark.h"

static void count_adopted(const struct proc_info *p, void *data)
{
	(void)p;
	++*(int *)data;
}

static pid_t fork_marked(const struct mark_space *space, uint64_t mark)
{
	int ready[2];
	char byte;

	cr_assert_eq(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)mark_wear(space, mark);
		(void)!write(ready[1], "", 1);
		pause();
		_exit(0);
	}
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void end(pid_t pid)
{
	siginfo_t info;

	(void)kill(pid, SIGKILL);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

Test(adopted, who_is_left_of_an_activation)
{
	struct process_table processes = {0};
	struct adopted_table t = {0};
	struct mark_space space;
	int news = 0;

	cr_assert_geq(mark_space_open(&space), 0);
	uint64_t mark = mark_next(&space);
	pid_t ours = fork_marked(&space, mark), left = fork_marked(&space, mark),
	      last = fork_marked(&space, mark);
	struct process *known = process_track(&processes, ours, PROCESS_MAIN, NULL);

	cr_assert_geq(adopted_look(&t, &processes, &space, count_adopted, &news), 0);
	cr_expect_eq(news, 2, "what is in the process table was not adopted");
	cr_expect(adopted_has_mark(&t, &processes, mark));
	cr_expect_not(adopted_has_mark(&t, &processes, mark_next(&space)));
	cr_expect_eq(adopted_only(&t, &processes, mark), 0, "there are two");
	cr_expect_neq(adopted_since(&t, left), 0);
	cr_expect_eq(adopted_since(&t, ours), 0);

	cr_expect_not(adopted_has_dead(&t, &processes, mark));
	end(left);
	cr_expect(adopted_has_dead(&t, &processes, mark), "its children are ours now");
	cr_expect_eq(adopted_only(&t, &processes, mark), last, "a zombie is no process");
	cr_expect(adopted_forget(&t, left));
	cr_expect_not(adopted_forget(&t, left));
	cr_expect_not(adopted_has_dead(&t, &processes, mark), "it is reaped");
	cr_assert_geq(adopted_look(&t, &processes, &space, count_adopted, &news), 0);
	cr_expect_eq(news, 2, "those that are known are no news, zombies neither");

	end(last);
	cr_expect_not(adopted_has_mark(&t, &processes, mark));
	/* What we started and let go is as one that came to us. */
	(void)process_forget(&processes, known);
	cr_assert_geq(adopted_look(&t, &processes, &space, count_adopted, &news), 0);
	cr_expect_eq(adopted_only(&t, &processes, mark), ours);
	end(ours);
	adopted_done(&t);
}

Test(adopted, a_list_longer_than_one_piece)
{
	struct process_table processes = {0};
	struct adopted_table t = {0};
	struct mark_space space;
	static pid_t pids[900];
	int news = 0;

	cr_assert_geq(mark_space_open(&space), 0);
	for (size_t i = 0; i < ELEMENTS(pids); i++)
		if ((pids[i] = fork()) == 0) {
			pause();
			_exit(0);
		}
	cr_assert_geq(adopted_look(&t, &processes, &space, count_adopted, &news), 0);
	cr_expect_eq(news, ELEMENTS(pids));
	for (size_t i = 0; i < ELEMENTS(pids); i++) {
		cr_expect(adopted_forget(&t, pids[i]));
		end(pids[i]);
	}
	cr_expect_null(t.by_pid);
}
