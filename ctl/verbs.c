/* SPDX-License-Identifier: MIT */
/* The table of verbs, by topic. */
#include <string.h>

#include "common/own.h"
#include "ctl/ctl.h"

#define ONLINE false
#define OFFLINE true

/* clang-format off */
const struct verb verbs[] = {
	{"status", "[UNIT...]", 0, -1, TOPIC_UNITS, ONLINE, verb_status, "How it is, its processes, its last lines"},
	{"list-units", "[PATTERN...]", 0, -1, TOPIC_UNITS, ONLINE, verb_list_units, "Units that are up, failed, or have a job"},
	{"show", "[UNIT...]", 0, -1, TOPIC_UNITS, ONLINE, verb_show, "Properties, for programs"},
	{"cat", "UNIT...", 1, -1, TOPIC_UNITS, ONLINE, verb_cat, "The files that a unit was read from"},
	{"is-active", "UNIT...", 1, -1, TOPIC_UNITS, ONLINE, verb_is_active, "0 when one of them is active"},
	{"is-failed", "UNIT...", 1, -1, TOPIC_UNITS, ONLINE, verb_is_failed, "0 when one of them has failed"},
	{"is-system-running", "", 0, 0, TOPIC_UNITS, ONLINE, verb_is_system_running, "0 when all is well"},
	{"list-dependencies", "[UNIT...]", 0, -1, TOPIC_UNITS, ONLINE, verb_list_dependencies, "What units need, as a tree; --reverse, --after, --before"},
	{"list-timers", "[PATTERN...]", 0, -1, TOPIC_UNITS, ONLINE, verb_list_timers, "Timers, and when each comes next"},
	{"list-sockets", "[PATTERN...]", 0, -1, TOPIC_UNITS, ONLINE, verb_list_sockets, "Sockets, and what each starts"},
	{"list-jobs", "[PATTERN...]", 0, -1, TOPIC_UNITS, ONLINE, verb_list_jobs, "Jobs that have not ended"},
	{"start", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "Start units"},
	{"stop", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "Stop units"},
	{"restart", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "Stop and start, or start"},
	{"try-restart", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "Restart what is active"},
	{"reload", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "Have units read their own configuration"},
	{"reload-or-restart", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "Reload, or restart what cannot"},
	{"try-reload-or-restart", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_job, "The same for what is active"},
	{"isolate", "UNIT", 1, 1, TOPIC_JOBS, ONLINE, verb_job, "Start one unit and stop all others"},
	{"cancel", "[JOB...]", 0, -1, TOPIC_JOBS, ONLINE, verb_cancel, "Forget jobs, by their numbers; or all"},
	{"kill", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_kill, "Send a signal to processes of units"},
	{"freeze", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_freeze, "Keep processes of services from running"},
	{"thaw", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_freeze, "Let them run again"},
	{"reset-failed", "[UNIT...]", 0, -1, TOPIC_JOBS, ONLINE, verb_reset_failed, "Forget failures and start limits"},
	{"clean", "UNIT...", 1, -1, TOPIC_JOBS, ONLINE, verb_clean, "Remove folders that services had made"},
	{"enable", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Link units as their [Install] says"},
	{"disable", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Remove these links"},
	{"reenable", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Both"},
	{"mask", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Keep units from being started at all"},
	{"unmask", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Allow it again"},
	{"preset", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Enable or disable as preset files say"},
	{"link", "FILE...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Put files from elsewhere into the unit path"},
	{"revert", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_install, "Remove drop-ins, masks, changed copies"},
	{"add-wants", "TARGET UNIT...", 2, -1, TOPIC_FILES, ONLINE, verb_add, "Have a target want units"},
	{"add-requires", "TARGET UNIT...", 2, -1, TOPIC_FILES, ONLINE, verb_add, "Have a target require units"},
	{"is-enabled", "UNIT...", 1, -1, TOPIC_FILES, OFFLINE, verb_is_enabled, "0 when one of them is enabled"},
	{"list-unit-files", "[PATTERN...]", 0, -1, TOPIC_FILES, OFFLINE, verb_list_unit_files, "Unit files, and which of them are enabled"},
	{"get-default", "", 0, 0, TOPIC_FILES, OFFLINE, verb_get_default, "What default.target stands for"},
	{"set-default", "TARGET", 1, 1, TOPIC_FILES, OFFLINE, verb_install, "Have it stand for that one"},
	{"edit", "UNIT...", 1, -1, TOPIC_FILES, ONLINE, verb_edit, "Write a drop-in with your editor; --full: the file"},
	{"set-property", "UNIT NAME=VALUE...", 2, -1, TOPIC_FILES, ONLINE, verb_set_property, "Resource control, kept in a drop-in"},
	{"verify", "FILE...", 1, -1, TOPIC_FILES, ONLINE, verb_verify, "What is wrong with unit files; needs no reaperd"},
	{"tree", "[UNIT]", 0, 1, TOPIC_PROCESSES, ONLINE, verb_tree, "Every process below reaperd, under its unit"},
	{"orphans", "", 0, 0, TOPIC_PROCESSES, ONLINE, verb_orphans, "Adopted processes"},
	{"zombies", "", 0, 0, TOPIC_PROCESSES, ONLINE, verb_zombies, "Zombies, and who fails to wait for each"},
	{"reap", "", 0, 0, TOPIC_PROCESSES, ONLINE, verb_reap, "Sweep for dead children now"},
	{"top", "", 0, 0, TOPIC_PROCESSES, ONLINE, verb_top, "What each unit uses, live"},
	{"logs", "[UNIT...]", 0, -1, TOPIC_OUTPUT, ONLINE, verb_logs, "What services wrote"},
	{"events", "", 0, 0, TOPIC_OUTPUT, ONLINE, verb_events, "What happens, as it happens"},
	{"stats", "", 0, 0, TOPIC_OUTPUT, ONLINE, verb_stats, "Counters"},
	{"analyze", "[WHAT...]", 0, -1, TOPIC_OUTPUT, ONLINE, verb_analyze, "Where start-up time went: time, blame, critical-chain, plot; calendar"},
	{"metrics", "", 0, 0, TOPIC_OUTPUT, ONLINE, verb_metrics, "Counters and states as OpenMetrics text"},
	{"daemon-reload", "", 0, 0, TOPIC_REAPERD, ONLINE, verb_daemon_reload, "Read unit files anew"},
	{"daemon-reexec", "", 0, 0, TOPIC_REAPERD, ONLINE, verb_daemon_reexec, "The same: reaperd is not replaced"},
	{"show-environment", "", 0, 0, TOPIC_REAPERD, ONLINE, verb_show_environment, "What services get besides their own environment"},
	{"set-environment", "NAME=VALUE...", 1, -1, TOPIC_REAPERD, ONLINE, verb_set_environment, "Add to it"},
	{"unset-environment", "NAME...", 1, -1, TOPIC_REAPERD, ONLINE, verb_unset_environment, "Take out of it"},
	{"import-environment", "NAME...", 1, -1, TOPIC_REAPERD, ONLINE, verb_import_environment, "Add our own"},
	{"log-level", "[LEVEL]", 0, 1, TOPIC_REAPERD, ONLINE, verb_log_level, "How much reaperd says, or is to say"},
	{"log-target", "[WHERE]", 0, 1, TOPIC_REAPERD, ONLINE, verb_log_target, "Where it says that"},
	{"service-watchdogs", "[BOOL]", 0, 1, TOPIC_REAPERD, ONLINE, verb_service_watchdogs, "Whether it minds WatchdogSec= and kin"},
	{"service-log-level", "SERVICE [LEVEL]", 1, 2, TOPIC_REAPERD, ONLINE, verb_service_log, NULL},
	{"service-log-target", "SERVICE [WHERE]", 1, 2, TOPIC_REAPERD, ONLINE, verb_service_log, NULL},
	{"exit", "[CODE]", 0, 1, TOPIC_REAPERD, ONLINE, verb_end, "Stop everything in order and end"},
	{"poweroff", "", 0, 0, TOPIC_REAPERD, ONLINE, verb_end, "The same, then power off where reaperd booted the machine"},
	{"reboot", "", 0, 0, TOPIC_REAPERD, ONLINE, verb_end, "Likewise, then boot again"},
	{"halt", "", 0, 0, TOPIC_REAPERD, ONLINE, verb_end, "Likewise, then halt"},
	{0},
};
/* clang-format on */

/* Other names of systemctl for the same. */
static const struct {
	const char *name, *verb;
} aliases[] = {
	{"condstop", "stop"},
	{"condrestart", "try-restart"},
	{"condreload", "try-reload-or-restart"},
	{"force-reload", "try-reload-or-restart"},
	{"reload-or-try-restart", "try-reload-or-restart"},
};

/* clang-format off */
DEFINE_ENUM_TABLE(topic, TOPIC_MAX,
	[TOPIC_GENERAL] = "general",
	[TOPIC_UNITS] = "units",
	[TOPIC_JOBS] = "jobs",
	[TOPIC_FILES] = "files",
	[TOPIC_PROCESSES] = "processes",
	[TOPIC_OUTPUT] = "output",
	[TOPIC_REAPERD] = "reaperd", );
/* clang-format on */

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(aliases); i++)
		if (strcmp(aliases[i].name, name) == 0)
			name = aliases[i].verb;
	for (const struct verb *v = verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}
