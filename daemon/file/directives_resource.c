/* SPDX-License-Identifier: MIT */
/* The table of directives: resource control by cgroups, where there is a tree of them for us. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define ROW(name, kind, ...) \
	{.section = "CGroup", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, __VA_ARGS__}
#define PLACED(name, kind) ROW(name, kind, .need = NEED_CGROUPS)
#define CPU(name, kind) ROW(name, kind, .need = NEED_CPU)
#define CPUSET(name, kind) ROW(name, kind, .need = NEED_CPUSET)
#define IO(name, kind) ROW(name, kind, .need = NEED_IO)
#define MEMORY(name, kind) ROW(name, kind, .need = NEED_MEMORY)
#define TASKS(name, kind) ROW(name, kind, .need = NEED_PIDS)
#define NOT_DONE(name, kind, why) ROW(name, kind, .not_applied = why)
#define STARTUP(name) NOT_DONE(name, type_text, "one value holds during start-up and after it")
#define BPF(name, kind) NOT_DONE(name, kind, "no BPF programs are loaded for cgroups")
#define OOMD(name) NOT_DONE(name, type_text, "systemd-oomd is not asked")

static const struct directive rows[] = {
	PLACED("Slice", type_text),
	PLACED("Delegate", type_bool_or_text),
	PLACED("DelegateSubgroup", type_text),
	NOT_DONE("DisableControllers", type_words, "controllers are handed on to whoever needs them"),
	TASKS("TasksMax", type_kept_size),
	TASKS("TasksAccounting", type_bool),
	PLACED("CPUAccounting", type_bool),
	CPU("CPUWeight", type_text),
	STARTUP("StartupCPUWeight"),
	CPU("CPUShares", type_text),
	STARTUP("StartupCPUShares"),
	CPU("CPUQuota", type_text),
	CPU("CPUQuotaPeriodSec", type_text),
	CPUSET("AllowedCPUs", type_words),
	STARTUP("StartupAllowedCPUs"),
	CPUSET("AllowedMemoryNodes", type_words),
	STARTUP("StartupAllowedMemoryNodes"),
	MEMORY("MemoryAccounting", type_bool),
	MEMORY("MemoryMin", type_text),
	NOT_DONE("DefaultMemoryMin", type_text, "each unit says its own"),
	MEMORY("MemoryLow", type_text),
	NOT_DONE("DefaultMemoryLow", type_text, "each unit says its own"),
	MEMORY("MemoryHigh", type_text),
	MEMORY("MemoryMax", type_text),
	MEMORY("MemorySwapMax", type_text),
	MEMORY("MemoryZSwapMax", type_text),
	MEMORY("MemoryLimit", type_kept_size),
	NOT_DONE("MemoryPressureWatch", type_text, "services are not told of pressure"),
	NOT_DONE("MemoryPressureThresholdSec", type_text, "services are not told of pressure"),
	STARTUP("StartupMemoryLow"),
	STARTUP("StartupMemoryHigh"),
	STARTUP("StartupMemoryMax"),
	STARTUP("StartupMemorySwapMax"),
	STARTUP("StartupMemoryZSwapMax"),
	STARTUP("DefaultStartupMemoryLow"),
	IO("IOAccounting", type_bool),
	IO("IOWeight", type_text),
	STARTUP("StartupIOWeight"),
	IO("IODeviceWeight", type_kept_lines),
	IO("IOReadBandwidthMax", type_kept_lines),
	IO("IOWriteBandwidthMax", type_kept_lines),
	IO("IOReadIOPSMax", type_kept_lines),
	IO("IOWriteIOPSMax", type_kept_lines),
	IO("IODeviceLatencyTargetSec", type_kept_lines),
	IO("BlockIOAccounting", type_bool),
	IO("BlockIOWeight", type_text),
	STARTUP("StartupBlockIOWeight"),
	NOT_DONE("BlockIODeviceWeight", type_text, "write IODeviceWeight="),
	IO("BlockIOReadBandwidth", type_kept_lines),
	IO("BlockIOWriteBandwidth", type_kept_lines),
	BPF("IPAccounting", type_bool),
	BPF("IPAddressAllow", type_kept_prefixes),
	BPF("IPAddressDeny", type_kept_prefixes),
	BPF("IPIngressFilterPath", type_words),
	BPF("IPEgressFilterPath", type_words),
	BPF("BPFProgram", type_text),
	BPF("SocketBindAllow", type_words),
	BPF("SocketBindDeny", type_words),
	BPF("RestrictNetworkInterfaces", type_words),
	BPF("DeviceAllow", type_kept_lines),
	BPF("DevicePolicy", type_text),
	OOMD("ManagedOOMSwap"),
	OOMD("ManagedOOMMemoryPressure"),
	OOMD("ManagedOOMMemoryPressureLimit"),
	OOMD("ManagedOOMPreference"),
	NOT_DONE("CoredumpReceive", type_bool, "cores are the host's"),
};
/* clang-format on */

const struct directive_rows resource_directives = {rows, ELEMENTS(rows)};
