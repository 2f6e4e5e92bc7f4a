/* SPDX-License-Identifier: MIT */
/* The event loop's timers. */
#include <criterion/criterion.h>

#include "common/clock.h"
#include "daemon/base/loop.h"

struct run {
	struct loop *loop;
	struct loop_timer due, later;
	char order[8];
	size_t count;
	uint64_t later_at_usec, fired_usec;
};

static void on_due(struct loop_timer *t)
{
	struct run *r = t->data;

	r->order[r->count++] = 'd';
	/* Due again at once, once more: a service that is started again without delay. */
	if (r->count < 3)
		(void)loop_timer_set(r->loop, t, clock_monotonic_usec());
}

static void on_later(struct loop_timer *t)
{
	struct run *r = t->data;

	r->order[r->count++] = 'l';
	r->fired_usec = clock_monotonic_usec();
	loop_exit(r->loop, 7);
}

Test(loop, what_is_due_runs_at_once_and_what_is_not_in_its_time)
{
	struct run r = {0};

	cr_assert_geq(loop_new(&r.loop), 0);
	r.due = (struct loop_timer){.fn = on_due, .data = &r};
	r.later = (struct loop_timer){.fn = on_later, .data = &r};
	r.later_at_usec = clock_monotonic_usec() + 30 * USEC_PER_MSEC;
	cr_assert_geq(loop_timer_set(r.loop, &r.later, r.later_at_usec), 0);
	cr_assert_geq(loop_timer_set(r.loop, &r.due, clock_monotonic_usec()), 0);
	cr_expect_eq(loop_run(r.loop), 7);
	cr_expect_str_eq(r.order, "dddl");
	cr_expect_geq(r.fired_usec, r.later_at_usec);
	loop_free(r.loop);
}
