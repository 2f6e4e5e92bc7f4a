/* SPDX-License-Identifier: MIT */
/* The table of directives: unit types that reaperd loads, names as present, and does not run. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define SOCKET(name, kind) \
	{.section = "Socket", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = "socket units are not run"}
#define TIMER(name, kind) \
	{.section = "Timer", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = "timer units are not run"}
#define PATH(name, kind) \
	{.section = "Path", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = "path units are not run"}
#define HOST(sect, name) \
	{.section = sect, .key = name, .type = &type_kept_lines, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, \
	 .not_applied = "units of this type belong to a host; the name counts as present"}

static const struct directive rows[] = {
	SOCKET("ListenStream", type_kept_lines),
	SOCKET("ListenDatagram", type_kept_lines),
	SOCKET("ListenSequentialPacket", type_kept_lines),
	SOCKET("ListenFIFO", type_kept_lines),
	SOCKET("ListenSpecial", type_kept_lines),
	SOCKET("ListenNetlink", type_kept_lines),
	SOCKET("ListenMessageQueue", type_kept_lines),
	SOCKET("ListenUSBFunction", type_kept_lines),
	SOCKET("SocketProtocol", type_text),
	SOCKET("BindIPv6Only", type_text),
	SOCKET("Backlog", type_text),
	SOCKET("BindToDevice", type_text),
	SOCKET("ExecStartPre", type_kept_lines),
	SOCKET("ExecStartPost", type_kept_lines),
	SOCKET("ExecStopPre", type_kept_lines),
	SOCKET("ExecStopPost", type_kept_lines),
	SOCKET("TimeoutSec", type_usec_or_infinity),
	SOCKET("SocketUser", type_text),
	SOCKET("SocketGroup", type_text),
	SOCKET("SocketMode", type_text),
	SOCKET("DirectoryMode", type_text),
	SOCKET("Accept", type_bool),
	SOCKET("FlushPending", type_bool),
	SOCKET("Writable", type_bool),
	SOCKET("MaxConnections", type_text),
	SOCKET("MaxConnectionsPerSource", type_text),
	SOCKET("KeepAlive", type_bool),
	SOCKET("KeepAliveTimeSec", type_text),
	SOCKET("KeepAliveIntervalSec", type_text),
	SOCKET("KeepAliveProbes", type_text),
	SOCKET("DeferAcceptSec", type_text),
	SOCKET("NoDelay", type_bool),
	SOCKET("Priority", type_text),
	SOCKET("ReceiveBuffer", type_text),
	SOCKET("SendBuffer", type_text),
	SOCKET("IPTOS", type_text),
	SOCKET("IPTTL", type_text),
	SOCKET("Mark", type_text),
	SOCKET("PipeSize", type_text),
	SOCKET("FreeBind", type_bool),
	SOCKET("Transparent", type_bool),
	SOCKET("Broadcast", type_bool),
	SOCKET("PassCredentials", type_bool),
	SOCKET("PassSecurity", type_bool),
	SOCKET("PassPacketInfo", type_bool),
	SOCKET("Timestamping", type_text),
	SOCKET("TCPCongestion", type_text),
	SOCKET("ReusePort", type_bool),
	SOCKET("MessageQueueMaxMessages", type_text),
	SOCKET("MessageQueueMessageSize", type_text),
	SOCKET("RemoveOnStop", type_bool),
	SOCKET("Symlinks", type_words),
	SOCKET("FileDescriptorName", type_text),
	SOCKET("Service", type_text),
	SOCKET("TriggerLimitIntervalSec", type_text),
	SOCKET("TriggerLimitBurst", type_text),
	SOCKET("PollLimitIntervalSec", type_text),
	SOCKET("PollLimitBurst", type_text),
	SOCKET("SmackLabel", type_text),
	SOCKET("SmackLabelIPIn", type_text),
	SOCKET("SmackLabelIPOut", type_text),
	SOCKET("SELinuxContextFromNet", type_bool),

	TIMER("OnCalendar", type_kept_lines),
	TIMER("OnActiveSec", type_kept_lines),
	TIMER("OnBootSec", type_kept_lines),
	TIMER("OnStartupSec", type_kept_lines),
	TIMER("OnUnitActiveSec", type_kept_lines),
	TIMER("OnUnitInactiveSec", type_kept_lines),
	TIMER("OnClockChange", type_bool),
	TIMER("OnTimezoneChange", type_bool),
	TIMER("Persistent", type_bool),
	TIMER("WakeSystem", type_bool),
	TIMER("RemainAfterElapse", type_bool),
	TIMER("FixedRandomDelay", type_bool),
	TIMER("AccuracySec", type_text),
	TIMER("RandomizedDelaySec", type_text),
	TIMER("DeferReactivation", type_bool),
	TIMER("Unit", type_text),

	PATH("PathExists", type_kept_lines),
	PATH("PathExistsGlob", type_kept_lines),
	PATH("PathChanged", type_kept_lines),
	PATH("PathModified", type_kept_lines),
	PATH("DirectoryNotEmpty", type_kept_lines),
	PATH("Unit", type_text),
	PATH("MakeDirectory", type_bool),
	PATH("DirectoryMode", type_text),
	PATH("TriggerLimitIntervalSec", type_text),
	PATH("TriggerLimitBurst", type_text),

	HOST("Mount", "What"), HOST("Mount", "Where"), HOST("Mount", "Options"), HOST("Mount", "Type"),
	HOST("Mount", "TimeoutSec"), HOST("Mount", "DirectoryMode"), HOST("Mount", "SloppyOptions"),
	HOST("Mount", "LazyUnmount"), HOST("Mount", "ForceUnmount"), HOST("Mount", "ReadWriteOnly"),
	HOST("Automount", "Where"), HOST("Automount", "DirectoryMode"), HOST("Automount", "TimeoutIdleSec"),
	HOST("Automount", "ExtraOptions"),
	HOST("Swap", "What"), HOST("Swap", "Priority"), HOST("Swap", "Options"), HOST("Swap", "TimeoutSec"),
	HOST("Scope", "RuntimeMaxSec"), HOST("Scope", "RuntimeRandomizedExtraSec"), HOST("Scope", "TimeoutStopSec"),
	HOST("Scope", "OOMPolicy"),
};
/* clang-format on */

const struct directive_rows other_directives = {rows, ELEMENTS(rows)};
