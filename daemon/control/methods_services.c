/* SPDX-License-Identifier: MIT */
/* What is done to services that run or rest, without a job: their processes frozen and thawed. */
#include <errno.h>
#include <string.h>

#include "common/interface.h"
#include "daemon/control/server.h"
#include "daemon/life/service.h"

/* Why it cannot be frozen or thawed; NULL: it can. As systemd asks it, and in that order. */
static const char *freeze_refusal(const struct unit *u)
{
	if (u->load_state == LOAD_NOT_FOUND)
		return "there is no unit of that name";
	if (u->active != UNIT_ACTIVE)
		return "it is not active";
	if (u->job)
		return "it has a job";
	if (u->type != UNIT_SERVICE || !u->service)
		return "only services can be frozen";
	if (!u->service->cgroup)
		return "it has no cgroup here";
	return NULL;
}

void method_freeze_units(struct call *c)
{
	json_t *names, *name;
	size_t i;

	if (call_strings(c, "units", &names) < 0)
		return;
	if (!json_array_size(names)) {
		call_invalid(c, "units");
		return;
	}
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		if (!u)
			return;
		const char *why_not = freeze_refusal(u);
		int r = why_not ? 0 : service_freeze(u->service, c->method->argument);
		if (why_not || r < 0) {
			call_unit_error(
				c, "NotApplicable", u->id, why_not ? why_not : strerror(-r));
			return;
		}
	}
	call_reply(c, json_object());
}
