/* SPDX-License-Identifier: MIT */
/* Where cgroups lie, and what is written into them. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "daemon/base/cgroup_root.h"
#include "daemon/process/cgroup_limit.h"
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
	expect_text(cgroup_slice_path("cpu-a.slice"), "_cpu.slice/cpu-a.slice");
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

/* What a unit says: KEY VALUE ... NULL. */
static const char *said(const char *key, void *data)
{
	for (const char **at = data; *at; at += 2)
		if (strcmp(*at, key) == 0)
			return at[1];
	return NULL;
}

static int device(const char *path, dev_t *ret, void *data)
{
	(void)data;
	if (strcmp(path, "/dev/missing") == 0)
		return -ENOENT;
	*ret = strcmp(path, "/dev/sda") == 0 ? makedev(8, 0) : makedev(8, 16);
	return 0;
}

#define SOURCE(...)                                                                                \
	{                                                                                          \
		.get = said, .device = device, .data = (const char *[]){__VA_ARGS__, NULL},        \
		.memory_bytes = 1000000, .tasks = 4000                                             \
	}

/* What is written into `file`; "-" for nothing, "!" for what cannot be understood. */
static const char *written(const struct cgroup_limit_source *source, const char *file)
{
	static char text[CGROUP_LIMIT_TEXT];
	const struct cgroup_limit *limit;

	for (unsigned i = 0; (limit = cgroup_limit_at(i)); i++) {
		int r = strcmp(limit->file, file) == 0 ? cgroup_limit_text(limit, source, text) : 0;
		if (r)
			return r < 0 ? "!" : text;
	}
	return "-";
}

Test(cgroups, what_a_unit_says_is_what_is_written)
{
	static const struct {
		const char *key, *value, *file, *text;
	} cases[] = {
		{"MemoryMax", "100M", "memory.max", "104857600"},
		{"MemoryMax", "10%", "memory.max", "100000"},
		{"MemoryMax", "infinity", "memory.max", "max"},
		{"MemoryMax", "much", "memory.max", "!"},
		{"MemoryMax", "", "memory.max", "-"},
		{"MemoryLimit", "1048576", "memory.max", "1048576"},
		{"MemoryHigh", "1G", "memory.high", "1073741824"},
		{"MemorySwapMax", "0", "memory.swap.max", "0"},
		{"TasksMax", "10%", "pids.max", "400"},
		{"TasksMax", "18446744073709551615", "pids.max", "max"},
		{"CPUQuota", "20%", "cpu.max", "20000 100000"},
		{"CPUQuota", "250%", "cpu.max", "250000 100000"},
		{"CPUQuota", "0.5%", "cpu.max", "1000 200000"},
		{"CPUQuota", "0.01%", "cpu.max", "1000 1000000"},
		{"CPUQuota", "0%", "cpu.max", "!"},
		{"CPUQuota", "fast", "cpu.max", "!"},
		{"CPUWeight", "200", "cpu.weight", "200"},
		{"CPUWeight", "0", "cpu.weight", "!"},
		{"CPUWeight", "10001", "cpu.weight", "!"},
		{"CPUWeight", "idle", "cpu.weight", "-"},
		{"CPUWeight", "idle", "cpu.idle", "1"},
		{"CPUShares", "2048", "cpu.weight", "200"},
		{"CPUShares", "2", "cpu.weight", "1"},
		{"AllowedCPUs", "0-2 5, 7", "cpuset.cpus", "0-2,5,7"},
		{"AllowedCPUs", "all", "cpuset.cpus", "!"},
		{"IOWeight", "50", "io.weight", "default 50"},
		{"BlockIOWeight", "1000", "io.weight", "default 200"},
		{"IODeviceWeight", "/dev/sda 20\n/dev/sdb 30", "io.weight", "8:0 20\n8:16 30\n"},
		{"IOReadBandwidthMax", "/dev/sda 5M", "io.max", "8:0 rbps=5000000\n"},
		{"IOWriteIOPSMax", "/dev/sda infinity", "io.max", "8:0 wiops=max\n"},
		{"IOReadIOPSMax", "/dev/missing 5", "io.max", "-"},
		{"IOReadIOPSMax", "/dev/sda", "io.max", "!"},
		{"IODeviceLatencyTargetSec", "/dev/sda 25ms", "io.latency", "8:0 target=25000\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cgroup_limit_source source = SOURCE(cases[i].key, cases[i].value);

		cr_expect_str_eq(written(&source, cases[i].file), cases[i].text, "%s=%s",
			cases[i].key, cases[i].value);
	}
}

Test(cgroups, settings_that_share_a_file)
{
	const struct cgroup_limit_source quota =
		SOURCE("CPUQuota", "50%", "CPUQuotaPeriodSec", "10ms");
	const struct cgroup_limit_source both = SOURCE("MemoryMax", "2", "MemoryLimit", "1");
	const struct cgroup_limit_source rates =
		SOURCE("IOWriteBandwidthMax", "/dev/sda 1K", "IOReadBandwidthMax", "/dev/sdb 2K");

	cr_expect_str_eq(written(&quota, "cpu.max"), "5000 10000");
	cr_expect_str_eq(written(&both, "memory.max"), "2", "the new name wins");
	cr_expect_str_eq(written(&rates, "io.max"), "8:16 rbps=2000\n8:0 wbps=1000\n");
}

Test(cgroups, controllers_follow_from_limits_and_accounting)
{
	const unsigned usual = 1U << CONTROLLER_MEMORY | 1U << CONTROLLER_PIDS;
	const struct cgroup_limit_source nothing = SOURCE(NULL, NULL);
	const struct cgroup_limit_source none =
		SOURCE("MemoryAccounting", "no", "TasksAccounting", "no");
	const struct cgroup_limit_source more =
		SOURCE("CPUQuota", "5%", "IOAccounting", "yes", "AllowedCPUs", "");

	cr_expect(eq(uint, cgroup_limit_controllers(&nothing), usual));
	cr_expect(eq(uint, cgroup_limit_controllers(&none), 0));
	cr_expect(eq(uint, cgroup_limit_controllers(&more),
		usual | 1U << CONTROLLER_CPU | 1U << CONTROLLER_IO));
}
