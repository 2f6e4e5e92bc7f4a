/* SPDX-License-Identifier: MIT */
/* The user that a service runs as: the number of one that is made up, and what it leaves behind. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"

uid_t service_dynamic_uid(const struct service *s)
{
	const struct exec_settings *exec = s->unit->config->exec;
	struct life *life = unit_life(s->unit);

	if (!exec->dynamic_user || !exec->user || !life->spawn.is_root)
		return 0;
	return dynamic_user_get(&life->dynamic_users, exec->user);
}

static bool user_is_busy(const struct service *s)
{
	const struct unit_table *t = &unit_life(s->unit)->units;
	const char *name = s->unit->config->exec->user;

	for (size_t i = 0; i < t->count; i++) {
		const struct unit *u = t->list[i];
		const char *other = u->service && u->config->exec ? u->config->exec->user : NULL;

		if (u != s->unit && other && strcmp(other, name) == 0 &&
			!unit_is_inactive_or_failed(u))
			return true;
	}
	return false;
}

void service_remove_ipc(const struct service *s)
{
	const struct exec_settings *exec = s->unit->config->exec;
	struct life *life = unit_life(s->unit);

	if (!s->directories_made || !exec->user || !life->spawn.is_root ||
		!kept_says_yes(s->unit->config, "Service", "RemoveIPC") || user_is_busy(s))
		return;
	uid_t dynamic = service_dynamic_uid(s);
	pid_t pid = fork();
	if (pid == 0)
		ipc_remove(exec, dynamic);
	if (pid < 0)
		log_line(LOG_WARNING, errno, s->unit->id, "cannot remove what it left in memory");
	else
		(void)process_track(&life->processes, pid, PROCESS_HELPER, NULL);
}
