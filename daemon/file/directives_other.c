/* SPDX-License-Identifier: MIT */
/* The table of directives: unit types that reaperd loads, names as present, and does not run. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define SOCKET(name, kind, ...) \
	{.section = "Socket", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = "socket units are not run", \
	 __VA_ARGS__}
#define TIMER(name, kind, ...) \
	{.section = "Timer", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = "timer units are not run", \
	 __VA_ARGS__}
#define PATH(name, kind, ...) \
	{.section = "Path", .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = "path units are not run", \
	 __VA_ARGS__}
#define HOST(sect, name, ...) \
	{.section = sect, .key = name, .type = &type_kept_lines, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, \
	 .not_applied = "units of this type belong to a host; the name counts as present", \
	 __VA_ARGS__}

#define UNSAID(text) .fallback = text

static const struct directive rows[] = {
	SOCKET("ListenStream", type_kept_listen),
	SOCKET("ListenDatagram", type_kept_listen),
	SOCKET("ListenSequentialPacket", type_kept_listen),
	SOCKET("ListenFIFO", type_kept_lines),
	SOCKET("ListenSpecial", type_kept_lines),
	SOCKET("ListenNetlink", type_kept_lines),
	SOCKET("ListenMessageQueue", type_kept_lines),
	SOCKET("ListenUSBFunction", type_kept_lines),
	SOCKET("SocketProtocol", type_text, UNSAID("ip")),
	SOCKET("BindIPv6Only", type_text, UNSAID("default")),
	SOCKET("Backlog", type_text, UNSAID("2147483647")),
	SOCKET("BindToDevice", type_text),
	SOCKET("ExecStartPre", type_kept_lines),
	SOCKET("ExecStartPost", type_kept_lines),
	SOCKET("ExecStopPre", type_kept_lines),
	SOCKET("ExecStopPost", type_kept_lines),
	SOCKET("TimeoutSec", type_usec_or_infinity, UNSAID("1min 30s")),
	SOCKET("SocketUser", type_text),
	SOCKET("SocketGroup", type_text),
	SOCKET("SocketMode", type_text, UNSAID("0666")),
	SOCKET("DirectoryMode", type_text, UNSAID("0755")),
	SOCKET("Accept", type_bool, .flags = DIRECTIVE_TERSE),
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
	SOCKET("ReceiveBuffer", type_kept_size),
	SOCKET("SendBuffer", type_kept_size),
	SOCKET("IPTOS", type_text),
	SOCKET("IPTTL", type_text),
	SOCKET("Mark", type_text),
	SOCKET("PipeSize", type_kept_size),
	SOCKET("FreeBind", type_bool),
	SOCKET("Transparent", type_bool),
	SOCKET("Broadcast", type_bool),
	SOCKET("PassCredentials", type_bool),
	SOCKET("PassSecurity", type_bool),
	SOCKET("PassPacketInfo", type_bool),
	SOCKET("Timestamping", type_text),
	SOCKET("TCPCongestion", type_text, UNSAID("n/a")),
	SOCKET("ReusePort", type_bool, .flags = DIRECTIVE_TERSE),
	SOCKET("MessageQueueMaxMessages", type_text),
	SOCKET("MessageQueueMessageSize", type_text),
	SOCKET("RemoveOnStop", type_bool),
	SOCKET("Symlinks", type_words),
	SOCKET("FileDescriptorName", type_text, UNSAID("%n")),
	SOCKET("Service", type_text),
	SOCKET("TriggerLimitIntervalSec", type_usec, UNSAID("2s")),
	SOCKET("TriggerLimitBurst", type_text, UNSAID("20")),
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
	TIMER("RemainAfterElapse", type_bool, UNSAID("yes")),
	TIMER("FixedRandomDelay", type_bool),
	TIMER("AccuracySec", type_usec, UNSAID("1min")),
	TIMER("RandomizedDelaySec", type_usec),
	TIMER("DeferReactivation", type_bool, .flags = DIRECTIVE_TERSE),
	TIMER("Unit", type_text, UNSAID("%N.service")),

	PATH("PathExists", type_kept_lines),
	PATH("PathExistsGlob", type_kept_lines),
	PATH("PathChanged", type_kept_lines),
	PATH("PathModified", type_kept_lines),
	PATH("DirectoryNotEmpty", type_kept_lines),
	PATH("Unit", type_text, UNSAID("%N.service")),
	PATH("MakeDirectory", type_bool),
	PATH("DirectoryMode", type_text, UNSAID("0755")),
	PATH("TriggerLimitIntervalSec", type_usec, UNSAID("2s")),
	PATH("TriggerLimitBurst", type_text, UNSAID("200")),

	HOST("Mount", "What"), HOST("Mount", "Where"), HOST("Mount", "Options"), HOST("Mount", "Type"),
	HOST("Mount", "TimeoutSec", UNSAID("1min 30s")), HOST("Mount", "DirectoryMode", UNSAID("0755")),
	HOST("Mount", "SloppyOptions", UNSAID("no")), HOST("Mount", "LazyUnmount", UNSAID("no")),
	HOST("Mount", "ForceUnmount", UNSAID("no")), HOST("Mount", "ReadWriteOnly", UNSAID("no")),
	HOST("Automount", "Where"), HOST("Automount", "DirectoryMode", UNSAID("0755")), HOST("Automount", "TimeoutIdleSec", UNSAID("0")),
	HOST("Automount", "ExtraOptions", UNSAID("n/a")),
	HOST("Swap", "What"), HOST("Swap", "Priority"), HOST("Swap", "Options"), HOST("Swap", "TimeoutSec"),
	HOST("Scope", "RuntimeMaxSec"), HOST("Scope", "RuntimeRandomizedExtraSec"), HOST("Scope", "TimeoutStopSec"),
	HOST("Scope", "OOMPolicy"),
};
/* clang-format on */

const struct directive_rows other_directives = {rows, ELEMENTS(rows)};
