/* SPDX-License-Identifier: MIT */
/* The table of directives: sandboxing. It is understood and reported, and not done. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define SANDBOX(name, kind, why) \
	{.section = "Exec", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, .not_applied = why}
#define MOUNT(name, kind) SANDBOX(name, kind, "no mount namespace is made for services")
#define FILTER(name, kind) SANDBOX(name, kind, "no system call filter is installed")
#define LSM(name) SANDBOX(name, type_text, "labels of security modules are left as they are")

static const struct directive rows[] = {
	MOUNT("PrivateTmp", type_bool),
	MOUNT("PrivateDevices", type_bool),
	MOUNT("PrivateMounts", type_bool),
	MOUNT("ProtectSystem", type_bool_or_text),
	MOUNT("ProtectHome", type_bool_or_text),
	MOUNT("ProtectControlGroups", type_bool),
	MOUNT("ProtectKernelTunables", type_bool),
	MOUNT("ProtectKernelModules", type_bool),
	MOUNT("ProtectKernelLogs", type_bool),
	MOUNT("ProtectProc", type_text),
	MOUNT("ProcSubset", type_text),
	MOUNT("ReadWritePaths", type_words),
	MOUNT("ReadOnlyPaths", type_words),
	MOUNT("InaccessiblePaths", type_words),
	MOUNT("ExecPaths", type_words),
	MOUNT("NoExecPaths", type_words),
	MOUNT("ReadWriteDirectories", type_words),
	MOUNT("ReadOnlyDirectories", type_words),
	MOUNT("InaccessibleDirectories", type_words),
	MOUNT("BindPaths", type_words),
	MOUNT("BindReadOnlyPaths", type_words),
	MOUNT("TemporaryFileSystem", type_words),
	MOUNT("MountAPIVFS", type_bool),
	MOUNT("MountFlags", type_text),
	MOUNT("MountImages", type_words),
	MOUNT("ExtensionImages", type_words),
	MOUNT("ExtensionDirectories", type_words),
	MOUNT("RootImage", type_text),
	MOUNT("RootImageOptions", type_text),
	MOUNT("RootHash", type_text),
	MOUNT("RootHashSignature", type_text),
	MOUNT("RootVerity", type_text),
	MOUNT("RootEphemeral", type_bool),
	MOUNT("PrivateIPC", type_bool),
	MOUNT("IPCNamespacePath", type_text),
	SANDBOX("ProtectHostname", type_bool, "no UTS namespace is made for services"),
	SANDBOX("ProtectClock", type_bool, "no system call filter is installed"),
	SANDBOX("PrivateUsers", type_bool, "no user namespace is made for services"),
	SANDBOX("PrivateNetwork", type_bool, "no network namespace is made for services"),
	SANDBOX("NetworkNamespacePath", type_text, "no network namespace is entered for services"),
	FILTER("SystemCallFilter", type_words),
	FILTER("SystemCallLog", type_words),
	FILTER("SystemCallArchitectures", type_words),
	FILTER("SystemCallErrorNumber", type_text),
	FILTER("MemoryDenyWriteExecute", type_bool),
	FILTER("RestrictRealtime", type_bool),
	FILTER("RestrictSUIDSGID", type_bool),
	FILTER("RestrictNamespaces", type_bool_or_text),
	FILTER("RestrictAddressFamilies", type_words),
	FILTER("RestrictFileSystems", type_words),
	FILTER("LockPersonality", type_bool),
	SANDBOX("KeyringMode", type_text, "the session keyring is left as it is"),
	SANDBOX("RemoveIPC", type_bool, "IPC objects are left when a service ends"),
	SANDBOX("MemoryKSM", type_bool, "the kernel's default is kept"),
	LSM("SELinuxContext"),
	LSM("AppArmorProfile"),
	LSM("SmackProcessLabel"),
};
/* clang-format on */

const struct directive_rows sandbox_directives = {rows, ELEMENTS(rows)};
