/* SPDX-License-Identifier: MIT */
/* The table of directives: the environment in which commands are executed (systemd.exec(5)). */
#include "common/syslog_level.h"
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

static const char *const facilities[] = {"kern", "user", "mail", "daemon", "auth", "syslog", "lpr",
	"news", "uucp", "cron", "authpriv", "ftp", "local0", "local1", "local2", "local3", "local4",
	"local5", "local6", "local7"};
static const struct enum_table syslog_facility = {
	.title = "syslog_facility", .names = facilities, .max = (int)ELEMENTS(facilities)};

static const char *const policies[] = {"default", "preferred", "bind", "interleave", "local"};
static const struct enum_table memory_policies = {
	.title = "memory_policy", .names = policies, .max = (int)ELEMENTS(policies)};

/* clang-format off */
#define EXEC(name, kind, field, ...) \
	{.section = "Exec", .key = name, .type = &kind, .group = GROUP_EXEC, \
	 .offset = offsetof(struct exec_settings, field), __VA_ARGS__}
#define FOLDER(name, which) \
	EXEC(name, type_directories, directories[which].paths), \
	EXEC(name "Mode", type_mode, directories[which].mode)
#define LIMIT(name) \
	EXEC("Limit" #name, type_rlimit, limits[RLIMIT_##name], .argument = RLIMIT_##name)
#define NOT_DONE(name, kind, why, ...) \
	{.section = "Exec", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = why, __VA_ARGS__}
#define KEPT(name, kind, ...) {.section = "Exec", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_KEPT, __VA_ARGS__}
#define NO_JOURNAL "there is no journal here; reaperd keeps the output itself"
#define NO_CREDENTIALS "credentials are handed over as they are: none is decrypted"

static const struct directive rows[] = {
	EXEC("WorkingDirectory", type_working_directory, working_directory),
	EXEC("RootDirectory", type_path, root_directory, .flags = DIRECTIVE_SECURITY, .fallback = "/"),
	EXEC("User", type_user, user, .flags = DIRECTIVE_SECURITY),
	EXEC("Group", type_user, group, .flags = DIRECTIVE_SECURITY),
	EXEC("SupplementaryGroups", type_groups, supplementary_groups, .flags = DIRECTIVE_SECURITY),
	EXEC("DynamicUser", type_bool, dynamic_user, .flags = DIRECTIVE_SECURITY),
	EXEC("Environment", type_environment, environment),
	EXEC("EnvironmentFile", type_environment_file, environment_files),
	EXEC("PassEnvironment", type_names, pass_environment),
	EXEC("UnsetEnvironment", type_names, unset_environment),
	EXEC("ExecSearchPath", type_search_path, search_path),
	EXEC("UMask", type_mode, umask),
	LIMIT(CPU), LIMIT(FSIZE), LIMIT(DATA), LIMIT(STACK), LIMIT(CORE), LIMIT(RSS), LIMIT(NOFILE), LIMIT(AS),
	LIMIT(NPROC), LIMIT(MEMLOCK), LIMIT(SIGPENDING), LIMIT(MSGQUEUE), LIMIT(NICE), LIMIT(RTPRIO), LIMIT(RTTIME),
	NOT_DONE("LimitLOCKS", type_text, "the kernel ignores this limit, and reaperd uses it to know its processes"),
	EXEC("Nice", type_nice, nice),
	EXEC("OOMScoreAdjust", type_oom_score_adjust, oom_score_adjust),
	EXEC("IOSchedulingClass", type_ioprio_class, ioprio),
	EXEC("IOSchedulingPriority", type_ioprio_priority, ioprio),
	EXEC("CPUSchedulingPolicy", type_cpu_policy, cpu_policy),
	EXEC("CPUSchedulingPriority", type_cpu_priority, cpu_priority),
	EXEC("CPUSchedulingResetOnFork", type_bool, cpu_reset_on_fork, .flags = DIRECTIVE_TERSE),
	KEPT("CPUAffinity", type_words),
	{.section = "Exec", .key = "NUMAPolicy", .type = &type_text, .group = GROUP_NONE, .need = NEED_MEMORY_POLICY, .names = &memory_policies},
	{.section = "Exec", .key = "NUMAMask", .type = &type_text, .group = GROUP_NONE, .need = NEED_MEMORY_POLICY},
	KEPT("CoredumpFilter", type_text),
	KEPT("TimerSlackNSec", type_text),
	KEPT("Personality", type_text),
	EXEC("StandardInput", type_stdio, input),
	EXEC("StandardOutput", type_stdio, output),
	EXEC("StandardError", type_stdio, error),
	EXEC("StandardInputText", type_input_text, input_data),
	EXEC("StandardInputData", type_input_base64, input_data),
	EXEC("TTYPath", type_path, tty_path),
	EXEC("TTYReset", type_bool, tty_reset),
	EXEC("TTYVHangup", type_bool, tty_vhangup),
	EXEC("TTYVTDisallocate", type_bool, tty_vt_disallocate, .flags = DIRECTIVE_QUIET,
	     .not_applied = "virtual terminals belong to a host"),
	EXEC("TTYRows", type_unsigned, tty_rows, .flags = DIRECTIVE_TERSE),
	EXEC("TTYColumns", type_unsigned, tty_columns, .flags = DIRECTIVE_TERSE),
	EXEC("SyslogIdentifier", type_string, syslog_identifier),
	KEPT("SyslogFacility", type_text, .names = &syslog_facility, .fallback = "daemon"),
	KEPT("SyslogLevel", type_text, .names = &syslog_level_names, .fallback = "info"),
	KEPT("SyslogLevelPrefix", type_text),
	KEPT("LogLevelMax", type_text, .names = &syslog_level_names),
	KEPT("LogRateLimitIntervalSec", type_text),
	KEPT("LogRateLimitBurst", type_text),
	KEPT("LogExtraFields", type_kept_lines),
	NOT_DONE("LogNamespace", type_text, NO_JOURNAL),
	NOT_DONE("LogFilterPatterns", type_text, NO_JOURNAL),
	FOLDER("RuntimeDirectory", DIRECTORY_RUNTIME),
	EXEC("RuntimeDirectoryPreserve", type_enum_or_bool, runtime_directory_preserve, .names = &preserve_mode_names),
	FOLDER("StateDirectory", DIRECTORY_STATE),
	FOLDER("CacheDirectory", DIRECTORY_CACHE),
	FOLDER("LogsDirectory", DIRECTORY_LOGS),
	FOLDER("ConfigurationDirectory", DIRECTORY_CONFIGURATION),
	NOT_DONE("TimeoutCleanSec", type_usec_or_infinity, "there is no clean-up of directories to limit",
		 .fallback = "infinity"),
	EXEC("IgnoreSIGPIPE", type_bool, ignore_sigpipe),
	{.section = "Service", .key = "NonBlocking", .type = &type_bool, .group = GROUP_EXEC,
	 .offset = offsetof(struct exec_settings, non_blocking)},
	EXEC("NoNewPrivileges", type_bool, no_new_privileges, .flags = DIRECTIVE_SECURITY | DIRECTIVE_TERSE),
	EXEC("CapabilityBoundingSet", type_capability_bounding_set, capability_bounding_set, .flags = DIRECTIVE_SECURITY),
	EXEC("AmbientCapabilities", type_ambient_capabilities, ambient_capabilities, .flags = DIRECTIVE_SECURITY),
	EXEC("SecureBits", type_secure_bits, secure_bits, .flags = DIRECTIVE_SECURITY),
	NOT_DONE("PAMName", type_text, "there are no PAM sessions here"),
	NOT_DONE("UtmpIdentifier", type_text, "there is no utmp record of logins here"),
	NOT_DONE("UtmpMode", type_text, "there is no utmp record of logins here"),
	KEPT("LoadCredential", type_kept_lines),
	NOT_DONE("LoadCredentialEncrypted", type_text, NO_CREDENTIALS),
	KEPT("SetCredential", type_kept_lines),
	NOT_DONE("SetCredentialEncrypted", type_text, NO_CREDENTIALS),
	KEPT("ImportCredential", type_kept_lines),
};
/* clang-format on */

const struct directive_rows exec_directives = {rows, ELEMENTS(rows)};
