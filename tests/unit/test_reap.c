/* SPDX-License-Identifier: MIT */
/* Dead children: each is told while it is a zombie; those of the table wait in a line. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "daemon/process/reap.h"

static struct process_table table;
static struct reap_counters counters;
static pid_t orphan;

static void on_dead_child(const struct reaped *r, void *data)
{
	bool peeks = data;

	if (peeks)
		cr_expect_eq(kill(r->pid, 0), 0, "it is a zombie still");
	if (process_find(&table, r->pid))
		return;
	orphan = r->pid;
	cr_expect(r->code == CLD_EXITED && r->status == 7);
}

static unsigned drain(unsigned budget, bool peeks)
{
	return reap_drain(
		&table, &counters, budget, peeks, on_dead_child, peeks ? &counters : NULL);
}

static pid_t end_with(int status)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	return pid;
}

static struct process *track(int status)
{
	struct process *p = process_track(&table, end_with(status), PROCESS_MAIN, NULL);

	cr_assert(p);
	p->spawned = true;
	return p;
}

Test(reap, orphans_are_told_and_others_wait)
{
	struct process *first = track(1), *second = track(2);
	pid_t stranger = end_with(7);

	cr_expect_eq(drain(10, true), 3);
	cr_expect_eq(orphan, stranger);
	cr_expect_eq(counters.reaped, 3);
	cr_expect_eq(counters.orphans_reaped, 1);
	cr_expect_eq(process_next_gone(&table), first);
	cr_expect_eq(process_next_gone(&table), second);
	cr_expect(second->code == CLD_EXITED && second->status == 2);
	cr_expect_eq(process_next_gone(&table), NULL);
	(void)process_forget(&table, first);
	(void)process_forget(&table, second);
}

Test(reap, a_number_that_is_gone_is_not_signalled)
{
	struct process *p = track(0);

	cr_expect_eq(process_signal(p, SIGTERM), 0, "a zombie takes it");
	cr_assert_eq(drain(10, true), 1);
	cr_expect_lt(kill(p->pid, 0), 0, "it is another's, or nobody's");
	cr_expect_eq(process_signal(p, SIGTERM), 0);
	process_table_done(&table);
}

Test(reap, a_number_that_is_gone_may_be_an_orphans)
{
	struct process *p = track(7);

	process_gone(&table, p, CLD_EXITED, 0);
	cr_assert_eq(drain(10, true), 1, "another one that got the number");
	cr_expect_eq(orphan, p->pid);
	cr_expect_eq(process_next_gone(&table), p);
	cr_expect_eq(process_next_gone(&table), NULL);
	cr_expect_eq(p->status, 0);
	(void)process_forget(&table, p);
}

Test(reap, whoever_is_forgotten_leaves_the_line)
{
	struct process *p[] = {track(0), track(1), track(2)};

	cr_assert_eq(drain(10, true), 3);
	(void)process_forget(&table, p[1]);
	cr_expect_eq(process_next_gone(&table), p[0]);
	(void)process_forget(&table, p[2]);
	cr_expect_eq(process_next_gone(&table), NULL);
	(void)process_forget(&table, p[0]);
}

Test(reap, a_budget_ends_it)
{
	(void)track(0);
	(void)track(1);
	cr_expect_eq(drain(1, false), 1);
	cr_expect_eq(drain(2, false), 1);
	process_table_done(&table);
}
