/* SPDX-License-Identifier: MIT */
/*
 * Folders that a service had made (StateDirectory= and kin), taken away again: in a process of its
 * own, for there may be much in them. Until that has ended the service is not started.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"
#include "daemon/life/service.h"

const char *const service_clean_names[DIRECTORY_MAX] = {
	[DIRECTORY_RUNTIME] = "runtime",
	[DIRECTORY_STATE] = "state",
	[DIRECTORY_CACHE] = "cache",
	[DIRECTORY_LOGS] = "logs",
	[DIRECTORY_CONFIGURATION] = "configuration",
};

unsigned service_can_clean(const struct unit *u)
{
	unsigned kinds = 0;

	for (int kind = 0; u->config->exec && kind < DIRECTORY_MAX; kind++)
		if (u->config->exec->directories[kind].paths)
			kinds |= 1U << kind;
	return kinds;
}

_Noreturn static void remove_all(const struct unit *u, unsigned kinds)
{
	int status = EXIT_SUCCESS;

	signal_to_default(SIGNAL_MASK_ALL);
	(void)signal_mask_set(0, NULL);
	for (int kind = 0; kind < DIRECTORY_MAX; kind++)
		if (kinds >> kind & 1 && directories_remove(&unit_life(u)->spawn, u->config->exec,
						 (enum exec_directory_kind)kind, UINT_MAX) < 0)
			status = EXIT_FAILURE;
	_exit(status);
}

int service_clean(struct unit *u, unsigned kinds)
{
	struct service *s = service_of(u);

	if (!s || unit_life(u)->killing)
		return s ? -ESHUTDOWN : -ENOMEM;
	pid_t pid = fork();
	if (pid == 0)
		remove_all(u, kinds);
	s->cleaner =
		pid < 0 ? NULL : process_track(&unit_life(u)->processes, pid, PROCESS_HELPER, u);
	if (s->cleaner)
		return 0;
	if (pid > 0)
		(void)kill(pid, SIGKILL);
	return -ENOMEM;
}

void life_cleaned(struct life *life, struct process *p)
{
	struct unit *u = p->unit;

	u->service->clean_failed = p->code != CLD_EXITED || p->status != 0;
	u->service->cleaner = process_forget(&life->processes, p);
	if (u->service->clean_failed)
		log_line(LOG_WARNING, 0, u->id, "not all of its folders could be removed");
	job_wake(&life->jobs, u);
	loop_turn_again(life->loop);
	if (life->hooks.news)
		life->hooks.news(
			&(struct life_news){.kind = NEWS_CLEANED, .unit = u, .text = "its folders"},
			life->hooks.data);
}
