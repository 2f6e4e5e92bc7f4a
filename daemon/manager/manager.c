/* SPDX-License-Identifier: MIT */
#include "daemon/manager/manager.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/cgroup_root.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/manager/generators.h"
#include "daemon/manager/settings.h"

/* The defaults of LogFileMaxBytes= and LogFileMaxFiles=. */
#define LOG_FILE_BYTES (16 * 1024 * 1024)
#define LOG_FILES 4

#define CONTAINER_STOP_BUDGET_USEC (9 * USEC_PER_SEC) /* docker stop kills after 10 s */

DEFINE_ENUM_TABLE(manager_state, MANAGER_STATE_MAX, [MANAGER_STARTING] = "starting",
	[MANAGER_RUNNING] = "running", [MANAGER_STOPPING] = "stopping", );

static void set_directories(struct manager *m)
{
	static const char *const root[DIRECTORY_MAX] = {
		[DIRECTORY_RUNTIME] = "/run",
		[DIRECTORY_STATE] = "/var/lib",
		[DIRECTORY_CACHE] = "/var/cache",
		[DIRECTORY_LOGS] = "/var/log",
		[DIRECTORY_CONFIGURATION] = "/etc",
	};
	memcpy(m->life.spawn.directory_prefix, root, sizeof(root));
	m->life.spawn.is_root = geteuid() == 0;
}

static void on_news(const struct life_news *n, void *data)
{
	struct manager *m = data;

	if (m->settings.show_status && n->kind == NEWS_JOB)
		log_notice("%s of %s: %s", job_type_to_string(n->job->type), n->unit->id,
			job_result_to_string(n->result));
	if (n->kind == NEWS_STATE)
		outside_changed(m);
	if (n->kind == NEWS_RELOADED && m->state == MANAGER_RUNNING)
		outside_ready(m);
	if (m->news)
		m->news(n, m->control);
}

static void on_turn(void *data)
{
	struct manager *m = data;

	/* Whoever died may have left children to us. */
	if (m->life.child_died)
		manager_notice_adopted(m);
	life_turn(&m->life);
	boot_turn(m);
	stopping_turn(m);
}

int manager_open(struct manager *m, const struct options *o)
{
	*m = (struct manager){.options = *o,
		.is_pid1 = getpid() == 1,
		.is_user = geteuid() != 0,
		.start = moment_now(),
		.entrypoint.tty_fd = -1,
		.signal_source.fd = -1,
		.settings = {.ring_bytes = LIMIT_OUTPUT_RING_BYTES,
			.log_files = {.max_bytes = LOG_FILE_BYTES,
				.max_files = LOG_FILES,
				.max_age_usec = USEC_INFINITY}}};
	m->settings.stop_budget_usec = m->is_pid1 ? CONTAINER_STOP_BUDGET_USEC : USEC_INFINITY;
	if (o->stop_budget_usec)
		m->settings.stop_budget_usec = o->stop_budget_usec;

	inherited_take(&m->inherited);
	log_open();
	if (!m->is_pid1 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		(void)log_warning_errno(
			errno, "cannot become a subreaper: orphans will go elsewhere");
	if (o->parent_death_signal && prctl(PR_SET_PDEATHSIG, o->parent_death_signal) < 0)
		(void)log_warning_errno(errno, "cannot ask for a signal at our parent's death");

	int r = loop_new(&m->loop);
	if (r < 0)
		return log_error_errno(r, "cannot set up the event loop");
	r = life_open(&m->life, m->loop);
	if (r < 0)
		return log_error_errno(r, "cannot set up the tables of units");
	m->life.hooks = (struct life_hooks){.news = on_news, .action = manager_action, .data = m};
	m->life.loader.table = &m->life.units;
	loader_set_defaults(&m->life.loader);
	loop_set_turn_hook(m->loop, on_turn, m);
	return signals_open(m);
}

/* Nothing is to be started. */
static bool is_for_looking(const struct options *o)
{
	return o->check || o->verify || o->install || o->dump;
}

int manager_configure(struct manager *m)
{
	struct loader *l = &m->life.loader;

	settings_load(m);
	int r = manager_environment_open(m);
	if (r < 0)
		return log_error_errno(r, "cannot set up the environment of services");
	set_directories(m);
	l->user_mode = m->is_user && !m->is_pid1;
	l->path = search_path_new(m->options.unit_path, l->user_mode);
	if (!l->path)
		return log_error_errno(ENOMEM, "cannot set up the unit path");
	if (!m->is_pid1 || boot_is_of_others())
		search_path_set_booted(l->path);
	l->host = specifier_host_local();
	if (!is_for_looking(&m->options)) {
		generators_run(m);
		boot_announce(m);
	}
	m->life.spawn.console_fd = STDOUT_FILENO;
	if (m->options.command && !m->options.unit_count)
		return 0; /* nobody writes but the command, and that is not ours to read */
	r = output_hub_new(m->loop, STDOUT_FILENO, m->settings.ring_bytes, &m->life.output);
	if (r < 0)
		(void)log_warning_errno(r, "cannot keep the output of services");
	if (is_for_looking(&m->options))
		return 0;
	(void)cgroup_root(); /* while we are alone in it: what gave it to us may say no more */
	log_files_open(m);
	return 0;
}

void manager_leave_directory(void)
{
	if (chdir("/") < 0)
		(void)log_debug("cannot leave the working directory: %s", strerror(errno));
}

int manager_run(struct manager *m)
{
	if (!m->options.command)
		manager_leave_directory();
	if (!m->options.command || m->options.unit_count) {
		life_open_cgroups(&m->life);
		(void)life_prepare_births(&m->life);
	}
	manager_arm_sweep(m);
	boot_start(m);
	int status = loop_run(m->loop);
	if (m->life.output)
		output_hub_flush(m->life.output, USEC_PER_SEC / 10);
	return status;
}

void manager_end(struct manager *m)
{
	outside_close(m);
	life_end(&m->life);
}

void manager_close(struct manager *m)
{
	outside_close(m);
	life_close(&m->life);
	m->life.output = output_hub_free(m->life.output);
	search_path_free(m->life.loader.path);
	closep(&m->signal_source.fd);
	manager_environment_close(m);
	strv_free(m->settings.environment);
	free(m->settings.log_files.directory);
	free(m->last_words);
	loop_free(m->loop);
}

const char *manager_state_name(const struct manager *m)
{
	if (m->state != MANAGER_RUNNING)
		return manager_state_to_string(m->state);
	for (size_t i = 0; i < m->life.units.count; i++)
		if (m->life.units.list[i]->active == UNIT_FAILED)
			return "degraded";
	return "running";
}
