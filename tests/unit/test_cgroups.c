/* SPDX-License-Identifier: MIT */
/* Where cgroups lie, and what is written into them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "daemon/base/cgroup_root.h"
#include "daemon/process/cgroup_path.h"

static void expect_text(char *is, const char *wanted)
{
	if (wanted)
		cr_expect(is && strcmp(is, wanted) == 0, "%s instead of %s", is ? is : "nothing",
			wanted);
	else
		cr_expect_null(is);
	free(is);
}

Test(cgroups, slices_lie_in_each_other)
{
	expect_text(cgroup_slice_path("-.slice"), "");
	expect_text(cgroup_slice_path("system.slice"), "system.slice");
	expect_text(cgroup_slice_path("a-b-c.slice"), "a.slice/a-b.slice/a-b-c.slice");
	expect_text(cgroup_slice_path("a-b\\x2dc.slice"), "a.slice/a-b\\x2dc.slice");
	expect_text(cgroup_slice_path("a--b.slice"), NULL);
	expect_text(cgroup_slice_path("-a.slice"), NULL);
	expect_text(cgroup_slice_path("a-.slice"), NULL);
	expect_text(cgroup_slice_path(".slice"), NULL);
	expect_text(cgroup_slice_path("../a.slice"), NULL);
	expect_text(cgroup_slice_path("a.service"), NULL);
	expect_text(cgroup_slice_path(""), NULL);
}

Test(cgroups, instances_have_a_slice_of_their_template)
{
	expect_text(cgroup_default_slice("a.service", false), "system.slice");
	expect_text(cgroup_default_slice("getty@tty1.service", false), "system-getty.slice");
	expect_text(cgroup_default_slice("a-b@x-y.service", false), "system-a\\x2db.slice");
	expect_text(cgroup_default_slice("a.service", true), "app.slice");
	expect_text(cgroup_default_slice("a@b.service", true), "app-a.slice");
}

Test(cgroups, no_unit_is_taken_for_a_file_of_the_kernel)
{
	expect_text(cgroup_unit_path("system.slice", "a.service"), "system.slice/a.service");
	expect_text(cgroup_unit_path("-.slice", "a.service"), "a.service");
	expect_text(
		cgroup_unit_path("system.slice", "memory.service"), "system.slice/_memory.service");
	expect_text(cgroup_unit_path("system.slice", "_a.service"), "system.slice/__a.service");
	expect_text(cgroup_unit_path("system.slice", "memoryx.service"),
		"system.slice/memoryx.service");
	expect_text(cgroup_unit_path("no-such", "a.service"), NULL);
}

Test(cgroups, controllers_are_known_by_name)
{
	cr_expect(eq(int, cgroup_controllers_parse(""), 0));
	cr_expect(eq(int, cgroup_controllers_parse("hugetlb misc"), 0));
	cr_expect(eq(int, cgroup_controllers_parse("cpuset cpu io memory hugetlb pids"),
		(1 << CONTROLLER_MAX) - 1));
}
