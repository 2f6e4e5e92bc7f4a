/* SPDX-License-Identifier: MIT */
/* Every table of names leads both ways, and the table of directives is in order. */
#include <string.h>

#include <criterion/criterion.h>

#include "common/unit_name.h"
#include "daemon/base/capability_name.h"
#include "daemon/base/diag.h"
#include "daemon/base/rlimit_name.h"
#include "daemon/file/directive.h"
#include "daemon/life/service.h"
#include "daemon/plan/job.h"
#include "daemon/plan/restart.h"

static const struct enum_table *const tables[] = {
	&unit_type_names,
	&diag_level_names,
	&unit_load_state_names,
	&unit_active_state_names,
	&job_type_names,
	&job_state_names,
	&job_result_names,
	&job_mode_names,
	&service_result_names,
	&service_type_names,
	&service_restart_names,
	&kill_mode_names,
	&notify_access_names,
	&oom_policy_names,
	&cgroup_controller_names,
	&dep_kind_names,
	&command_list_names,
	&service_state_names,
};

Test(tables, names_lead_both_ways)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (int i = 0; i < tables[t]->max; i++) {
			const char *name = enum_to_string(tables[t], i);
			if (name)
				cr_expect_eq(enum_from_string(tables[t], name), i, "%s of %s", name,
					tables[t]->title);
		}
}

Test(tables, no_name_means_nothing)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		cr_expect_lt(enum_from_string(tables[t], "no such name"), 0);
		cr_expect_null(enum_to_string(tables[t], -1));
		cr_expect_null(enum_to_string(tables[t], tables[t]->max));
	}
}

static const char *section_of(const struct directive *d)
{
	bool is_group = strcmp(d->section, "Exec") == 0 || strcmp(d->section, "Kill") == 0 ||
			strcmp(d->section, "CGroup") == 0;

	return is_group ? "Service" : d->section;
}

Test(tables, each_directive_is_found_by_its_key)
{
	const struct directive *d;
	size_t i;

	for (i = 0; (d = directive_at(i)); i++)
		cr_expect_eq(
			directive_find(section_of(d), d->key), d, "%s in [%s]", d->key, d->section);
	cr_expect_gt(i, 250);
}

Test(tables, each_directive_is_honoured_or_says_why_not)
{
	const struct directive *d;

	for (size_t i = 0; (d = directive_at(i)); i++) {
		cr_expect(d->type && d->type->parse, "%s", d->key);
		if (d->same_as) {
			cr_expect(directive_find(section_of(d), d->same_as), "%s", d->key);
			continue;
		}
		cr_expect(d->group != GROUP_NONE || d->not_applied || d->need ||
				  d->flags & DIRECTIVE_KEPT,
			"%s has neither field nor reason", d->key);
	}
}

Test(tables, keys_are_case_sensitive)
{
	cr_expect_null(directive_find("Service", "execstart"));
	cr_expect_null(directive_find("service", "ExecStart"));
	cr_expect_null(directive_find("Unit", "ExecStart"));
}

Test(tables, the_nearest_key_is_near)
{
	cr_expect_str_eq(directive_nearest("Service", "ExecStrat"), "ExecStart");
	cr_expect_null(directive_nearest("Service", "CompletelyDifferent"));
}
