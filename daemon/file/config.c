/* SPDX-License-Identifier: MIT */
#include "daemon/file/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/capability_name.h"
#include "daemon/file/directive.h"
#include "daemon/file/part.h"

DEFINE_ENUM_TABLE(dep_kind, DEP_KIND_MAX, [DEP_REQUIRES] = "Requires",
	[DEP_REQUIRED_BY] = "RequiredBy", [DEP_REQUISITE] = "Requisite",
	[DEP_REQUISITE_OF] = "RequisiteOf", [DEP_WANTS] = "Wants", [DEP_WANTED_BY] = "WantedBy",
	[DEP_BINDS_TO] = "BindsTo", [DEP_BOUND_BY] = "BoundBy", [DEP_PART_OF] = "PartOf",
	[DEP_CONSISTS_OF] = "ConsistsOf", [DEP_UPHOLDS] = "Upholds", [DEP_UPHELD_BY] = "UpheldBy",
	[DEP_CONFLICTS] = "Conflicts", [DEP_CONFLICTED_BY] = "ConflictedBy",
	[DEP_BEFORE] = "Before", [DEP_AFTER] = "After", [DEP_ON_SUCCESS] = "OnSuccess",
	[DEP_ON_SUCCESS_OF] = "OnSuccessOf", [DEP_ON_FAILURE] = "OnFailure",
	[DEP_ON_FAILURE_OF] = "OnFailureOf", [DEP_TRIGGERS] = "Triggers",
	[DEP_TRIGGERED_BY] = "TriggeredBy", [DEP_PROPAGATES_RELOAD_TO] = "PropagatesReloadTo",
	[DEP_RELOAD_PROPAGATED_FROM] = "ReloadPropagatedFrom",
	[DEP_PROPAGATES_STOP_TO] = "PropagatesStopTo",
	[DEP_STOP_PROPAGATED_FROM] = "StopPropagatedFrom",
	[DEP_JOINS_NAMESPACE_OF] = "JoinsNamespaceOf",
	[DEP_NAMESPACE_JOINED_BY] = "NamespaceJoinedBy", [DEP_IN_SLICE] = "InSlice",
	[DEP_SLICE_OF] = "SliceOf", );

DEFINE_ENUM_TABLE(condition_type, CONDITION_TYPE_MAX, [CONDITION_ARCHITECTURE] = "Architecture",
	[CONDITION_FIRMWARE] = "Firmware", [CONDITION_VIRTUALIZATION] = "Virtualization",
	[CONDITION_HOST] = "Host", [CONDITION_KERNEL_COMMAND_LINE] = "KernelCommandLine",
	[CONDITION_KERNEL_VERSION] = "KernelVersion", [CONDITION_CREDENTIAL] = "Credential",
	[CONDITION_ENVIRONMENT] = "Environment", [CONDITION_SECURITY] = "Security",
	[CONDITION_CAPABILITY] = "Capability", [CONDITION_AC_POWER] = "ACPower",
	[CONDITION_NEEDS_UPDATE] = "NeedsUpdate", [CONDITION_FIRST_BOOT] = "FirstBoot",
	[CONDITION_PATH_EXISTS] = "PathExists", [CONDITION_PATH_EXISTS_GLOB] = "PathExistsGlob",
	[CONDITION_PATH_IS_DIRECTORY] = "PathIsDirectory",
	[CONDITION_PATH_IS_SYMBOLIC_LINK] = "PathIsSymbolicLink",
	[CONDITION_PATH_IS_MOUNT_POINT] = "PathIsMountPoint",
	[CONDITION_PATH_IS_READ_WRITE] = "PathIsReadWrite",
	[CONDITION_PATH_IS_ENCRYPTED] = "PathIsEncrypted",
	[CONDITION_DIRECTORY_NOT_EMPTY] = "DirectoryNotEmpty",
	[CONDITION_FILE_IS_EXECUTABLE] = "FileIsExecutable",
	[CONDITION_FILE_NOT_EMPTY] = "FileNotEmpty", [CONDITION_USER] = "User",
	[CONDITION_GROUP] = "Group",
	[CONDITION_CONTROL_GROUP_CONTROLLER] = "ControlGroupController", [CONDITION_CPUS] = "CPUs",
	[CONDITION_MEMORY] = "Memory", [CONDITION_CPU_FEATURE] = "CPUFeature",
	[CONDITION_OS_RELEASE] = "OSRelease", [CONDITION_MEMORY_PRESSURE] = "MemoryPressure",
	[CONDITION_CPU_PRESSURE] = "CPUPressure", [CONDITION_IO_PRESSURE] = "IOPressure", );

DEFINE_ENUM_TABLE(job_mode, JOB_MODE_MAX, [JOB_MODE_FAIL] = "fail", [JOB_MODE_REPLACE] = "replace",
	[JOB_MODE_REPLACE_IRREVERSIBLY] = "replace-irreversibly", [JOB_MODE_ISOLATE] = "isolate",
	[JOB_MODE_FLUSH] = "flush", [JOB_MODE_IGNORE_DEPENDENCIES] = "ignore-dependencies",
	[JOB_MODE_IGNORE_REQUIREMENTS] = "ignore-requirements",
	[JOB_MODE_TRIGGERING] = "triggering", );

DEFINE_ENUM_TABLE(emergency_action, ACTION_MAX, [ACTION_NONE] = "none", [ACTION_REBOOT] = "reboot",
	[ACTION_REBOOT_FORCE] = "reboot-force", [ACTION_REBOOT_IMMEDIATE] = "reboot-immediate",
	[ACTION_POWEROFF] = "poweroff", [ACTION_POWEROFF_FORCE] = "poweroff-force",
	[ACTION_POWEROFF_IMMEDIATE] = "poweroff-immediate", [ACTION_EXIT] = "exit",
	[ACTION_EXIT_FORCE] = "exit-force", );

DEFINE_ENUM_TABLE(essential, ESSENTIAL_MAX, [ESSENTIAL_NO] = "no", [ESSENTIAL_YES] = "yes",
	[ESSENTIAL_ON_FAILURE] = "on-failure", );

DEFINE_ENUM_TABLE(command_list,
	COMMANDS_MAX, [COMMANDS_CONDITION] = "ExecCondition", [COMMANDS_START_PRE] = "ExecStartPre",
	[COMMANDS_START] = "ExecStart", [COMMANDS_START_POST] = "ExecStartPost",
	[COMMANDS_RELOAD] = "ExecReload", [COMMANDS_STOP_PRE] = "ExecStopPre",
	[COMMANDS_STOP] = "ExecStop", [COMMANDS_STOP_POST] = "ExecStopPost", );

DEFINE_ENUM_TABLE(exec_stdio, STDIO_MAX, [STDIO_NULL] = "null", [STDIO_TTY] = "tty",
	[STDIO_TTY_FORCE] = "tty-force", [STDIO_TTY_FAIL] = "tty-fail", [STDIO_SOCKET] = "socket",
	[STDIO_FD] = "fd", [STDIO_DATA] = "data", [STDIO_INHERIT] = "inherit",
	[STDIO_JOURNAL] = "journal", [STDIO_JOURNAL_CONSOLE] = "journal+console",
	[STDIO_KMSG] = "kmsg", [STDIO_KMSG_CONSOLE] = "kmsg+console", [STDIO_FILE] = "file",
	[STDIO_APPEND] = "append", [STDIO_TRUNCATE] = "truncate", );

DEFINE_ENUM_TABLE(exec_directory_kind, DIRECTORY_MAX, [DIRECTORY_RUNTIME] = "RuntimeDirectory",
	[DIRECTORY_STATE] = "StateDirectory", [DIRECTORY_CACHE] = "CacheDirectory",
	[DIRECTORY_LOGS] = "LogsDirectory", [DIRECTORY_CONFIGURATION] = "ConfigurationDirectory", );

DEFINE_ENUM_TABLE(preserve_mode, PRESERVE_MAX, [PRESERVE_NO] = "no", [PRESERVE_YES] = "yes",
	[PRESERVE_RESTART] = "restart", );

DEFINE_ENUM_TABLE(kill_mode, KILL_MODE_MAX, [KILL_CONTROL_GROUP] = "control-group",
	[KILL_MIXED] = "mixed", [KILL_PROCESS] = "process", [KILL_NONE] = "none", );

DEFINE_ENUM_TABLE(service_type, SERVICE_TYPE_MAX, [SERVICE_SIMPLE] = "simple",
	[SERVICE_EXEC] = "exec", [SERVICE_FORKING] = "forking", [SERVICE_ONESHOT] = "oneshot",
	[SERVICE_DBUS] = "dbus", [SERVICE_NOTIFY] = "notify",
	[SERVICE_NOTIFY_RELOAD] = "notify-reload", [SERVICE_IDLE] = "idle", );

DEFINE_ENUM_TABLE(
	exit_type, EXIT_TYPE_MAX, [EXIT_TYPE_MAIN] = "main", [EXIT_TYPE_CGROUP] = "cgroup", );

DEFINE_ENUM_TABLE(service_restart, RESTART_MAX, [RESTART_NO] = "no",
	[RESTART_ON_SUCCESS] = "on-success", [RESTART_ON_FAILURE] = "on-failure",
	[RESTART_ON_ABNORMAL] = "on-abnormal", [RESTART_ON_WATCHDOG] = "on-watchdog",
	[RESTART_ON_ABORT] = "on-abort", [RESTART_ALWAYS] = "always", );

DEFINE_ENUM_TABLE(oom_policy,
	OOM_POLICY_MAX, [OOM_CONTINUE] = "continue", [OOM_STOP] = "stop", [OOM_KILL] = "kill", );

DEFINE_ENUM_TABLE(notify_access, NOTIFY_ACCESS_MAX, [NOTIFY_NONE] = "none", [NOTIFY_ALL] = "all",
	[NOTIFY_EXEC] = "exec", [NOTIFY_MAIN] = "main", );

DEFINE_ENUM_TABLE(timeout_failure_mode, TIMEOUT_FAILURE_MODE_MAX, [TIMEOUT_TERMINATE] = "terminate",
	[TIMEOUT_ABORT] = "abort", [TIMEOUT_KILL] = "kill", );

struct commands config_commands(const struct config *c, enum command_list list)
{
	struct commands found = {c->commands.list, 0};
	const struct command *end = found.list + c->commands.count;

	while (found.list < end && found.list->list != list)
		found.list++;
	while (found.list + found.count < end && found.list[found.count].list == list)
		found.count++;
	return found;
}

bool stdio_is_journal(enum exec_stdio kind)
{
	return kind == STDIO_JOURNAL || kind == STDIO_JOURNAL_CONSOLE || kind == STDIO_KMSG ||
	       kind == STDIO_KMSG_CONSOLE;
}

bool exec_inherits_nothing(const struct exec_settings *e)
{
	return e->output.kind == STDIO_INHERIT &&
	       (e->input.kind == STDIO_NULL || e->input.kind == STDIO_FILE ||
		       e->input.kind == STDIO_DATA);
}

bool exec_logs(const struct exec_settings *e)
{
	return exec_inherits_nothing(e) || stdio_is_journal(e->output.kind) ||
	       stdio_is_journal(e->error.kind);
}

static const struct unit_settings usual_unit = {
	.default_dependencies = true,
	.on_failure_job_mode = JOB_MODE_REPLACE,
	.job_timeout_usec = USEC_INFINITY,
	.job_running_timeout_usec = USEC_INFINITY,
	.success_action_exit_status = -1,
	.failure_action_exit_status = -1,
};

static const struct exec_settings usual_exec = {
	.umask = 0022,
	.input.kind = STDIO_NULL,
	.output.kind = STDIO_UNSET, /* config_complete() */
	.error.kind = STDIO_INHERIT,
	.ignore_sigpipe = true,
	.capability_bounding_set = CAPABILITY_ALL,
	.directories = {[0 ... DIRECTORY_MAX - 1].mode = 0755},
};

static const struct kill_settings usual_kill = {
	.signal = SIGTERM,
	.restart_signal = 0, /* config_complete() */
	.final_signal = SIGKILL,
	.watchdog_signal = SIGABRT,
	.send_sigkill = true,
};

static const struct service_settings usual_service = {
	.guess_main_pid = true,
	.runtime_max_usec = USEC_INFINITY,
	.restart_max_delay_usec = USEC_INFINITY,
	.reload_signal = SIGHUP,
	.fd_store_preserve = PRESERVE_RESTART,
};

void config_share(struct config *c)
{
	c->unit = part_share(c->unit);
	c->exec = part_share(c->exec);
	c->kill = part_share(c->kill);
	c->service = part_share(c->service);
}

/* Of parts that others use this unit has no more to free. */
static void let_go_of_shared(struct config *c)
{
	c->unit = part_let_go(c->unit);
	c->exec = part_let_go(c->exec);
	c->kill = part_let_go(c->kill);
	c->service = part_let_go(c->service);
}

static bool type_executes(enum unit_type type)
{
	return type == UNIT_SERVICE || type == UNIT_SOCKET || type == UNIT_MOUNT ||
	       type == UNIT_SWAP;
}

struct config *config_new(enum unit_type type)
{
	_cleanup_(config_freep) struct config *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->unit = part_new(&usual_unit, sizeof(usual_unit));
	if (!c->unit)
		return NULL;
	c->unit->ignore_on_isolate = type == UNIT_MOUNT || type == UNIT_AUTOMOUNT ||
				     type == UNIT_SLICE || type == UNIT_DEVICE;
	if (type_executes(type) && (!(c->exec = part_new(&usual_exec, sizeof(usual_exec))) ||
					   !(c->kill = part_new(&usual_kill, sizeof(usual_kill)))))
		return NULL;
	if ((type == UNIT_SERVICE &&
		    !(c->service = part_new(&usual_service, sizeof(usual_service)))) ||
		(type == UNIT_TIMER && !(c->timer = timer_settings_new())) ||
		(type == UNIT_PATH && !(c->path_watches = path_settings_new())) ||
		(type == UNIT_SOCKET && !(c->socket = socket_settings_new())))
		return NULL;
	return TAKE_PTR(c);
}

/* Rows whose values own something: found once. */
static const struct directive *const *owning_rows(void)
{
	static const struct directive **owning;
	const struct directive *d;
	size_t rows = 0, count = 0;

	if (owning)
		return owning;
	while (directive_at(rows))
		rows++;
	owning = calloc(rows + 1, sizeof(*owning));
	for (size_t i = 0; owning && (d = directive_at(i)); i++)
		if (d->type->done && d->group != GROUP_NONE)
			owning[count++] = d;
	return owning;
}

static void free_fields(struct config *c)
{
	const struct directive *const *d = owning_rows();

	for (; d && *d; d++) {
		void *field = directive_field(*d, c);
		if (field)
			(*d)->type->done(field);
	}
}

struct config *config_free(struct config *c)
{
	if (!c)
		return NULL;
	let_go_of_shared(c);
	free_fields(c);
	for (size_t i = 0; i < c->condition_count; i++)
		free(c->conditions[i].parameter);
	for (size_t i = 0; i < c->dep_count; i++)
		if (!c->deps[i].is_static)
			free((char *)c->deps[i].name);
	for (size_t i = 0; i < c->kept_count; i++)
		free(c->kept[i].text);
	commands_done(&c->commands);
	for (char **d = c->dropins; d && *d; d++)
		free(*d);
	free(c->conditions);
	free(c->deps);
	free(c->kept);
	free(c->dropins);
	free(c->path);
	part_free(c->unit);
	part_free(c->exec);
	part_free(c->kill);
	part_free(c->service);
	free(c->timer);
	free(c->path_watches);
	free(c->socket);
	free(c);
	return NULL;
}

void config_freep(struct config **c)
{
	config_free(*c);
}

static int add_dep(struct config *c, const struct dep_name *dep)
{
	/* Grows by doubling: at each power of two. */
	if ((c->dep_count & (c->dep_count - 1)) == 0) {
		size_t room = c->dep_count ? 2 * c->dep_count : 1;
		struct dep_name *grown = reallocarray(c->deps, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		c->deps = grown;
	}
	c->deps[c->dep_count++] = *dep;
	return 0;
}

int config_add_static_dep(struct config *c, enum dep_kind kind, const char *name, unsigned origin)
{
	return add_dep(c, &(struct dep_name){.kind = (uint8_t)kind,
				  .origin = (uint8_t)origin,
				  .is_static = true,
				  .name = name});
}

int config_add_dep(struct config *c, enum dep_kind kind, const char *name, unsigned origin)
{
	char *copy = strdup(name);

	if (!copy)
		return -ENOMEM;
	int r = add_dep(c,
		&(struct dep_name){.kind = (uint8_t)kind, .origin = (uint8_t)origin, .name = copy});
	if (r < 0)
		free(copy);
	return r;
}
