/* SPDX-License-Identifier: MIT */
/* Jobs: merging, transactions, order; and the verdict on restarts. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "daemon/plan/job.h"
#include "daemon/plan/restart.h"
#include "tests/unit/house.h"

static struct house h;
static struct job_table jobs;

static void open_house(void)
{
	house_open(&h);
	jobs = (struct job_table){0};
}

static void close_house(void)
{
	job_cancel_all(&jobs);
	house_close(&h);
}

TestSuite(plan, .init = open_house, .fini = close_house);

/* A service with lines for [Unit]. */
static void add(const char *name, const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"[Unit]\nDefaultDependencies=no\n%s[Service]\nExecStart=/bin/true\n", lines);
	house_write(&h, name, text);
}

static int ask(
	const char *name, enum job_type type, enum job_mode mode, struct transaction_error *error)
{
	return transaction_run(&jobs, &h.units, house_load(&h, name), type, mode, NULL, error);
}

static int start(const char *name)
{
	struct transaction_error error = {0};
	int r = ask(name, JOB_START, JOB_MODE_REPLACE, &error);

	transaction_error_done(&error);
	return r;
}

static enum job_type type_of(const char *name)
{
	const struct unit *u = unit_table_find(&h.units, name);

	return u && u->job ? u->job->type : JOB_NOP;
}

/* Names of units in the order in which their jobs may run, each done at once. */
static const char *order(void)
{
	static char text[512];
	struct job *job;

	*text = 0;
	while ((job = job_next_runnable(&jobs))) {
		strcat(text, *text ? " " : "");
		strncat(text, job->unit->id, strcspn(job->unit->id, "."));
		job->unit->active = job->type == JOB_STOP ? UNIT_INACTIVE : UNIT_ACTIVE;
		job_finish(&jobs, job, JOB_DONE);
	}
	return text;
}

Test(plan, merging_is_systemds_table)
{
	cr_expect_eq(job_types_merge(JOB_START, JOB_VERIFY_ACTIVE), JOB_START);
	cr_expect_eq(job_types_merge(JOB_START, JOB_RELOAD), JOB_RELOAD_OR_START);
	cr_expect_eq(job_types_merge(JOB_START, JOB_RESTART), JOB_RESTART);
	cr_expect_eq(job_types_merge(JOB_RELOAD, JOB_RESTART), JOB_RESTART);
	cr_expect_eq(job_types_merge(JOB_VERIFY_ACTIVE, JOB_RELOAD), JOB_RELOAD);
	cr_expect_lt(job_types_merge(JOB_START, JOB_STOP), 0);
	cr_expect_lt(job_types_merge(JOB_STOP, JOB_RESTART), 0);
}

Test(plan, only_what_is_up_is_reloaded)
{
	add("a.service", "");
	struct unit *u = house_load(&h, "a.service");

	u->active = UNIT_ACTIVATING;
	cr_expect_eq(job_type_collapse(JOB_RELOAD_OR_START, u), JOB_START);
	cr_expect_eq(job_type_collapse(JOB_TRY_RELOAD, u), JOB_NOP);
	cr_expect_eq(job_type_collapse(JOB_TRY_RESTART, u), JOB_RESTART);
	u->active = UNIT_ACTIVE;
	cr_expect_eq(job_type_collapse(JOB_RELOAD_OR_START, u), JOB_RELOAD);
	cr_expect_eq(job_type_collapse(JOB_TRY_RELOAD, u), JOB_RELOAD);
}

Test(plan, requirements_are_pulled_in)
{
	add("a.service", "Requires=b.service\nWants=c.service missing.service\n");
	add("b.service", "");
	add("c.service", "");
	cr_expect_eq(start("a.service"), 1);
	cr_expect_eq(type_of("b.service"), JOB_START);
	cr_expect_eq(type_of("c.service"), JOB_START);
	cr_expect_eq(jobs.count, 3);
}

Test(plan, a_missing_requirement_refuses_and_names_it)
{
	struct transaction_error error = {0};

	add("a.service", "Requires=missing.service\n");
	cr_expect_lt(ask("a.service", JOB_START, JOB_MODE_REPLACE, &error), 0);
	cr_expect(strstr(error.reason, "missing.service"));
	transaction_error_done(&error);
	cr_expect_eq(jobs.count, 0);
}

Test(plan, order_goes_by_after_and_before)
{
	add("a.service", "Wants=b.service c.service\nAfter=b.service\nBefore=c.service\n");
	add("b.service", "");
	add("c.service", "");
	cr_expect_eq(start("a.service"), 1);
	cr_expect_str_eq(order(), "b a c");
}

#define BARE "[Unit]\nDefaultDependencies=no\n"

Test(plan, without_an_order_it_is_type_weight_niceness_and_name)
{
	add("a.service", "[Service]\nCPUWeight=50\n");
	add("b.service", "");
	add("c.service", "[Service]\nNice=-5\n");
	add("d.service", "[Service]\nCPUWeight=200\n");
	add("e.service", "[Service]\nNice=5\n");
	add("j.service", "[Service]\nCPUWeight=idle\n");
	house_write(&h, "f.timer", BARE "[Timer]\nOnActiveSec=1h\nUnit=b.service\n");
	house_write(&h, "g.socket", BARE "[Socket]\nListenStream=/tmp/g\nService=b.service\n");
	house_write(&h, "h.path", BARE "[Path]\nPathExists=/no/such\nUnit=b.service\n");
	house_write(&h, "i.target", BARE);
	house_write(&h, "t.target",
		BARE "Wants=j.service e.service d.service c.service b.service a.service\n"
		     "Wants=f.timer g.socket h.path i.target\n");
	cr_expect_eq(start("t.target"), 1);
	cr_expect_str_eq(order(), "h f i t g d c b e a j", "as systemd has it");
}

Test(plan, stops_run_in_reverse)
{
	add("a.service", "Requires=b.service\nAfter=b.service\n");
	add("b.service", "");
	start("a.service");
	order();
	struct transaction_error error = {0};
	cr_expect_eq(ask("b.service", JOB_STOP, JOB_MODE_REPLACE, &error), 1);
	cr_expect_eq(type_of("a.service"), JOB_STOP, "what requires it goes with it");
	cr_expect_str_eq(order(), "a b");
}

Test(plan, what_conflicts_is_stopped_first)
{
	add("a.service", "Conflicts=b.service\nAfter=b.service\n");
	add("b.service", "");
	start("b.service");
	order();
	start("a.service");
	cr_expect_eq(type_of("b.service"), JOB_STOP);
	cr_expect_str_eq(order(), "b a");
}

Test(plan, a_cycle_is_named_in_full)
{
	struct transaction_error error = {0};

	add("a.service", "Requires=b.service\nAfter=b.service\n");
	add("b.service", "Requires=c.service\nAfter=c.service\n");
	add("c.service", "Requires=a.service\nAfter=a.service\n");
	cr_expect_eq(ask("a.service", JOB_START, JOB_MODE_REPLACE, &error), -EDEADLK);
	cr_expect(strstr(error.reason, "a.service") && strstr(error.reason, "b.service") &&
		  strstr(error.reason, "c.service"));
	transaction_error_done(&error);
}

Test(plan, a_cycle_is_broken_at_what_is_only_wanted)
{
	add("a.service", "Wants=b.service\nAfter=b.service\n");
	add("b.service", "Wants=c.service\nAfter=a.service\n");
	add("c.service", "");
	cr_expect_eq(start("a.service"), 1);
	cr_expect_eq(type_of("a.service"), JOB_START, "the innocent stays");
	cr_expect_eq(type_of("b.service"), JOB_NOP);
}

Test(plan, a_failed_requirement_fails_what_waits)
{
	add("a.service", "Requires=b.service\nAfter=b.service\n");
	add("b.service", "");
	start("a.service");
	struct job *job = job_next_runnable(&jobs);
	cr_assert_str_eq(job->unit->id, "b.service");
	job->unit->active = UNIT_FAILED;
	job_finish(&jobs, job, JOB_FAILED);
	cr_expect_eq(jobs.count, 0);
}

/* What fails together is ordered too: the end of one queues the next to run, and it may not. */
Test(plan, what_fails_together_ends_whole)
{
	add("a.service", "");
	add("b.service", "Requires=a.service\nAfter=a.service\n");
	add("c.service", "Requires=a.service\nAfter=a.service b.service\n");
	add("d.service", "Requires=a.service\nAfter=a.service\n");
	for (const char *name = "bcd"; *name; name++)
		cr_expect_eq(start((char[]){*name, '.', 's', 'e', 'r', 'v', 'i', 'c', 'e', 0}), 1);
	cr_expect_eq(jobs.count, 4);
	job_finish(&jobs, job_next_runnable(&jobs), JOB_FAILED);
	cr_expect_eq(jobs.count, 0);
	cr_expect_null(job_next_runnable(&jobs));
}

/* As a unit that gives up takes the jobs of others with it. */
static void end_all_others(struct job *job, enum job_result result, void *data)
{
	(void)job, (void)result, (void)data;
	while (jobs.first)
		job_finish(&jobs, jobs.first, JOB_CANCELED);
}

Test(plan, an_end_may_end_others)
{
	add("a.service", "");
	add("b.service", "Requires=a.service\nAfter=a.service\n");
	add("c.service", "Requires=a.service\nAfter=a.service\n");
	cr_expect_eq(start("b.service"), 1);
	cr_expect_eq(start("c.service"), 1);
	jobs.finished = end_all_others;
	job_finish(&jobs, job_next_runnable(&jobs), JOB_FAILED);
	cr_expect_eq(jobs.count, 0);
}

Test(plan, a_chain_of_ten_thousand_is_no_deep_stack)
{
	for (int i = 0; i < 10000; i++) {
		char name[32], lines[128];

		snprintf(name, sizeof(name), "u%d.target", i);
		snprintf(lines, sizeof(lines),
			"[Unit]\nDefaultDependencies=no\nRequires=u%d.target\nAfter=u%d.target\n",
			i + 1, i + 1);
		house_write(&h, name, i == 9999 ? "[Unit]\nDefaultDependencies=no\n" : lines);
	}
	cr_expect_eq(start("u0.target"), 1);
	cr_expect_eq(jobs.count, 10000);
	cr_assert_str_eq(job_next_runnable(&jobs)->unit->id, "u9999.target");
}

struct verdict_row {
	enum service_restart restart;
	enum service_result result;
	bool again;
};

/* systemd.service(5), the table under Restart=. */
static const struct verdict_row verdicts[] = {
	{RESTART_NO, SERVICE_FAILURE_EXIT_CODE, false},
	{RESTART_ALWAYS, SERVICE_SUCCESS, true},
	{RESTART_ALWAYS, SERVICE_FAILURE_WATCHDOG, true},
	{RESTART_ON_SUCCESS, SERVICE_SUCCESS, true},
	{RESTART_ON_SUCCESS, SERVICE_FAILURE_EXIT_CODE, false},
	{RESTART_ON_FAILURE, SERVICE_SUCCESS, false},
	{RESTART_ON_FAILURE, SERVICE_FAILURE_EXIT_CODE, true},
	{RESTART_ON_FAILURE, SERVICE_FAILURE_SIGNAL, true},
	{RESTART_ON_FAILURE, SERVICE_FAILURE_TIMEOUT, true},
	{RESTART_ON_FAILURE, SERVICE_FAILURE_WATCHDOG, true},
	{RESTART_ON_ABNORMAL, SERVICE_FAILURE_EXIT_CODE, false},
	{RESTART_ON_ABNORMAL, SERVICE_FAILURE_SIGNAL, true},
	{RESTART_ON_ABNORMAL, SERVICE_FAILURE_TIMEOUT, true},
	{RESTART_ON_ABORT, SERVICE_FAILURE_SIGNAL, true},
	{RESTART_ON_ABORT, SERVICE_FAILURE_TIMEOUT, false},
	{RESTART_ON_WATCHDOG, SERVICE_FAILURE_WATCHDOG, true},
	{RESTART_ON_WATCHDOG, SERVICE_FAILURE_SIGNAL, false},
};

Test(restart, the_table)
{
	for (size_t i = 0; i < ELEMENTS(verdicts); i++) {
		const struct service_settings s = {.restart = verdicts[i].restart};
		const struct restart_facts f = {.result = verdicts[i].result};

		cr_expect_eq(restart_decide(&s, &f).again, verdicts[i].again, "%s after %s",
			service_restart_to_string(s.restart), service_result_to_string(f.result));
	}
}

Test(restart, a_stop_forbids_it)
{
	const struct service_settings s = {.restart = RESTART_ALWAYS};

	cr_expect_not(restart_decide(&s, &(struct restart_facts){.forbidden = true}).again);
}

Test(restart, the_pause_grows_by_steps)
{
	const struct service_settings s = {.restart = RESTART_ALWAYS,
		.restart_usec = 1000000,
		.restart_max_delay_usec = 16000000,
		.restart_steps = 4};
	uint64_t before = 0;

	for (unsigned n = 0; n < 8; n++) {
		uint64_t after =
			restart_decide(&s, &(struct restart_facts){.restarts = n}).after_usec;
		cr_expect_geq(after, before);
		cr_expect_leq(after, 16000000);
		before = after;
	}
	cr_expect_eq(before, 16000000);
}

Test(restart, the_start_limit_has_a_window)
{
	uint64_t begin = 0;
	unsigned count = 0;

	for (uint64_t now = 1; now <= 5; now++)
		cr_expect_not(start_limit_exceeded(10, 5, now, &begin, &count));
	cr_expect(start_limit_exceeded(10, 5, 6, &begin, &count));
	cr_expect_not(start_limit_exceeded(10, 5, 30, &begin, &count), "the window is over");
	cr_expect_not(start_limit_exceeded(0, 5, 31, &begin, &count), "0: no limit");
}

Test(restart, clean_ends)
{
	struct exit_set also = {0};

	also.statuses[7 / 8] |= 1 << 7 % 8;
	cr_expect(exit_is_clean(CLD_EXITED, 0, false, NULL));
	cr_expect(exit_is_clean(CLD_KILLED, SIGTERM, true, NULL));
	cr_expect_not(exit_is_clean(CLD_KILLED, SIGTERM, false, NULL));
	cr_expect_not(exit_is_clean(CLD_KILLED, SIGKILL, true, NULL));
	cr_expect(exit_is_clean(CLD_EXITED, 7, false, &also));
	cr_expect_not(exit_is_clean(CLD_EXITED, 8, false, &also));
}

Test(run_queue, gives_the_first_and_lets_any_leave)
{
	enum {
		COUNT = 101
	};
	static struct unit units[COUNT];
	static struct job queued[COUNT];
	static char names[COUNT][8];
	struct run_queue q = {0};
	int left = 0;

	cr_assert_geq(run_queue_reserve(&q, COUNT), 0);
	for (int i = 0; i < COUNT; i++) {
		int n = i * 37 % COUNT; /* each once, in disorder */
		snprintf(names[n], sizeof(names[n]), "u%03d", n);
		units[n].id = names[n];
		queued[n] = (struct job){.unit = &units[n], .rank.type = (uint8_t)(n >= 50)};
		run_queue_push(&q, &queued[n]);
		run_queue_push(&q, &queued[n]);
	}
	for (int n = 0; n < COUNT; n += 3) {
		run_queue_remove(&q, &queued[n]);
		run_queue_remove(&q, &queued[n]);
	}
	for (int n = 0; n < COUNT; n++)
		if (n % 3) {
			cr_expect_eq(run_queue_pop(&q), &queued[n], "%d", n);
			left++;
		}
	cr_expect_eq(run_queue_pop(&q), NULL);
	cr_expect_eq(left, COUNT - COUNT / 3 - 1);
	for (int n = 0; n < COUNT; n++)
		cr_expect_not(queued[n].in_run_queue);
	run_queue_done(&q);
}
