/* SPDX-License-Identifier: MIT */
/* Children that share our table of descriptors for a moment. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "daemon/process/birth.h"

#define MANY 200

static struct birth_places places;
static int filler[2], output[2];

static int highest_descriptor(void)
{
	DIR *d = opendir("/proc/self/fd");
	int highest = -1;

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
		if (atoi(e->d_name) > highest)
			highest = atoi(e->d_name);
	return highest;
}

static void set_up(void)
{
	cr_assert(pipe2(filler, O_CLOEXEC) == 0 && filler[1] < BIRTH_KEPT);
	birth_open(&places, filler[1]);
	for (int i = 0; i < MANY; i++)
		cr_assert(fcntl(filler[0], F_DUPFD_CLOEXEC, BIRTH_KEPT) >= BIRTH_KEPT);
	cr_assert_eq(pipe2(output, O_CLOEXEC), 0);
	if (!places.count)
		cr_skip_test("children cannot share descriptors here (close_range)");
}

/* The child writes the highest number it has into its output. */
static pid_t bear(struct birth_places *p)
{
	struct birth b = {.places = p, .cgroup_fd = -1, .output_fd = output[1]};
	pid_t pid = birth_fork(&b);

	if (pid == 0) {
		int highest = highest_descriptor();
		_exit(b.error || write(b.output_fd, &highest, sizeof(highest)) != sizeof(highest));
	}
	return pid;
}

static int hear(pid_t pid)
{
	int status, highest = -1;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	cr_assert_eq(read(output[0], &highest, sizeof(highest)), sizeof(highest));
	return highest;
}

Test(birth, a_child_has_few_descriptors_and_its_output, .init = set_up)
{
	cr_expect_lt(hear(bear(&places)), BIRTH_KEPT);
	cr_expect_geq(highest_descriptor(), BIRTH_KEPT + MANY - 1, "ours are as they were");
	cr_expect_geq(hear(bear(NULL)), BIRTH_KEPT, "a fork has them all");
}

Test(birth, an_output_is_closed_once_the_child_has_it, .init = set_up)
{
	char byte;
	pid_t pid = bear(&places);

	(void)hear(pid);
	close(output[1]);
	cr_expect_not(birth_sweep(&places), "nothing is left to be swept");
	cr_expect_eq(read(output[0], &byte, 1), 0, "nobody could write any more");
}

Test(birth, without_a_free_place_it_is_a_fork, .init = set_up)
{
	pid_t waits_forever = 1;

	for (size_t i = 0; i < places.count; i++) {
		places.list[i].pid = waits_forever;
		places.used[i] = 1;
	}
	cr_expect_geq(hear(bear(&places)), BIRTH_KEPT);
	birth_forget(&places, waits_forever);
	cr_expect_lt(hear(bear(&places)), BIRTH_KEPT);
}

Test(birth, a_child_that_never_ran_gives_its_place_back, .init = set_up)
{
	char byte;
	struct birth b = {.places = &places, .cgroup_fd = -1, .output_fd = output[1]};

	pid_t pid = birth_fork(&b);
	if (pid == 0)
		_exit(0);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	places.used[0] = 1; /* as if it had been killed before it parted from us */
	close(output[1]);
	unsigned looks = 0;
	while (birth_sweep(&places))
		looks++;
	cr_expect(looks > 0 && looks < 100, "it is looked for again, and not for ever");
	birth_forget(&places, pid);
	cr_expect_eq(read(output[0], &byte, 1), 0);
}

Test(birth, no_places_below_a_high_descriptor, .init = set_up)
{
	struct birth_places none;

	birth_open(&none, fcntl(filler[1], F_DUPFD_CLOEXEC, BIRTH_KEPT));
	cr_expect_eq(none.count, 0);
	birth_close(&none);
	cr_expect_geq(hear(bear(&none)), BIRTH_KEPT);
}
