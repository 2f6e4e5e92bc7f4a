/* SPDX-License-Identifier: MIT */
/* The table of directives: what [Service] alone has, and the kill group. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define SERVICE(name, kind, field, ...) \
	{.section = "Service", .key = name, .type = &kind, .group = GROUP_SERVICE, \
	 .offset = offsetof(struct service_settings, field), __VA_ARGS__}
#define COMMANDS(name, which) \
	{.section = "Service", .key = name, .type = &type_commands, .group = GROUP_SERVICE_COMMANDS, .argument = which}
#define NOT_DONE(name, kind, why, ...) \
	{.section = "Service", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = why, __VA_ARGS__}
/* Old places of settings that live in [Unit] now. */
#define MOVED(name, kind, field, ...) \
	{.section = "Service", .key = name, .type = &kind, .group = GROUP_UNIT, .flags = DIRECTIVE_OLD, \
	 .offset = offsetof(struct unit_settings, field), __VA_ARGS__}
#define KILL(name, kind, field, ...) \
	{.section = "Kill", .key = name, .type = &kind, .group = GROUP_KILL, \
	 .offset = offsetof(struct kill_settings, field), __VA_ARGS__}

static const struct directive rows[] = {
	SERVICE("Type", type_service_type, type, .names = &service_type_names),
	SERVICE("ExitType", type_enum, exit_type, .names = &exit_type_names, .flags = DIRECTIVE_TERSE),
	COMMANDS("ExecCondition", COMMANDS_CONDITION),
	COMMANDS("ExecStartPre", COMMANDS_START_PRE),
	COMMANDS("ExecStart", COMMANDS_START),
	COMMANDS("ExecStartPost", COMMANDS_START_POST),
	COMMANDS("ExecReload", COMMANDS_RELOAD),
	COMMANDS("ExecStop", COMMANDS_STOP),
	COMMANDS("ExecStopPost", COMMANDS_STOP_POST),
	SERVICE("Restart", type_enum, restart, .names = &service_restart_names),
	SERVICE("RestartSec", type_usec, restart_usec),
	SERVICE("RestartSteps", type_unsigned, restart_steps, .flags = DIRECTIVE_TERSE),
	SERVICE("RestartMaxDelaySec", type_usec, restart_max_delay_usec, .flags = DIRECTIVE_TERSE),
	NOT_DONE("RestartMode", type_text, "a restart passes through inactive, as Restart= has always done"),
	SERVICE("TimeoutSec", type_timeout_both, timeout_start_usec),
	SERVICE("TimeoutStartSec", type_timeout, timeout_start_usec),
	SERVICE("TimeoutStopSec", type_timeout, timeout_stop_usec),
	SERVICE("TimeoutAbortSec", type_timeout_abort, timeout_abort_usec),
	SERVICE("TimeoutStartFailureMode", type_enum, timeout_start_failure_mode, .names = &timeout_failure_mode_names),
	SERVICE("TimeoutStopFailureMode", type_enum, timeout_stop_failure_mode, .names = &timeout_failure_mode_names),
	SERVICE("RuntimeMaxSec", type_usec, runtime_max_usec),
	SERVICE("RuntimeRandomizedExtraSec", type_usec, runtime_randomized_extra_usec),
	SERVICE("WatchdogSec", type_usec, watchdog_usec),
	SERVICE("RemainAfterExit", type_bool, remain_after_exit),
	SERVICE("GuessMainPID", type_bool, guess_main_pid),
	SERVICE("RootDirectoryStartOnly", type_bool, root_directory_start_only),
	SERVICE("PermissionsStartOnly", type_bool, permissions_start_only),
	SERVICE("SuccessExitStatus", type_exit_set, success_status),
	SERVICE("RestartPreventExitStatus", type_exit_set, restart_prevent_status),
	SERVICE("RestartForceExitStatus", type_exit_set, restart_force_status),
	SERVICE("PIDFile", type_pid_file, pid_file),
	SERVICE("NotifyAccess", type_notify_access, notify_access, .names = &notify_access_names),
	SERVICE("BusName", type_bus_name, bus_name),
	SERVICE("Sockets", type_words, sockets),
	SERVICE("FileDescriptorStoreMax", type_unsigned, fd_store_max, .flags = DIRECTIVE_TERSE),
	SERVICE("FileDescriptorStorePreserve", type_enum_or_bool, fd_store_preserve, .names = &preserve_mode_names, .flags = DIRECTIVE_TERSE),
	NOT_DONE("USBFunctionDescriptors", type_text, "USB gadgets belong to a host"),
	NOT_DONE("USBFunctionStrings", type_text, "USB gadgets belong to a host"),
	{.section = "Service", .key = "OOMPolicy", .type = &type_text, .group = GROUP_NONE, .need = NEED_MEMORY,
	 .names = &oom_policy_names},
	NOT_DONE("OpenFile", type_text, "files are not opened for services"),
	SERVICE("ReloadSignal", type_signal, reload_signal, .flags = DIRECTIVE_TERSE),
	NOT_DONE("FsckPassNo", type_text, "an old setting without meaning", .flags = DIRECTIVE_OLD),
	NOT_DONE("SysVStartPriority", type_text, "an old setting without meaning", .flags = DIRECTIVE_OLD),
	MOVED("StartLimitInterval", type_usec, start_limit_interval_usec),
	MOVED("StartLimitIntervalSec", type_usec, start_limit_interval_usec),
	MOVED("StartLimitBurst", type_unsigned, start_limit_burst),
	MOVED("StartLimitAction", type_enum, start_limit_action, .names = &emergency_action_names),
	MOVED("FailureAction", type_enum, failure_action, .names = &emergency_action_names),
	{.section = "Service", .key = "RebootArgument", .type = &type_text, .group = GROUP_NONE,
	 .flags = DIRECTIVE_OLD, .not_applied = "reaperd hands no argument to reboot(2)"},

	KILL("KillMode", type_kill_mode, mode, .names = &kill_mode_names),
	KILL("KillSignal", type_signal, signal),
	KILL("RestartKillSignal", type_signal, restart_signal),
	KILL("FinalKillSignal", type_signal, final_signal),
	KILL("WatchdogSignal", type_signal, watchdog_signal, .flags = DIRECTIVE_TERSE),
	KILL("SendSIGKILL", type_bool, send_sigkill),
	KILL("SendSIGHUP", type_bool, send_sighup),
};
/* clang-format on */

const struct directive_rows service_directives = {rows, ELEMENTS(rows)};
