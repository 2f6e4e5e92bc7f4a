/* SPDX-License-Identifier: MIT */
/* The table of directives: resource control by cgroups, where there is a tree of them for us. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define NO_CGROUP "its cgroup is made without limits"
#define CGROUP(name, kind) \
	{.section = "CGroup", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, .not_applied = NO_CGROUP}

#define PLACED(name, kind) \
	{.section = "CGroup", .key = name, .type = &kind, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, .need = NEED_CGROUPS}

static const struct directive rows[] = {
	PLACED("Slice", type_text),
	PLACED("Delegate", type_bool_or_text),
	PLACED("DelegateSubgroup", type_text),
	CGROUP("DisableControllers", type_words),
	CGROUP("TasksMax", type_kept_size),
	CGROUP("TasksAccounting", type_bool),
	CGROUP("CPUAccounting", type_bool),
	CGROUP("CPUWeight", type_text),
	CGROUP("StartupCPUWeight", type_text),
	CGROUP("CPUShares", type_text),
	CGROUP("StartupCPUShares", type_text),
	CGROUP("CPUQuota", type_text),
	CGROUP("CPUQuotaPeriodSec", type_text),
	CGROUP("AllowedCPUs", type_text),
	CGROUP("StartupAllowedCPUs", type_text),
	CGROUP("AllowedMemoryNodes", type_text),
	CGROUP("StartupAllowedMemoryNodes", type_text),
	CGROUP("MemoryAccounting", type_bool),
	CGROUP("MemoryMin", type_text),
	CGROUP("DefaultMemoryMin", type_text),
	CGROUP("MemoryLow", type_text),
	CGROUP("DefaultMemoryLow", type_text),
	CGROUP("MemoryHigh", type_text),
	CGROUP("MemoryMax", type_text),
	CGROUP("MemorySwapMax", type_text),
	CGROUP("MemoryZSwapMax", type_text),
	CGROUP("MemoryLimit", type_kept_size),
	CGROUP("MemoryPressureWatch", type_text),
	CGROUP("MemoryPressureThresholdSec", type_text),
	CGROUP("StartupMemoryLow", type_text),
	CGROUP("StartupMemoryHigh", type_text),
	CGROUP("StartupMemoryMax", type_text),
	CGROUP("StartupMemorySwapMax", type_text),
	CGROUP("StartupMemoryZSwapMax", type_text),
	CGROUP("DefaultStartupMemoryLow", type_text),
	CGROUP("IOAccounting", type_bool),
	CGROUP("IOWeight", type_text),
	CGROUP("StartupIOWeight", type_text),
	CGROUP("IODeviceWeight", type_text),
	CGROUP("IOReadBandwidthMax", type_text),
	CGROUP("IOWriteBandwidthMax", type_text),
	CGROUP("IOReadIOPSMax", type_text),
	CGROUP("IOWriteIOPSMax", type_text),
	CGROUP("IODeviceLatencyTargetSec", type_text),
	CGROUP("BlockIOAccounting", type_bool),
	CGROUP("BlockIOWeight", type_text),
	CGROUP("StartupBlockIOWeight", type_text),
	CGROUP("BlockIODeviceWeight", type_text),
	CGROUP("BlockIOReadBandwidth", type_text),
	CGROUP("BlockIOWriteBandwidth", type_text),
	CGROUP("IPAccounting", type_bool),
	CGROUP("IPAddressAllow", type_kept_prefixes),
	CGROUP("IPAddressDeny", type_kept_prefixes),
	CGROUP("IPIngressFilterPath", type_words),
	CGROUP("IPEgressFilterPath", type_words),
	CGROUP("BPFProgram", type_text),
	CGROUP("SocketBindAllow", type_words),
	CGROUP("SocketBindDeny", type_words),
	CGROUP("RestrictNetworkInterfaces", type_words),
	CGROUP("DeviceAllow", type_kept_lines),
	CGROUP("DevicePolicy", type_text),
	CGROUP("ManagedOOMSwap", type_text),
	CGROUP("ManagedOOMMemoryPressure", type_text),
	CGROUP("ManagedOOMMemoryPressureLimit", type_text),
	CGROUP("ManagedOOMPreference", type_text),
	CGROUP("CoredumpReceive", type_bool),
};
/* clang-format on */

const struct directive_rows resource_directives = {rows, ELEMENTS(rows)};
