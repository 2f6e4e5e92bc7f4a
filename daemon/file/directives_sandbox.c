/* SPDX-License-Identifier: MIT */
/* The table of directives: sandboxing. What is kept is read by the child that becomes the service.
 */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

#define NAMES(table, ...)                                                                          \
	static const char *const table##_list[] = {__VA_ARGS__};                                   \
	static const struct enum_table table = {                                                   \
		.title = #table, .names = table##_list, .max = (int)ELEMENTS(table##_list)}

NAMES(protect_system, "no", "yes", "full", "strict");
NAMES(protect_home, "no", "yes", "read-only", "tmpfs");
NAMES(protect_proc, "noaccess", "invisible", "ptraceable", "default");
NAMES(proc_subset, "all", "pid");
NAMES(keyring_mode, "inherit", "private", "shared");

/* clang-format off */
#define ROW(name, kind, why, more, ...) \
	{.section = "Exec", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET | (more), \
	 .not_applied = why, __VA_ARGS__}
#define SANDBOX(name, kind, why, ...) ROW(name, kind, why, 0, __VA_ARGS__)
#define NEEDY(name, kind, more, what, ...) \
	{.section = "Exec", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET | (more), \
	 .need = what, __VA_ARGS__}
#define MOUNT(name, kind, ...) NEEDY(name, kind, 0, NEED_NAMESPACES, __VA_ARGS__)
#define FILTER(name, kind, ...) NEEDY(name, kind, 0, NEED_FILTERS, __VA_ARGS__)
#define IMAGE(name, kind, ...) SANDBOX(name, kind, "images of file systems are not mounted", __VA_ARGS__)
#define OLD(name, now) \
	{.section = "Exec", .key = name, .type = &type_kept_paths, .group = GROUP_NONE, .flags = DIRECTIVE_OLD, .same_as = now}
#define UNSAID(text) .fallback = text
#define TERSE(name, why) ROW(name, type_bool, why, DIRECTIVE_TERSE)
#define LSM(name) SANDBOX(name, type_text, "labels of security modules are left as they are")

static const struct directive rows[] = {
	MOUNT("PrivateTmp", type_bool),
	MOUNT("PrivateDevices", type_bool),
	NEEDY("PrivateMounts", type_bool, DIRECTIVE_TERSE, NEED_NAMESPACES),
	MOUNT("ProtectSystem", type_bool_or_text, .names = &protect_system, UNSAID("no")),
	MOUNT("ProtectHome", type_bool_or_text, .names = &protect_home, UNSAID("no")),
	MOUNT("ProtectControlGroups", type_bool),
	MOUNT("ProtectKernelTunables", type_bool),
	MOUNT("ProtectKernelModules", type_bool),
	MOUNT("ProtectKernelLogs", type_bool),
	MOUNT("ProtectProc", type_text, .names = &protect_proc, UNSAID("default")),
	MOUNT("ProcSubset", type_text, .names = &proc_subset, UNSAID("all")),
	MOUNT("ReadWritePaths", type_kept_paths),
	MOUNT("ReadOnlyPaths", type_kept_paths),
	MOUNT("InaccessiblePaths", type_kept_paths),
	MOUNT("ExecPaths", type_kept_paths),
	MOUNT("NoExecPaths", type_kept_paths),
	OLD("ReadWriteDirectories", "ReadWritePaths"),
	OLD("ReadOnlyDirectories", "ReadOnlyPaths"),
	OLD("InaccessibleDirectories", "InaccessiblePaths"),
	MOUNT("BindPaths", type_kept_binds),
	MOUNT("BindReadOnlyPaths", type_kept_binds),
	MOUNT("TemporaryFileSystem", type_words),
	MOUNT("MountAPIVFS", type_bool),
	MOUNT("MountFlags", type_text),
	IMAGE("MountImages", type_words),
	IMAGE("ExtensionImages", type_words),
	IMAGE("ExtensionDirectories", type_words),
	IMAGE("RootImage", type_text),
	IMAGE("RootImageOptions", type_text),
	IMAGE("RootHash", type_text),
	IMAGE("RootHashSignature", type_text),
	IMAGE("RootVerity", type_text),
	TERSE("RootEphemeral", "it is of a later systemd"),
	NEEDY("PrivateIPC", type_bool, DIRECTIVE_TERSE, NEED_NAMESPACES),
	MOUNT("IPCNamespacePath", type_text),
	MOUNT("ProtectHostname", type_bool),
	FILTER("ProtectClock", type_bool),
	NEEDY("PrivateUsers", type_bool, 0, NEED_USER_NAMESPACES),
	MOUNT("PrivateNetwork", type_bool),
	MOUNT("NetworkNamespacePath", type_text),
	FILTER("SystemCallFilter", type_syscalls),
	FILTER("SystemCallLog", type_syscalls),
	FILTER("SystemCallArchitectures", type_syscalls),
	FILTER("SystemCallErrorNumber", type_errno_name, UNSAID("kill")),
	FILTER("MemoryDenyWriteExecute", type_bool),
	FILTER("RestrictRealtime", type_bool),
	FILTER("RestrictSUIDSGID", type_bool),
	FILTER("RestrictNamespaces", type_namespaces),
	FILTER("RestrictAddressFamilies", type_syscalls),
	SANDBOX("RestrictFileSystems", type_words, "it needs BPF programs, which are not loaded"),
	FILTER("LockPersonality", type_bool),
	NEEDY("KeyringMode", type_text, 0, NEED_KEYRINGS, .names = &keyring_mode, UNSAID("private")),
	NEEDY("RemoveIPC", type_bool, DIRECTIVE_TERSE | DIRECTIVE_KEPT, NEED_NOTHING),
	NEEDY("MemoryKSM", type_bool, DIRECTIVE_TERSE, NEED_PAGE_MERGING),
	LSM("SELinuxContext"),
	LSM("AppArmorProfile"),
	LSM("SmackProcessLabel"),
};
/* clang-format on */

const struct directive_rows sandbox_directives = {rows, ELEMENTS(rows)};
