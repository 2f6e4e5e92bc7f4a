/* SPDX-License-Identifier: MIT */
/* What `show` prints of a unit's cgroup, by systemd's names and in its formats. */
#include <string.h>

#include "common/value.h"
#include "daemon/control/server.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"
#include "daemon/process/cgroup_limit.h"

#define NOT_SET "[not set]"

static const char *kept(const struct unit *u, const char *key)
{
	return kept_get(u->config, directive_find("Slice", key));
}

static json_t *amount(uint64_t n)
{
	return n == UINT64_MAX ? json_string("infinity") : json_integer((json_int_t)n);
}

/* A number that its cgroup tells now. */
static const struct {
	const char *name, *file, *key;
	unsigned factor;
	bool shown_unset;
} readings[] = {
	{"MemoryCurrent", "memory.current", NULL, 1, true},
	{"MemoryPeak", "memory.peak", NULL, 1, false},
	{"MemorySwapCurrent", "memory.swap.current", NULL, 1, false},
	{"CPUUsageNSec", "cpu.stat", "usage_usec", 1000, true},
	{"TasksCurrent", "pids.current", NULL, 1, true},
};

static void put_readings(struct properties *p, const struct service *s)
{
	for (size_t i = 0; i < ELEMENTS(readings); i++) {
		uint64_t n;
		if (!property_is_wanted(p, readings[i].name))
			continue;
		bool is_known = service_read_cgroup(s, readings[i].file, readings[i].key, &n) >= 0;

		if (is_known)
			property_put(p, readings[i].name,
				json_integer((json_int_t)(n * readings[i].factor)));
		else if (readings[i].shown_unset)
			property_put(p, readings[i].name, json_string(NOT_SET));
	}
}

static const struct {
	const char *name;
	bool of_tasks;
	uint64_t usual; /* where nothing is said */
} amounts[] = {
	{"MemoryMin", false, 0},
	{"MemoryLow", false, 0},
	{"MemoryHigh", false, UINT64_MAX},
	{"MemoryMax", false, UINT64_MAX},
	{"MemorySwapMax", false, UINT64_MAX},
	{"MemoryLimit", false, UINT64_MAX},
	{"TasksMax", true, UINT64_MAX},
};

static void put_limits(struct properties *p, const struct unit *u, const struct cgroup_tree *tree)
{
	static const char *const weights[] = {"CPUWeight", "CPUShares", "IOWeight"};
	const char *quota = kept(u, "CPUQuota");
	uint64_t n;

	for (size_t i = 0; i < ELEMENTS(amounts); i++) {
		const char *text = kept(u, amounts[i].name);
		uint64_t whole = amounts[i].of_tasks ? tree->tasks : tree->memory_bytes;

		if (!text || !*text || cgroup_parse_amount(text, whole, &n) < 0)
			n = amounts[i].usual;
		property_put(p, amounts[i].name, amount(n));
	}
	for (size_t i = 0; i < ELEMENTS(weights); i++) {
		const char *text = kept(u, weights[i]);

		property_put(p, weights[i], json_string(text && *text ? text : NOT_SET));
	}
	if (!quota || cgroup_parse_quota(quota, &n) < 0)
		n = UINT64_MAX;
	property_put(p, "CPUQuotaPerSecUSec", amount(n));
}

void put_cgroup_properties(struct properties *p, const struct unit *u)
{
	const struct cgroup_tree *tree = &unit_life(u)->cgroups;
	static const struct service none;
	const struct service *s = u->service ? u->service : &none;
	_cleanup_(freep) char *name = service_control_group(s);

	if (!u->config->service)
		return;
	property_put(p, "ControlGroup", json_string(name ? name : ""));
	put_readings(p, s);
	if (tree->fd >= 0)
		put_limits(p, u, tree);
}
