/* SPDX-License-Identifier: MIT */
/* The table of directives: [Unit], [Install] and [X-Reaperd]. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define UNIT(name, kind, field, ...) \
	{.section = "Unit", .key = name, .type = &kind, .group = GROUP_UNIT, \
	 .offset = offsetof(struct unit_settings, field), __VA_ARGS__}
#define OWN(name, kind, field, ...) \
	{.section = "Unit", .key = name, .type = &kind, .group = GROUP_CONFIG, \
	 .offset = offsetof(struct config, field), __VA_ARGS__}
#define DEPENDENCY(name, dep) \
	{.section = "Unit", .key = name, .type = &type_dependency, .group = GROUP_CONFIG, .argument = dep}
#define OLD_DEPENDENCY(name, dep) \
	{.section = "Unit", .key = name, .type = &type_dependency, .group = GROUP_CONFIG, .argument = dep, .flags = DIRECTIVE_OLD}
#define CONDITION(name, condition) \
	{.section = "Unit", .key = "Condition" name, .type = &type_condition, .group = GROUP_CONFIG, .argument = condition}, \
	{.section = "Unit", .key = "Assert" name, .type = &type_condition, .group = GROUP_CONFIG, .argument = condition}
#define INSTALL(name, kind, field) \
	{.section = "Install", .key = name, .type = &kind, .group = GROUP_CONFIG, .offset = offsetof(struct config, install.field)}
#define NOT_DONE(name, kind, why, ...) \
	{.section = "Unit", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = why, __VA_ARGS__}

static const struct directive rows[] = {
	OWN("Description", type_string, description, .fallback = "%n"),
	OWN("Documentation", type_documentation, documentation),
	OWN("SourcePath", type_path, source_path),
	DEPENDENCY("Requires", DEP_REQUIRES),
	OLD_DEPENDENCY("RequiresOverridable", DEP_REQUIRES),
	OLD_DEPENDENCY("RequisiteOverridable", DEP_REQUISITE),
	DEPENDENCY("Requisite", DEP_REQUISITE),
	DEPENDENCY("Wants", DEP_WANTS),
	DEPENDENCY("BindsTo", DEP_BINDS_TO),
	DEPENDENCY("BindTo", DEP_BINDS_TO),
	DEPENDENCY("PartOf", DEP_PART_OF),
	DEPENDENCY("Upholds", DEP_UPHOLDS),
	DEPENDENCY("Conflicts", DEP_CONFLICTS),
	DEPENDENCY("Before", DEP_BEFORE),
	DEPENDENCY("After", DEP_AFTER),
	DEPENDENCY("OnSuccess", DEP_ON_SUCCESS),
	DEPENDENCY("OnFailure", DEP_ON_FAILURE),
	DEPENDENCY("PropagatesReloadTo", DEP_PROPAGATES_RELOAD_TO),
	DEPENDENCY("PropagateReloadTo", DEP_PROPAGATES_RELOAD_TO),
	DEPENDENCY("ReloadPropagatedFrom", DEP_RELOAD_PROPAGATED_FROM),
	DEPENDENCY("PropagateReloadFrom", DEP_RELOAD_PROPAGATED_FROM),
	DEPENDENCY("PropagatesStopTo", DEP_PROPAGATES_STOP_TO),
	DEPENDENCY("StopPropagatedFrom", DEP_STOP_PROPAGATED_FROM),
	DEPENDENCY("JoinsNamespaceOf", DEP_JOINS_NAMESPACE_OF),
	OWN("RequiresMountsFor", type_mounts_for, mounts_for),
	UNIT("OnSuccessJobMode", type_enum, on_success_job_mode, .names = &job_mode_names),
	UNIT("OnFailureJobMode", type_enum, on_failure_job_mode, .names = &job_mode_names),
	{.section = "Unit", .key = "OnFailureIsolate", .type = &type_isolate, .group = GROUP_CONFIG,
	 .flags = DIRECTIVE_OLD},
	UNIT("IgnoreOnIsolate", type_bool, ignore_on_isolate),
	UNIT("StopWhenUnneeded", type_bool, stop_when_unneeded),
	UNIT("RefuseManualStart", type_bool, refuse_manual_start),
	UNIT("RefuseManualStop", type_bool, refuse_manual_stop),
	UNIT("AllowIsolate", type_bool, allow_isolate, .flags = DIRECTIVE_TERSE),
	UNIT("DefaultDependencies", type_bool, default_dependencies),
	NOT_DONE("SurviveFinalKillSignal", type_bool, "when reaperd ends everything ends", .flags = DIRECTIVE_QUIET),
	NOT_DONE("CollectMode", type_text, "what has run is kept until reaperd ends; what was only asked for is not"),
	UNIT("FailureAction", type_enum, failure_action, .names = &emergency_action_names, .flags = DIRECTIVE_TERSE),
	UNIT("SuccessAction", type_enum, success_action, .names = &emergency_action_names, .flags = DIRECTIVE_TERSE),
	UNIT("FailureActionExitStatus", type_exit_status, failure_action_exit_status, .flags = DIRECTIVE_TERSE),
	UNIT("SuccessActionExitStatus", type_exit_status, success_action_exit_status, .flags = DIRECTIVE_TERSE),
	UNIT("JobTimeoutSec", type_usec_or_infinity, job_timeout_usec, .flags = DIRECTIVE_TERSE),
	UNIT("JobRunningTimeoutSec", type_usec_or_infinity, job_running_timeout_usec, .flags = DIRECTIVE_TERSE),
	UNIT("JobTimeoutAction", type_enum, job_timeout_action, .names = &emergency_action_names, .flags = DIRECTIVE_TERSE),
	NOT_DONE("JobTimeoutRebootArgument", type_text, "reaperd hands no argument to reboot(2)"),
	NOT_DONE("RebootArgument", type_text, "reaperd hands no argument to reboot(2)"),
	UNIT("StartLimitIntervalSec", type_usec, start_limit_interval_usec, .flags = DIRECTIVE_TERSE, .fallback = "10s"),
	UNIT("StartLimitInterval", type_usec, start_limit_interval_usec, .flags = DIRECTIVE_OLD),
	UNIT("StartLimitBurst", type_unsigned, start_limit_burst, .flags = DIRECTIVE_TERSE, .fallback = "5"),
	UNIT("StartLimitAction", type_enum, start_limit_action, .names = &emergency_action_names, .flags = DIRECTIVE_TERSE),
	CONDITION("Architecture", CONDITION_ARCHITECTURE),
	CONDITION("Firmware", CONDITION_FIRMWARE),
	CONDITION("Virtualization", CONDITION_VIRTUALIZATION),
	CONDITION("Host", CONDITION_HOST),
	CONDITION("KernelCommandLine", CONDITION_KERNEL_COMMAND_LINE),
	CONDITION("KernelVersion", CONDITION_KERNEL_VERSION),
	CONDITION("Credential", CONDITION_CREDENTIAL),
	CONDITION("Environment", CONDITION_ENVIRONMENT),
	CONDITION("Security", CONDITION_SECURITY),
	CONDITION("Capability", CONDITION_CAPABILITY),
	CONDITION("ACPower", CONDITION_AC_POWER),
	CONDITION("NeedsUpdate", CONDITION_NEEDS_UPDATE),
	CONDITION("FirstBoot", CONDITION_FIRST_BOOT),
	CONDITION("PathExists", CONDITION_PATH_EXISTS),
	CONDITION("PathExistsGlob", CONDITION_PATH_EXISTS_GLOB),
	CONDITION("PathIsDirectory", CONDITION_PATH_IS_DIRECTORY),
	CONDITION("PathIsSymbolicLink", CONDITION_PATH_IS_SYMBOLIC_LINK),
	CONDITION("PathIsMountPoint", CONDITION_PATH_IS_MOUNT_POINT),
	CONDITION("PathIsReadWrite", CONDITION_PATH_IS_READ_WRITE),
	CONDITION("PathIsEncrypted", CONDITION_PATH_IS_ENCRYPTED),
	CONDITION("DirectoryNotEmpty", CONDITION_DIRECTORY_NOT_EMPTY),
	CONDITION("FileIsExecutable", CONDITION_FILE_IS_EXECUTABLE),
	CONDITION("FileNotEmpty", CONDITION_FILE_NOT_EMPTY),
	CONDITION("User", CONDITION_USER),
	CONDITION("Group", CONDITION_GROUP),
	CONDITION("ControlGroupController", CONDITION_CONTROL_GROUP_CONTROLLER),
	CONDITION("CPUs", CONDITION_CPUS),
	CONDITION("Memory", CONDITION_MEMORY),
	CONDITION("CPUFeature", CONDITION_CPU_FEATURE),
	CONDITION("OSRelease", CONDITION_OS_RELEASE),
	CONDITION("MemoryPressure", CONDITION_MEMORY_PRESSURE),
	CONDITION("CPUPressure", CONDITION_CPU_PRESSURE),
	CONDITION("IOPressure", CONDITION_IO_PRESSURE),

	INSTALL("Alias", type_words, alias),
	INSTALL("WantedBy", type_words, wanted_by),
	INSTALL("RequiredBy", type_words, required_by),
	INSTALL("Also", type_words, also),
	INSTALL("DefaultInstance", type_string, default_instance),

	{.section = "X-Reaperd", .key = "Essential", .type = &type_enum, .group = GROUP_UNIT, .flags = DIRECTIVE_TERSE,
	 .offset = offsetof(struct unit_settings, essential), .names = &essential_names},
};
/* clang-format on */

const struct directive_rows unit_directives = {rows, ELEMENTS(rows)};
