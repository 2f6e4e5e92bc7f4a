/* SPDX-License-Identifier: MIT */
/* Start-up: the first transaction, and the command after it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/manager/manager.h"

#define DEFAULT_TARGET "default.target"

/* Maintainer scripts of packages look for the first (sd_booted(3)); the second says that it is of
 * our making, for /run may outlive us. */
#define BOOTED_FOLDER "/run/systemd/system"
#define BOOTED_BY_US "/run/reaperd/booted"

bool boot_is_of_others(void)
{
	return access(BOOTED_FOLDER, F_OK) == 0 && access(BOOTED_BY_US, F_OK) < 0;
}

static bool systemctl_is_ours(void)
{
	static const char *const places[] = {"/usr/local/bin/systemctl", "/usr/bin/systemctl"};

	for (size_t i = 0; i < ELEMENTS(places); i++) {
		_cleanup_(freep) char *path = realpath(places[i], NULL);

		if (path)
			return text_ends_with(path, "/reaperctl");
	}
	return false;
}

void boot_announce(const struct manager *m)
{
	if (!m->is_pid1 || m->is_user || m->options.unit_path || boot_is_of_others() ||
		!systemctl_is_ours())
		return;
	int r = folder_make(BOOTED_FOLDER, 0755);
	if (r >= 0)
		r = folder_make(BOOTED_BY_US, 0755);
	if (r < 0)
		(void)log_warning_errno(
			r, "packages that are installed will not start their services");
}

/* What is not applied is of interest in units that start; what is wrong is so in each. */
static void log_diagnostics(const struct unit *u)
{
	for (size_t i = 0; i < u->diags.count; i++) {
		const struct diag *d = &u->diags.list[i];
		bool matters = d->level != DIAG_NOT_APPLIED || u->job;
		_cleanup_(freep) char *text = matters ? diag_format(d) : NULL;

		if (text)
			log_line(d->level == DIAG_ERROR	    ? LOG_ERR
				 : d->level == DIAG_WARNING ? LOG_WARNING
							    : LOG_INFO,
				0, NULL, "%s", text);
	}
}

static struct unit *boot_load(struct manager *m, const char *name)
{
	struct unit *u;
	int r = load_unit(&m->life.loader, name, &u);

	boot_check_units(m); /* also what was loaded before it failed */
	if (r >= 0)
		return u;
	(void)log_error_errno(r, "cannot load %s", name);
	return NULL;
}

/* Starts one of the units that were asked for. */
static int boot_unit(struct manager *m, const char *name)
{
	struct transaction_error error = {0};
	struct unit *u = boot_load(m, name);

	if (!u)
		return -EINVAL;
	int r = transaction_run(
		&m->life.jobs, &m->life.units, u, JOB_START, JOB_MODE_REPLACE, NULL, &error);
	if (r < 0)
		log_error("cannot start %s: %s", name, error.reason ? error.reason : strerror(-r));
	transaction_error_done(&error);
	return r;
}

void boot_check_unit(struct unit *u)
{
	const struct exec_settings *exec = u->config->exec;

	if (!u->is_checked && exec && u->config->path)
		spawn_check(exec, u->config->path, &u->diags);
	u->is_checked = true;
}

void boot_check_units(struct manager *m)
{
	for (size_t i = 0; i < m->life.units.count; i++)
		boot_check_unit(m->life.units.list[i]);
}

static int boot_units(struct manager *m)
{
	char *fallback[] = {(char *)DEFAULT_TARGET};
	char **names = m->options.unit_count ? m->options.units : fallback;
	int count = m->options.unit_count ? m->options.unit_count : 1;
	int started = 0;

	for (int i = 0; i < count; i++)
		(void)boot_load(m, names[i]);
	for (int i = 0; i < count; i++)
		started += boot_unit(m, names[i]) >= 0;
	for (size_t i = 0; i < m->life.units.count; i++)
		log_diagnostics(m->life.units.list[i]);
	return started;
}

void boot_start(struct manager *m)
{
	bool has_units = m->options.unit_count || !m->options.command;

	if (has_units && boot_units(m) == 0) {
		log_error("nothing could be started");
		manager_stop(m, 1, "start-up failed");
		return;
	}
	if (!has_units)
		boot_turn(m);
}

/* Whether each unit that was named is down for good. */
static int count_failed(const struct manager *m)
{
	int failed = 0;

	for (int i = 0; i < m->options.unit_count; i++) {
		const struct unit *u = unit_table_find(&m->life.units, m->options.units[i]);

		failed += !u || u->active == UNIT_FAILED || u->load_state != LOAD_LOADED;
	}
	return failed;
}

void boot_turn(struct manager *m)
{
	if (m->state != MANAGER_STARTING || m->life.jobs.count)
		return;

	int failed = count_failed(m);
	m->state = MANAGER_RUNNING;
	m->ready = moment_now();
	outside_ready(m);
	if (failed && (m->options.command || failed == m->options.unit_count)) {
		manager_stop(m, 1, "start-up failed");
		return;
	}
	if (m->options.command && !m->entrypoint.started && entrypoint_start(m) < 0)
		manager_stop(m, STATUS_CANNOT_START, "the command could not be started");
}
