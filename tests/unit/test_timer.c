/* SPDX-License-Identifier: MIT */
/* Where in their windows timers go off. */
#include <criterion/criterion.h>

#include "common/clock.h"
#include "daemon/life/timer.h"

#define HOST UINT64_C(0x123456789abcdef)
#define MINUTE (60 * USEC_PER_SEC)

Test(timer, goes_off_within_its_window)
{
	for (uint64_t begin = 1; begin < 5 * MINUTE; begin += 777777)
		for (uint64_t span = 0; span < 2 * MINUTE; span = span * 3 + 1) {
			uint64_t spot = timer_spot(begin, begin + span, HOST);

			cr_expect_geq(spot, begin);
			cr_expect_leq(spot, begin + span);
		}
}

Test(timer, shares_its_spot_with_others_of_the_machine)
{
	uint64_t a = timer_spot(10 * MINUTE, 11 * MINUTE, HOST);
	uint64_t b = timer_spot(a - 1000, a + MINUTE / 2, HOST);

	cr_expect_eq(a, b, "both windows hold the spot of the minute");
	cr_expect_eq(timer_spot(10 * MINUTE, 11 * MINUTE, HOST), a, "it is the same each time");
	cr_expect_eq((timer_spot(20 * MINUTE, 21 * MINUTE, HOST) - a) % MINUTE, 0);
	cr_expect_neq(timer_spot(10 * MINUTE, 11 * MINUTE, HOST + 1), a, "another machine's");
}

Test(timer, falls_back_to_smaller_steps)
{
	uint64_t minute = timer_spot(10 * MINUTE, 11 * MINUTE, HOST);
	uint64_t spot = timer_spot(minute + 1, minute + 15 * USEC_PER_SEC, HOST);

	cr_expect_eq((spot - minute) % (10 * USEC_PER_SEC), 0);
	cr_expect_eq(timer_spot(minute + 1, minute + 100, HOST), minute + 100, "no spot: the end");
	cr_expect_eq(timer_spot(5, 5, HOST), 5);
}
