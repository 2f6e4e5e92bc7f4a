/* SPDX-License-Identifier: MIT */
/* The machine of a service: facts about each state, and the table of state and event. */
#include <errno.h>

#include "daemon/base/log.h"
#include "daemon/life/service.h"
#include "daemon/life/service_table.h"

DEFINE_ENUM_TABLE(service_state, SERVICE_STATE_MAX, [SERVICE_DEAD] = "dead",
	[SERVICE_CONDITION] = "condition", [SERVICE_START_PRE] = "start-pre",
	[SERVICE_START] = "start", [SERVICE_START_POST] = "start-post",
	[SERVICE_RUNNING] = "running", [SERVICE_EXITED] = "exited", [SERVICE_RELOAD] = "reload",
	[SERVICE_RELOAD_SIGNAL] = "reload-signal", [SERVICE_RELOAD_NOTIFY] = "reload-notify",
	[SERVICE_STOP] = "stop", [SERVICE_STOP_WATCHDOG] = "stop-watchdog",
	[SERVICE_STOP_SIGTERM] = "stop-sigterm", [SERVICE_STOP_SIGKILL] = "stop-sigkill",
	[SERVICE_STOP_POST] = "stop-post", [SERVICE_FINAL_WATCHDOG] = "final-watchdog",
	[SERVICE_FINAL_SIGTERM] = "final-sigterm", [SERVICE_FINAL_SIGKILL] = "final-sigkill",
	[SERVICE_FAILED] = "failed", [SERVICE_AUTO_RESTART] = "auto-restart", );

static enum service_state enter_nothing(struct service *s)
{
	return (enum service_state)s->unit->sub_state;
}

/* clang-format off */
const struct service_state_row service_state_rows[SERVICE_STATE_MAX] = {
	[SERVICE_DEAD]           = {UNIT_INACTIVE,     START_NOW,     TIMEOUT_NONE,  service_enter_dead, true},
	[SERVICE_CONDITION]      = {UNIT_ACTIVATING,   START_ON_WAY,  TIMEOUT_START, service_enter_condition, false},
	[SERVICE_START_PRE]      = {UNIT_ACTIVATING,   START_ON_WAY,  TIMEOUT_START, service_enter_start_pre, false},
	[SERVICE_START]          = {UNIT_ACTIVATING,   START_ON_WAY,  TIMEOUT_START, service_enter_start, false},
	[SERVICE_START_POST]     = {UNIT_ACTIVATING,   START_ON_WAY,  TIMEOUT_START, service_enter_start_post, false},
	[SERVICE_RUNNING]        = {UNIT_ACTIVE,       START_ALREADY, TIMEOUT_RUN,   service_enter_running, false},
	[SERVICE_EXITED]         = {UNIT_ACTIVE,       START_ALREADY, TIMEOUT_NONE,  enter_nothing, false},
	[SERVICE_RELOAD]         = {UNIT_RELOADING,    START_ALREADY, TIMEOUT_START, service_enter_reload, false},
	[SERVICE_RELOAD_SIGNAL]  = {UNIT_RELOADING,    START_ALREADY, TIMEOUT_START, service_enter_reload_signal, false},
	[SERVICE_RELOAD_NOTIFY]  = {UNIT_RELOADING,    START_ALREADY, TIMEOUT_START, enter_nothing, false},
	[SERVICE_STOP]           = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_STOP,  service_enter_stop, false},
	[SERVICE_STOP_WATCHDOG]  = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_DUMP,  service_enter_stop_signal, false},
	[SERVICE_STOP_SIGTERM]   = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_STOP,  service_enter_stop_signal, false},
	[SERVICE_STOP_SIGKILL]   = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_STOP,  service_enter_stop_signal, false},
	[SERVICE_STOP_POST]      = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_STOP,  service_enter_stop_post, false},
	[SERVICE_FINAL_WATCHDOG] = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_DUMP,  service_enter_final_signal, false},
	[SERVICE_FINAL_SIGTERM]  = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_STOP,  service_enter_final_signal, false},
	[SERVICE_FINAL_SIGKILL]  = {UNIT_DEACTIVATING, START_LATER,   TIMEOUT_STOP,  service_enter_final_signal, false},
	[SERVICE_FAILED]         = {UNIT_FAILED,       START_NOW,     TIMEOUT_NONE,  service_enter_dead, true},
	[SERVICE_AUTO_RESTART]   = {UNIT_ACTIVATING,   START_LATER,   TIMEOUT_NONE,  service_enter_auto_restart, false},
};

/* What happens to every state that is on its way up, in service, on its way down, and at rest. */
#define NOT_WHILE_ALIVE \
	[EVENT_START]         = service_refuse
#define AT_REST \
	[EVENT_START]         = service_on_start, \
	[EVENT_STOP]          = service_stay, \
	[EVENT_RELOAD]        = service_refuse, \
	[EVENT_MAIN_EXITED]   = service_stay, \
	[EVENT_CONTROL_EXITED]= service_stay, \
	[EVENT_EXEC_DONE]     = service_stay, \
	[EVENT_NOTIFIED]      = service_stay, \
	[EVENT_TREE_EMPTY]    = service_stay, \
	[EVENT_TIMEOUT]       = service_stay, \
	[EVENT_WATCHDOG]      = service_stay, \
	[EVENT_OOM_KILL]      = service_stay, \
	[EVENT_PID_FILE]      = service_stay, \
	[EVENT_BUS_NAME]      = service_stay
#define GOING_UP(control, main, exec_done, tree) \
	NOT_WHILE_ALIVE, \
	[EVENT_STOP]          = service_on_stop_early, \
	[EVENT_RELOAD]        = service_refuse, \
	[EVENT_MAIN_EXITED]   = main, \
	[EVENT_CONTROL_EXITED]= control, \
	[EVENT_EXEC_DONE]     = exec_done, \
	[EVENT_NOTIFIED]      = service_on_notified, \
	[EVENT_TREE_EMPTY]    = tree, \
	[EVENT_TIMEOUT]       = service_on_start_timeout, \
	[EVENT_WATCHDOG]      = service_on_watchdog, \
	[EVENT_OOM_KILL]      = service_on_oom_kill, \
	[EVENT_PID_FILE]      = service_on_pid_file, \
	[EVENT_BUS_NAME]      = service_on_bus_name
#define IN_SERVICE(reload, main, timeout) \
	NOT_WHILE_ALIVE, \
	[EVENT_STOP]          = service_on_stop, \
	[EVENT_RELOAD]        = reload, \
	[EVENT_MAIN_EXITED]   = main, \
	[EVENT_CONTROL_EXITED]= service_on_reload_exit, \
	[EVENT_EXEC_DONE]     = service_stay, \
	[EVENT_NOTIFIED]      = service_on_notified, \
	[EVENT_TREE_EMPTY]    = service_on_tree_empty, \
	[EVENT_TIMEOUT]       = timeout, \
	[EVENT_WATCHDOG]      = service_on_watchdog, \
	[EVENT_OOM_KILL]      = service_on_oom_kill, \
	[EVENT_PID_FILE]      = service_stay, \
	[EVENT_BUS_NAME]      = service_on_bus_name
#define GOING_DOWN(exits, control, timeout) \
	NOT_WHILE_ALIVE, \
	[EVENT_STOP]          = service_on_stop_again, \
	[EVENT_RELOAD]        = service_refuse, \
	[EVENT_MAIN_EXITED]   = exits, \
	[EVENT_CONTROL_EXITED]= control, \
	[EVENT_EXEC_DONE]     = service_stay, \
	[EVENT_NOTIFIED]      = service_on_notified, \
	[EVENT_TREE_EMPTY]    = service_on_tree_empty, \
	[EVENT_TIMEOUT]       = timeout, \
	[EVENT_WATCHDOG]      = service_stay, \
	[EVENT_OOM_KILL]      = service_on_oom_kill, \
	[EVENT_PID_FILE]      = service_stay, \
	[EVENT_BUS_NAME]      = service_stay

service_action_fn *const service_table[SERVICE_STATE_MAX][EVENT_MAX] = {
	[SERVICE_DEAD]           = {AT_REST},
	[SERVICE_CONDITION]      = {GOING_UP(service_on_condition_exit, service_stay, service_stay, service_stay)},
	[SERVICE_START_PRE]      = {GOING_UP(service_on_start_pre_exit, service_stay, service_stay, service_stay)},
	[SERVICE_START]          = {GOING_UP(service_on_forking_exit, service_on_main_exit_starting,
					service_on_exec_done, service_on_never_ready)},
	[SERVICE_START_POST]     = {GOING_UP(service_on_start_post_exit, service_on_main_exit_noted, service_stay,
					service_on_never_ready)},
	[SERVICE_RUNNING]        = {IN_SERVICE(service_on_reload, service_on_main_exit, service_on_runtime_max)},
	[SERVICE_EXITED]         = {IN_SERVICE(service_on_reload, service_stay, service_stay)},
	[SERVICE_RELOAD]         = {IN_SERVICE(service_stay, service_on_main_exit_noted, service_on_reload_timeout)},
	[SERVICE_RELOAD_SIGNAL]  = {IN_SERVICE(service_stay, service_on_main_exit, service_on_reload_timeout)},
	[SERVICE_RELOAD_NOTIFY]  = {IN_SERVICE(service_stay, service_on_main_exit, service_on_reload_timeout)},
	[SERVICE_STOP]           = {GOING_DOWN(service_on_main_exit_noted, service_on_stop_exit, service_on_stop_timeout)},
	[SERVICE_STOP_WATCHDOG]  = {GOING_DOWN(service_on_killed, service_on_killed, service_on_stop_timeout)},
	[SERVICE_STOP_SIGTERM]   = {GOING_DOWN(service_on_killed, service_on_killed, service_on_stop_timeout)},
	[SERVICE_STOP_SIGKILL]   = {GOING_DOWN(service_on_killed, service_on_killed, service_on_stop_timeout)},
	[SERVICE_STOP_POST]      = {GOING_DOWN(service_on_stop_post_main_exit, service_on_stop_post_exit, service_on_stop_timeout)},
	[SERVICE_FINAL_WATCHDOG] = {GOING_DOWN(service_on_killed, service_on_killed, service_on_stop_timeout)},
	[SERVICE_FINAL_SIGTERM]  = {GOING_DOWN(service_on_killed, service_on_killed, service_on_stop_timeout)},
	[SERVICE_FINAL_SIGKILL]  = {GOING_DOWN(service_on_killed, service_on_killed, service_on_stop_timeout)},
	[SERVICE_FAILED]         = {AT_REST},
	[SERVICE_AUTO_RESTART]   = {
		[EVENT_START]         = service_refuse,
		[EVENT_STOP]          = service_on_stop_waiting,
		[EVENT_RELOAD]        = service_refuse,
		[EVENT_MAIN_EXITED]   = service_stay,
		[EVENT_CONTROL_EXITED]= service_stay,
		[EVENT_EXEC_DONE]     = service_stay,
		[EVENT_NOTIFIED]      = service_stay,
		[EVENT_TREE_EMPTY]    = service_stay,
		[EVENT_TIMEOUT]       = service_on_restart_due,
		[EVENT_WATCHDOG]      = service_stay,
		[EVENT_OOM_KILL]      = service_stay,
		[EVENT_PID_FILE]      = service_stay,
		[EVENT_BUS_NAME]      = service_stay,
	},
};
/* clang-format on */
