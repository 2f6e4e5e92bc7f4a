/* SPDX-License-Identifier: MIT */
/* What services get besides their own environment: what we were given and DefaultEnvironment=, then
 * what was set since, each part in the order of names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/file/environment_file.h"
#include "daemon/manager/manager.h"

/* What a supervisor above us said to us alone; no service may take it for its own. */
static const char *const our_own_variables[] = {"NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS",
	"LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC", "MAINPID", "MANAGERPID", "INVOCATION_ID",
	"JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "RUNTIME_DIRECTORY", "STATE_DIRECTORY",
	"CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY", "REAPERD_SOCKET",
	"REAPERD_UNIT_PATH"};

static bool is_our_own(const char *assignment)
{
	for (size_t i = 0; i < ELEMENTS(our_own_variables); i++) {
		const char *rest = text_after_prefix(assignment, our_own_variables[i]);
		if (rest && *rest == '=')
			return true;
	}
	return false;
}

/* Both parts in one list; of what is in both the later one counts. */
static int merge(struct manager *m)
{
	_cleanup_(strv_freep) char **list = NULL;
	int r = strv_copy(m->given_environment, &list);

	for (char **e = m->set_environment; r >= 0 && e && *e; e++) {
		_cleanup_(freep) char *name = strndup(*e, strcspn(*e, "="));

		if (!name)
			return -ENOMEM;
		environment_unset(list, name);
		r = strv_push(&list, strdup(*e));
	}
	if (r < 0)
		return r;
	strv_free(m->life.spawn.environment);
	m->life.spawn.environment = TAKE_PTR(list);
	return 0;
}

int manager_environment_open(struct manager *m)
{
	bool inherits = m->is_pid1 && !m->options.clean_environment;
	int r = 0;

	for (char **e = environ; inherits && r >= 0 && e && *e; e++)
		if (!is_our_own(*e))
			r = strv_push(&m->given_environment, strdup(*e));
	for (char **e = m->settings.environment; r >= 0 && e && *e; e++)
		r = environment_set(&m->given_environment, *e);
	strv_sort(m->given_environment);
	return r < 0 ? r : merge(m);
}

int manager_environment_add(struct manager *m, const char *assignment)
{
	int r = environment_set(&m->set_environment, assignment);

	strv_sort(m->set_environment);
	return r < 0 ? r : merge(m);
}

int manager_environment_remove(struct manager *m, const char *name)
{
	environment_unset(m->set_environment, name);
	environment_unset(m->given_environment, name);
	return merge(m);
}

void manager_environment_close(struct manager *m)
{
	strv_free(m->given_environment);
	strv_free(m->set_environment);
	strv_free(m->life.spawn.environment);
}
