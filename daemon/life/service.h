/* SPDX-License-Identifier: MIT */
/*
 * Services: the run-time part and the state machine's own header. The table of state and event is
 * in service_table.c; what is done on entering a state in service_start.c and service_stop.c;
 * processes in service_process.c; what a service says of itself in service_notify.c and
 * service_pid.c. A socket that executes something has one too, for its processes alone.
 *
 * An action does its work and returns the next state. Entering a state may lead straight on to
 * another (no ExecStop= to run); what is seen from outside is the state where it comes to rest.
 */
#pragma once

#include "common/table.h"
#include "daemon/life/life.h"

enum service_state {
	SERVICE_DEAD,
	SERVICE_CONDITION,
	SERVICE_START_PRE,
	SERVICE_START,
	SERVICE_START_POST,
	SERVICE_RUNNING,
	SERVICE_EXITED, /* nothing runs any more, and that is right: RemainAfterExit= */
	SERVICE_RELOAD,
	SERVICE_RELOAD_SIGNAL, /* notify-reload: signalled, waiting for RELOADING=1 */
	SERVICE_RELOAD_NOTIFY, /* waiting for READY=1 */
	SERVICE_STOP,
	SERVICE_STOP_WATCHDOG,
	SERVICE_STOP_SIGTERM,
	SERVICE_STOP_SIGKILL,
	SERVICE_STOP_POST,
	SERVICE_FINAL_WATCHDOG,
	SERVICE_FINAL_SIGTERM,
	SERVICE_FINAL_SIGKILL,
	SERVICE_FAILED,
	SERVICE_AUTO_RESTART,
	SERVICE_STATE_MAX,
};

ENUM_TABLE(service_state)

/* How a process of the service ended. */
struct exit_record {
	struct moment start, exit;
	pid_t pid;
	uint8_t code, status; /* CLD_*; 0: has not ended */
};

struct private_tmp;

struct service {
	struct unit *unit;
	uint64_t mark; /* worn by each of its processes; 0: has never run */
	UT_hash_handle hh_mark;

	struct process *main, *control;
	struct process *cleaner; /* of service_clean.c; NULL: none */
	struct exit_record main_record;
	struct exit_record *control_record; /* NULL: it never had a control process */
	unsigned index;			    /* which command of `list` */
	unsigned main_index;		    /* of ExecStart= of a oneshot */
	unsigned restarts;		    /* NRestarts: since it was last started by hand */
	int status_errno;
	int connection_fd;	    /* of a socket with Accept=yes; -1: none */
	enum command_list list : 8; /* what `control` executes */
	enum service_result result : 8, reload_result : 8;
	enum service_state late_in : 8; /* with the result "timeout": what took too long */

	bool main_is_adopted : 1; /* not our own child at birth: forking, MAINPID= */
	bool forbid_restart : 1;  /* a job stopped it */
	bool restarting : 1;	  /* the coming start is an automatic restart */
	bool ready : 1;		  /* READY=1 was heard */
	bool stop_asked : 1;	  /* by a job, not by itself */
	bool stops_itself : 1;	  /* it said STOPPING=1 */
	bool directories_made : 1;
	bool watches_tree : 1; /* waits for the last of its processes */
	bool skipped : 1;      /* ExecCondition= said no */
	bool clean_failed : 1; /* the last time */
	bool frozen : 1;       /* its cgroup: by hand, until it is thawed or has a job */
	uint8_t others_signal; /* that its other processes are to get in a moment; 0: none */
	bool others_end : 1;   /* by it; false: they are killed */
	char invocation_id[33];

	struct loop_timer timer;     /* of the present state */
	struct loop_timer *watchdog; /* NULL: none was ever armed */
	uint64_t watchdog_usec;	     /* in force; 0: none */
	uint64_t reload_begin_usec;
	struct loop_source *exec; /* of Type=exec, until its program is executed; NULL: no more */
	struct loop_source *pid_file; /* inotify(7); NULL: not watched */
	char *exec_failure; /* why a process of this activation could not execute, or NULL */
	struct service_cgroup *cgroup; /* NULL: none */
	struct notify_socket *notify;  /* NULL: there was never one */
	struct output *output;
	struct unit *accepted_by; /* the socket that the connection is of; NULL: none */
	char *status_text;
	struct private_tmp *private_tmp; /* of PrivateTmp=; NULL: none */
	struct bus_watch *bus_name;	 /* of Type=dbus (service_bus.c); NULL: not watched */
	struct stored_fd *store;	 /* of FDSTORE=1 (service_store.c) */
	struct restart_verdict verdict;	 /* of the life that ended last */
	struct service *next_watcher;
	uint64_t runtime_extra_usec; /* of this life: up to RuntimeRandomizedExtraSec= */
};

typedef enum service_state service_action_fn(struct service *s, const struct unit_event *event);

/* service_bus.c: before a start of Type=dbus; and whether its name is known to have no owner. */
void service_watch_bus(struct service *s);
void service_unwatch_bus(struct service *s);
bool service_lacks_bus_name(const struct service *s);

/* service_store.c: descriptors that a message leaves or takes back; those that are stored, added to
 * `have` others (the number of all, or -ENOMEM); those above the newest `max`
 * thrown away. */
void service_hear_store(struct service *s, const struct notify_message *m);
int service_add_stored(const struct service *s, int have, int **fds, char ***names);
void service_limit_store(struct service *s, unsigned max);
unsigned service_stored_count(const struct service *s);

/* The run-time part, made on first use. NULL: out of memory. */
struct service *service_of(struct unit *u);
/* Never NULL: of a socket those of a service that says nothing. */
const struct service_settings *service_settings(const struct service *s);
const struct kill_settings *service_settings_kill(const struct service *s);
extern const struct unit_machine service_machine;
/* service_clean.c: its folders of these kinds (bits of enum exec_directory_kind) are removed, which
 * NEWS_CLEANED tells the end of. 0 or -ENOMEM. */
int service_clean(struct unit *u, unsigned kinds);
/* Those that it has. */
unsigned service_can_clean(const struct unit *u);
/* What `clean` calls each kind. */
extern const char *const service_clean_names[DIRECTORY_MAX];
/* Frees it; processes are left alone. Nothing where there is none. */
void service_free(struct unit *u);

/* Entering each state (service_start.c, service_stop.c): what it does, and where that leads. */
enum service_state service_enter_condition(struct service *s);
enum service_state service_enter_start_pre(struct service *s);
enum service_state service_enter_start(struct service *s);
enum service_state service_enter_start_post(struct service *s);
enum service_state service_enter_running(struct service *s);
enum service_state service_enter_reload(struct service *s);
enum service_state service_enter_reload_signal(struct service *s);
enum service_state service_enter_stop(struct service *s);
enum service_state service_enter_stop_signal(struct service *s);
enum service_state service_enter_stop_post(struct service *s);
enum service_state service_enter_final_signal(struct service *s);
enum service_state service_enter_dead(struct service *s);
enum service_state service_enter_auto_restart(struct service *s);

/* The actions of the table. `stay` changes nothing; `refuse` says that the event cannot be. */
service_action_fn service_stay, service_refuse;
/* service_start.c: on the way up */
service_action_fn service_on_start, service_on_condition_exit, service_on_start_pre_exit,
	service_on_forking_exit, service_on_start_post_exit, service_on_main_exit_starting,
	service_on_exec_done, service_on_never_ready, service_on_start_timeout, service_on_pid_file,
	service_on_bus_name;
/* service_run.c: in service */
service_action_fn service_on_main_exit, service_on_main_exit_noted, service_on_reload,
	service_on_reload_exit, service_on_reload_timeout, service_on_runtime_max,
	service_on_watchdog, service_on_notified;
/* service_stop.c: on the way down, and up again */
service_action_fn service_on_stop, service_on_stop_early, service_on_stop_again,
	service_on_stop_waiting, service_on_stop_exit, service_on_stop_post_exit,
	service_on_stop_post_main_exit, service_on_killed, service_on_tree_empty,
	service_on_stop_timeout, service_on_restart_due;
/* service_oom.c */
service_action_fn service_on_oom_kill;

/* Remembers the first failure of this life: later ones do not hide it. */
void service_fail(struct service *s, enum service_result result);

/* Processes (service_process.c). `list` and s->index say which command. 0 or negative errno,
 * logged. */
int service_spawn(struct service *s, enum command_list list, size_t index, enum process_role role);
/* No longer watches what one of its sources watches, closes and frees it; NULL: there is none. */
void service_drop_source(struct service *s, struct loop_source **source);
/* service_exec.c: EVENT_EXEC_DONE comes for Type=exec when nobody holds *ret_fd any more, which is
 * the caller's to close; other types leave it as it is. 0 or negative errno. */
int service_watch_exec(struct service *s, int *ret_fd);
void service_unwatch_exec(struct service *s);
const struct command *service_command(
	const struct service *s, enum command_list list, size_t index);
void service_forget_process(struct service *s, struct process **p);
/* Makes room for what becomes of a control process, before there is one. 0 or -ENOMEM. */
int service_expect_control(struct service *s);
/* Forgets what became of the last one; the room stays, for it may live on. */
void service_forget_control(struct service *s);
/* Makes `pid` the main process after the checks of service_pid.c. 0 or negative errno. */
int service_set_main_pid(struct service *s, pid_t pid);
/* Sends the signal that belongs to the state by KillMode=. Returns whether there is anyone to wait
 * for. */
bool service_kill(struct service *s, enum service_state state);
/* EVENT_TREE_EMPTY comes once none of its processes is left. */
void service_await_tree(struct service *s);

/* Its processes besides main and control (service_others.c). Whether any is left, zombies aside. */
bool service_tree_is_alive(struct service *s);
/* Signals them: how many. Where they are to end by it (and not to be killed), SIGCONT and with
 * SendSIGHUP= SIGHUP follow. */
int service_signal_others(struct service *s, int sig, bool ends);
/* The same in a moment, while a main or control process is there that got the signal; a kill at
 * once, after this turn. */
void service_signal_others_later(struct service *s, int sig, bool ends);
/* Those that wait for that get it now. */
void service_signal_others_now(struct service *s);
/* Or never: the signal; 0: none waited. */
int service_forget_signal(struct service *s);

/* Its cgroup (service_cgroup.c); where there is no tree for us these do nothing. A descriptor of
 * the cgroup that a command is to be born in, made when it is not there; -1: none. */
int service_enter_cgroup(struct service *s, enum command_list list);
/* Whether it is its user's to divide: Delegate=. */
bool service_delegates(const struct service *s);
/* service_oom.c: what it says is to be done. */
enum oom_policy service_oom_policy(const struct service *s);
/* Whether the kernel killed a process of it for want of memory since the last look: handled at
 * once. */
void service_check_oom(struct service *s);
/* Its files were read anew: limits are those that they say now. */
void service_reconfigure_cgroup(struct service *s);
/* A number from a file of it, as cgroup_read(). */
int service_read_cgroup(const struct service *s, const char *file, const char *key, uint64_t *ret);
/* Its processes run no more, or again; 0, or a negative errno. */
int service_freeze(struct service *s, bool freezes);
/* Whether it is to be frozen and a process still runs. */
bool service_is_freezing(const struct service *s);
/* At the end of a life: removed, as soon as no process is left in it. */
void service_leave_cgroup(struct service *s);
/* The same for good: what is left in it is left to itself. */
void service_free_cgroup(struct service *s);
bool service_cgroup_is_populated(const struct service *s);
/* The signal for processes in it that neither we started nor wear the mark; SIGKILL for all. How
 * many it was. */
int service_signal_cgroup(struct service *s, int sig);
/* ControlGroup=; the caller frees; NULL: none. */
char *service_control_group(const struct service *s);

/* How a process's end is judged: SuccessExitStatus= and `-` in front of the command considered. */
enum service_result service_main_result(const struct service *s, const struct unit_event *event);
enum service_result service_control_result(const struct service *s, const struct unit_event *event);
/* A new INVOCATION_ID= for a new life. */
void service_new_invocation(struct service *s);
/* At the end of a life: closes sockets and timers, removes the PID file and runtime directories. */
void service_release(struct service *s);
/* "start took longer than TimeoutStartSec=1min 30s"; the caller frees; NULL: out of memory. */
char *service_limit_text(const struct service *s, enum service_state state);
/* Starts the limit of the present state anew: for its next command. */
void service_arm_state_timer(struct service *s);

/* service_variables.c: NAME=value for a process of that list, a strv to be freed. 0 or -ENOMEM. */
int service_collect_variables(const struct service *s, enum command_list list, char ***ret);
/* service_user.c: the number of its DynamicUser=; 0: it has none. */
uid_t service_dynamic_uid(const struct service *s);
/* RemoveIPC=, at the end of a life: in a process of its own, unless another unit of that user is
 * up.
 */
void service_remove_ipc(const struct service *s);
/* service_share.c: the folder of its PrivateTmp=, which units of JoinsNamespaceOf= share: made with
 * the first process of the first of them, taken away with the last. NULL: none. */
const char *service_private_tmp(struct service *s);
void service_leave_private_tmp(struct service *s);
/* Whose namespace a new process is to enter where the unit says yes to `key`; 0: make one. */
pid_t service_namespace_pid(const struct service *s, const char *key);
/* service_output.c: what its settings say of its lines, to the output that it has. */
void service_set_output(struct service *s);
/* Descriptors for its main process, borrowed, in a vector to be freed with a name each (strv). The
 * number of them, or -ENOMEM. */
int service_collect_fds(const struct service *s, int **ret_fds, char ***ret_names);
/* REMOTE_ADDR= and REMOTE_PORT= of that connection. 0 or -ENOMEM. */
int service_add_peer(const struct service *s, char ***variables);
/* The connection that it was started for is over: closed, and its socket told. */
void service_end_connection(struct service *s);

/* Timers. `span_usec` from now; USEC_INFINITY: none. */
void service_arm_timer(struct service *s, uint64_t span_usec);
void service_arm_watchdog(struct service *s);
void service_disarm_watchdog(struct service *s);

/* PIDFile= (service_pid.c): reads it safely. The PID, 0 when it is not there yet, or negative errno
 * with a log line. */
pid_t service_read_pid_file(struct service *s, bool may_be_missing);
/* When the main process has ended: whether the file names another one, which then is it. */
bool service_follow_pid_file(struct service *s);
int service_watch_pid_file(struct service *s);
void service_unwatch_pid_file(struct service *s);
/* Whether the process belongs to this activation: it wears its mark, below us. 1, 0, or negative:
 * it is gone. */
int service_owns_pid(const struct service *s, pid_t pid);
/* The same of a process that may become the main one; logs who named it and why not. */
bool service_pid_is_ours(const struct service *s, pid_t pid, const char *said_by);
/* The only process left of a forking service without PIDFile=, 0 when there is none or more than
 * one. */
pid_t service_guess_main_pid(struct service *s);

/* The notify socket (service_notify.c). */
int service_open_notify(struct service *s);
bool service_takes_notify(const struct service *s);
