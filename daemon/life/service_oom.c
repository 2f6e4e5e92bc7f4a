/* SPDX-License-Identifier: MIT */
/* The kernel killed a process of the service, for its memory was at an end: OOMPolicy=. */
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"
#include "daemon/life/service_table.h"

enum oom_policy service_oom_policy(const struct service *s)
{
	const char *text = kept_get(s->unit->config, directive_find("Service", "OOMPolicy"));
	int policy = text ? oom_policy_from_string(text) : -1;

	/* Who divides its own cgroup cares for what is in it. */
	return policy >= 0	      ? (enum oom_policy)policy
	       : service_delegates(s) ? OOM_CONTINUE
				      : OOM_STOP;
}

/* What is on its way down already is killed; `here` where that is at work. */
static enum service_state hurried(enum service_state here)
{
	switch (here) {
	case SERVICE_STOP_WATCHDOG:
	case SERVICE_STOP_SIGTERM:
		return SERVICE_STOP_SIGKILL;
	case SERVICE_STOP_POST:
	case SERVICE_FINAL_WATCHDOG:
	case SERVICE_FINAL_SIGTERM:
		return SERVICE_FINAL_SIGKILL;
	default:
		return here;
	}
}

enum service_state service_on_oom_kill(struct service *s, const struct unit_event *event)
{
	enum service_state here = (enum service_state)s->unit->sub_state;
	enum unit_active_state active = service_state_rows[here].active;
	enum oom_policy policy = service_oom_policy(s);
	bool goes_down = active == UNIT_DEACTIVATING && here != SERVICE_STOP;

	(void)event;
	log_line(LOG_WARNING, 0, s->unit->id,
		"the kernel killed a process of it: its memory was at an end (MemoryMax=)");
	if (!goes_down && policy == OOM_CONTINUE)
		return here;
	service_fail(s, SERVICE_FAILURE_OOM_KILL);
	if (goes_down)
		return hurried(here);
	if (policy == OOM_KILL)
		return SERVICE_STOP_SIGKILL;
	return active == UNIT_ACTIVE || active == UNIT_RELOADING ? SERVICE_STOP
								 : SERVICE_STOP_SIGTERM;
}
