/* SPDX-License-Identifier: MIT */
/* The table of directives: timers, paths and sockets. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define TIMER(name, kind, field, ...) \
	{.section = "Timer", .key = name, .type = &kind, .group = GROUP_TIMER, \
	 .offset = offsetof(struct timer_settings, field), __VA_ARGS__}
#define PATH(name, kind, field, ...) \
	{.section = "Path", .key = name, .type = &kind, .group = GROUP_PATH, \
	 .offset = offsetof(struct path_settings, field), __VA_ARGS__}
#define SOCKET(name, kind, field, ...) \
	{.section = "Socket", .key = name, .type = &kind, .group = GROUP_SOCKET, \
	 .offset = offsetof(struct socket_settings, field), __VA_ARGS__}
#define COMMANDS(name, which) \
	{.section = "Socket", .key = name, .type = &type_commands, .group = GROUP_SOCKET_COMMANDS, .argument = which}
#define NOT_DONE(sect, name, kind, why, ...) \
	{.section = sect, .key = name, .type = &kind, .group = GROUP_NONE, .not_applied = why, __VA_ARGS__}
#define TERSE .flags = DIRECTIVE_TERSE

static const struct directive rows[] = {
	TIMER("OnCalendar", type_calendar, points, .argument = TIMER_ON_CALENDAR),
	TIMER("OnActiveSec", type_timer_span, points, .argument = TIMER_ON_ACTIVE),
	TIMER("OnBootSec", type_timer_span, points, .argument = TIMER_ON_BOOT),
	TIMER("OnStartupSec", type_timer_span, points, .argument = TIMER_ON_STARTUP),
	TIMER("OnUnitActiveSec", type_timer_span, points, .argument = TIMER_ON_UNIT_ACTIVE),
	TIMER("OnUnitInactiveSec", type_timer_span, points, .argument = TIMER_ON_UNIT_INACTIVE),
	TIMER("OnClockChange", type_bool, on_clock_change),
	TIMER("OnTimezoneChange", type_bool, on_timezone_change),
	TIMER("Persistent", type_bool, persistent),
	NOT_DONE("Timer", "WakeSystem", type_bool, "no container can wake a machine", .flags = DIRECTIVE_QUIET),
	TIMER("RemainAfterElapse", type_bool, remain_after_elapse),
	TIMER("FixedRandomDelay", type_bool, fixed_random_delay),
	TIMER("AccuracySec", type_accuracy, accuracy_usec),
	TIMER("RandomizedDelaySec", type_usec, random_delay_usec, TERSE),
	TIMER("DeferReactivation", type_bool, defer_reactivation, TERSE),
	TIMER("Unit", type_triggered, unit, .fallback = "%N.service"),

	PATH("PathExists", type_watch, watches, .argument = PATH_EXISTS),
	PATH("PathExistsGlob", type_watch, watches, .argument = PATH_EXISTS_GLOB),
	PATH("PathChanged", type_watch, watches, .argument = PATH_CHANGED),
	PATH("PathModified", type_watch, watches, .argument = PATH_MODIFIED),
	PATH("DirectoryNotEmpty", type_watch, watches, .argument = PATH_DIRECTORY_NOT_EMPTY),
	PATH("Unit", type_triggered, unit, .fallback = "%N.service"),
	PATH("MakeDirectory", type_bool, make_directory),
	PATH("DirectoryMode", type_mode, directory_mode),
	PATH("TriggerLimitIntervalSec", type_usec, trigger_limit_interval_usec),
	PATH("TriggerLimitBurst", type_unsigned, trigger_limit_burst),

	SOCKET("ListenStream", type_listen, ports, .argument = LISTEN_STREAM),
	SOCKET("ListenDatagram", type_listen, ports, .argument = LISTEN_DATAGRAM),
	SOCKET("ListenSequentialPacket", type_listen, ports, .argument = LISTEN_SEQPACKET),
	SOCKET("ListenFIFO", type_listen, ports, .argument = LISTEN_FIFO),
	SOCKET("ListenSpecial", type_listen, ports, .argument = LISTEN_SPECIAL),
	SOCKET("ListenNetlink", type_listen, ports, .argument = LISTEN_NETLINK),
	SOCKET("ListenMessageQueue", type_listen, ports, .argument = LISTEN_MESSAGE_QUEUE),
	NOT_DONE("Socket", "ListenUSBFunction", type_kept_lines, "USB gadgets belong to a host"),
	SOCKET("SocketProtocol", type_enum, protocol, .names = &socket_protocol_names),
	SOCKET("BindIPv6Only", type_enum, bind_ipv6_only, .names = &bind_ipv6_only_names),
	SOCKET("Backlog", type_unsigned, backlog),
	SOCKET("BindToDevice", type_string, device),
	COMMANDS("ExecStartPre", COMMANDS_START_PRE),
	COMMANDS("ExecStartPost", COMMANDS_START_POST),
	COMMANDS("ExecStopPre", COMMANDS_STOP_PRE),
	COMMANDS("ExecStopPost", COMMANDS_STOP_POST),
	SOCKET("TimeoutSec", type_usec_or_infinity, timeout_usec),
	SOCKET("SocketUser", type_user, user),
	SOCKET("SocketGroup", type_user, group),
	SOCKET("SocketMode", type_mode, mode),
	SOCKET("DirectoryMode", type_mode, directory_mode),
	SOCKET("Accept", type_bool, accept, TERSE),
	SOCKET("FlushPending", type_flush_pending, flush_pending),
	SOCKET("Writable", type_bool, writable),
	SOCKET("MaxConnections", type_unsigned, max_connections, TERSE),
	SOCKET("MaxConnectionsPerSource", type_unsigned, max_per_source, TERSE),
	SOCKET("KeepAlive", type_bool, keep_alive),
	SOCKET("KeepAliveTimeSec", type_usec, keep_alive_time_usec, TERSE),
	SOCKET("KeepAliveIntervalSec", type_usec, keep_alive_interval_usec, TERSE),
	SOCKET("KeepAliveProbes", type_unsigned, keep_alive_probes, TERSE),
	SOCKET("DeferAcceptSec", type_usec, defer_accept_usec, TERSE),
	SOCKET("NoDelay", type_bool, no_delay),
	SOCKET("Priority", type_unsigned, priority, TERSE),
	SOCKET("ReceiveBuffer", type_size, receive_buffer, TERSE),
	SOCKET("SendBuffer", type_size, send_buffer, TERSE),
	SOCKET("IPTOS", type_ip_tos, ip_tos, TERSE),
	SOCKET("IPTTL", type_unsigned, ip_ttl, TERSE),
	SOCKET("Mark", type_unsigned, mark, TERSE),
	SOCKET("PipeSize", type_size, pipe_size, TERSE),
	SOCKET("FreeBind", type_bool, free_bind),
	SOCKET("Transparent", type_bool, transparent),
	SOCKET("Broadcast", type_bool, broadcast),
	SOCKET("PassCredentials", type_bool, pass_credentials),
	SOCKET("PassSecurity", type_bool, pass_security),
	SOCKET("PassPacketInfo", type_bool, pass_packet_info),
	SOCKET("Timestamping", type_timestamping, timestamping, TERSE, .names = &socket_timestamping_names),
	SOCKET("TCPCongestion", type_string, congestion, .fallback = "n/a"),
	SOCKET("ReusePort", type_bool, reuse_port, TERSE),
	SOCKET("MessageQueueMaxMessages", type_unsigned, queue_max_messages, TERSE),
	SOCKET("MessageQueueMessageSize", type_unsigned, queue_message_size, TERSE),
	SOCKET("RemoveOnStop", type_bool, remove_on_stop),
	SOCKET("Symlinks", type_words, symlinks),
	SOCKET("FileDescriptorName", type_fd_name, fd_name, .fallback = "%n"),
	SOCKET("Service", type_triggered, service, TERSE),
	SOCKET("TriggerLimitIntervalSec", type_usec, trigger_limit_interval_usec),
	SOCKET("TriggerLimitBurst", type_trigger_burst, trigger_limit_burst),
	NOT_DONE("Socket", "PollLimitIntervalSec", type_text, "it is of a later systemd"),
	NOT_DONE("Socket", "PollLimitBurst", type_text, "it is of a later systemd"),
	NOT_DONE("Socket", "SmackLabel", type_text, "labels of Smack are not set"),
	NOT_DONE("Socket", "SmackLabelIPIn", type_text, "labels of Smack are not set"),
	NOT_DONE("Socket", "SmackLabelIPOut", type_text, "labels of Smack are not set"),
	NOT_DONE("Socket", "SELinuxContextFromNet", type_bool, "contexts of SELinux are not set", .flags = DIRECTIVE_QUIET),
};
/* clang-format on */

const struct directive_rows trigger_directives = {rows, ELEMENTS(rows)};
