/* SPDX-License-Identifier: MIT */
/*
 * What a unit's files say, as typed values: filled from the table of directives, read by everyone,
 * never changed after loading. A reload makes a new one; a running unit keeps what it had until
 * the new one has loaded.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common/clock.h"
#include "common/enum.h"
#include "common/unit_name.h"
#include "daemon/file/commands.h"
#include "daemon/file/triggers.h"

/* Dependencies. Each kind stands beside its inverse: kind ^ 1 is the other direction. */
enum dep_kind {
	DEP_REQUIRES,
	DEP_REQUIRED_BY,
	DEP_REQUISITE,
	DEP_REQUISITE_OF,
	DEP_WANTS,
	DEP_WANTED_BY,
	DEP_BINDS_TO,
	DEP_BOUND_BY,
	DEP_PART_OF,
	DEP_CONSISTS_OF,
	DEP_UPHOLDS,
	DEP_UPHELD_BY,
	DEP_CONFLICTS,
	DEP_CONFLICTED_BY,
	DEP_BEFORE,
	DEP_AFTER,
	DEP_ON_SUCCESS,
	DEP_ON_SUCCESS_OF,
	DEP_ON_FAILURE,
	DEP_ON_FAILURE_OF,
	DEP_TRIGGERS,
	DEP_TRIGGERED_BY,
	DEP_PROPAGATES_RELOAD_TO,
	DEP_RELOAD_PROPAGATED_FROM,
	DEP_PROPAGATES_STOP_TO,
	DEP_STOP_PROPAGATED_FROM,
	DEP_JOINS_NAMESPACE_OF,
	DEP_NAMESPACE_JOINED_BY,
	DEP_IN_SLICE,
	DEP_SLICE_OF,
	DEP_KIND_MAX,
};

ENUM_TABLE(dep_kind)

/* Where a dependency came from, as bits: one edge may have several origins. */
enum dep_origin {
	ORIGIN_FILE = 1 << 0,	  /* written in a file, or a .wants/ or .requires/ link */
	ORIGIN_DEFAULT = 1 << 1,  /* DefaultDependencies= */
	ORIGIN_IMPLICIT = 1 << 2, /* follows from other settings */
	ORIGIN_PATH = 1 << 3,	  /* RequiresMountsFor= */
};

/* A dependency by name, before the other unit is known. */
struct dep_name {
	uint8_t kind;	/* enum dep_kind */
	uint8_t origin; /* bits of enum dep_origin */
	bool is_static; /* the name is the program's own */
	const char *name;
};

struct dep_names {
	const struct dep_name *list;
	size_t count;
};

enum condition_type {
	CONDITION_ARCHITECTURE,
	CONDITION_FIRMWARE,
	CONDITION_VIRTUALIZATION,
	CONDITION_HOST,
	CONDITION_KERNEL_COMMAND_LINE,
	CONDITION_KERNEL_VERSION,
	CONDITION_CREDENTIAL,
	CONDITION_ENVIRONMENT,
	CONDITION_SECURITY,
	CONDITION_CAPABILITY,
	CONDITION_AC_POWER,
	CONDITION_NEEDS_UPDATE,
	CONDITION_FIRST_BOOT,
	CONDITION_PATH_EXISTS,
	CONDITION_PATH_EXISTS_GLOB,
	CONDITION_PATH_IS_DIRECTORY,
	CONDITION_PATH_IS_SYMBOLIC_LINK,
	CONDITION_PATH_IS_MOUNT_POINT,
	CONDITION_PATH_IS_READ_WRITE,
	CONDITION_PATH_IS_ENCRYPTED,
	CONDITION_DIRECTORY_NOT_EMPTY,
	CONDITION_FILE_IS_EXECUTABLE,
	CONDITION_FILE_NOT_EMPTY,
	CONDITION_USER,
	CONDITION_GROUP,
	CONDITION_CONTROL_GROUP_CONTROLLER,
	CONDITION_CPUS,
	CONDITION_MEMORY,
	CONDITION_CPU_FEATURE,
	CONDITION_OS_RELEASE,
	CONDITION_MEMORY_PRESSURE,
	CONDITION_CPU_PRESSURE,
	CONDITION_IO_PRESSURE,
	CONDITION_TYPE_MAX,
};

/* Names without the prefix: "PathExists" for ConditionPathExists= and AssertPathExists=. */
ENUM_TABLE(condition_type)

struct condition {
	enum condition_type type;
	bool is_assert, is_trigger /* | */, is_negated /* ! */;
	char *parameter;
};

enum job_mode {
	JOB_MODE_FAIL,
	JOB_MODE_REPLACE,
	JOB_MODE_REPLACE_IRREVERSIBLY,
	JOB_MODE_ISOLATE,
	JOB_MODE_FLUSH,
	JOB_MODE_IGNORE_DEPENDENCIES,
	JOB_MODE_IGNORE_REQUIREMENTS,
	JOB_MODE_TRIGGERING,
	JOB_MODE_MAX,
};

ENUM_TABLE(job_mode)

enum emergency_action {
	ACTION_NONE,
	ACTION_REBOOT,
	ACTION_REBOOT_FORCE,
	ACTION_REBOOT_IMMEDIATE,
	ACTION_POWEROFF,
	ACTION_POWEROFF_FORCE,
	ACTION_POWEROFF_IMMEDIATE,
	ACTION_EXIT,
	ACTION_EXIT_FORCE,
	ACTION_MAX,
};

ENUM_TABLE(emergency_action)

enum essential {
	ESSENTIAL_NO,
	ESSENTIAL_YES,
	ESSENTIAL_ON_FAILURE,
	ESSENTIAL_MAX,
};

ENUM_TABLE(essential)

/* [Unit] and [X-Reaperd]: what is alike for many units; the rest is in struct config */
struct unit_settings {
	bool default_dependencies;
	bool stop_when_unneeded, refuse_manual_start, refuse_manual_stop, allow_isolate,
		ignore_on_isolate;
	enum job_mode on_success_job_mode, on_failure_job_mode;
	uint64_t job_timeout_usec, job_running_timeout_usec;
	enum emergency_action job_timeout_action, success_action, failure_action,
		start_limit_action;
	int success_action_exit_status, failure_action_exit_status; /* -1: not set */
	uint64_t start_limit_interval_usec;
	unsigned start_limit_burst;
	enum essential essential;
};

/* [Install] */
struct install_settings {
	char **alias, **wanted_by, **required_by, **also;
	char *default_instance;
};

enum exec_stdio {
	STDIO_UNSET,
	STDIO_NULL,
	STDIO_TTY,
	STDIO_TTY_FORCE,
	STDIO_TTY_FAIL,
	STDIO_SOCKET,
	STDIO_FD,
	STDIO_DATA,
	STDIO_INHERIT,
	STDIO_JOURNAL, /* also syslog, kmsg: kept by us */
	STDIO_JOURNAL_CONSOLE,
	STDIO_KMSG, /* as journal: a container has no log of the kernel to write to */
	STDIO_KMSG_CONSOLE,
	STDIO_FILE,
	STDIO_APPEND,
	STDIO_TRUNCATE,
	STDIO_MAX,
};

ENUM_TABLE(exec_stdio)

struct stdio_setting {
	enum exec_stdio kind;
	char *argument; /* the path of file:, append:, truncate:; the name of fd: */
};

/* What StandardInput=data reads. */
struct input_data {
	char *bytes;
	size_t size;
};

enum exec_directory_kind {
	DIRECTORY_RUNTIME,
	DIRECTORY_STATE,
	DIRECTORY_CACHE,
	DIRECTORY_LOGS,
	DIRECTORY_CONFIGURATION,
	DIRECTORY_MAX,
};

ENUM_TABLE(exec_directory_kind)

struct exec_directory {
	char **paths; /* relative, `name` or `name:link` */
	mode_t mode;
};

enum preserve_mode {
	PRESERVE_NO,
	PRESERVE_YES,
	PRESERVE_RESTART,
	PRESERVE_MAX,
};

ENUM_TABLE(preserve_mode)

/* The exec group: [Service], [Socket], [Mount], [Swap] */
struct exec_settings {
	char *working_directory; /* NULL: not set; "~": the user's home */
	bool working_directory_missing_ok;
	char *root_directory; /* NULL: the present one */
	char *user, *group;
	char **supplementary_groups;
	char **environment;	  /* NAME=value */
	char **environment_files; /* absolute path, `-` in front: may be missing */
	char **pass_environment, **unset_environment;
	char **search_path; /* of bare names of programs; NULL: the usual one */
	mode_t umask;
	struct rlimit *limits[RLIM_NLIMITS]; /* NULL: not set */
	int nice, oom_score_adjust, ioprio, cpu_policy, cpu_priority;
	bool nice_set, oom_score_adjust_set, ioprio_set, cpu_policy_set, cpu_reset_on_fork;
	struct stdio_setting input, output, error;
	struct input_data input_data;
	char *tty_path;
	unsigned tty_rows, tty_columns; /* 0: as it is */
	bool tty_reset, tty_vhangup, tty_vt_disallocate;
	char *syslog_identifier;
	struct exec_directory directories[DIRECTORY_MAX];
	enum preserve_mode runtime_directory_preserve;
	bool no_new_privileges, dynamic_user, ignore_sigpipe, non_blocking;
	uint64_t capability_bounding_set; /* all bits: untouched */
	uint64_t ambient_capabilities;
	uint64_t implied_drops; /* capabilities that protections take away, where we may */
	int secure_bits;
	bool secure_bits_set;
};

enum kill_mode {
	KILL_CONTROL_GROUP,
	KILL_MIXED,
	KILL_PROCESS,
	KILL_NONE,
	KILL_MODE_MAX,
};

ENUM_TABLE(kill_mode)

/* The kill group: the same sections */
struct kill_settings {
	enum kill_mode mode;
	int signal, restart_signal /* 0: as signal */, final_signal, watchdog_signal;
	bool send_sigkill, send_sighup;
};

enum service_type {
	SERVICE_SIMPLE,
	SERVICE_EXEC,
	SERVICE_FORKING,
	SERVICE_ONESHOT,
	SERVICE_DBUS,
	SERVICE_NOTIFY,
	SERVICE_NOTIFY_RELOAD,
	SERVICE_IDLE,
	SERVICE_TYPE_MAX,
};

ENUM_TABLE(service_type)

enum service_restart {
	RESTART_NO,
	RESTART_ON_SUCCESS,
	RESTART_ON_FAILURE,
	RESTART_ON_ABNORMAL,
	RESTART_ON_WATCHDOG,
	RESTART_ON_ABORT,
	RESTART_ALWAYS,
	RESTART_MAX,
};

ENUM_TABLE(service_restart)

enum notify_access {
	NOTIFY_NONE,
	NOTIFY_ALL,
	NOTIFY_EXEC,
	NOTIFY_MAIN,
	NOTIFY_ACCESS_MAX,
};

ENUM_TABLE(notify_access)

enum timeout_failure_mode {
	TIMEOUT_TERMINATE,
	TIMEOUT_ABORT,
	TIMEOUT_KILL,
	TIMEOUT_FAILURE_MODE_MAX,
};

ENUM_TABLE(timeout_failure_mode)

enum exit_type {
	EXIT_TYPE_MAIN,
	EXIT_TYPE_CGROUP, /* as long as any of its processes lives */
	EXIT_TYPE_MAX,
};

ENUM_TABLE(exit_type)

/* What becomes of a service when the kernel kills a process of it for want of memory. */
enum oom_policy {
	OOM_CONTINUE,
	OOM_STOP,
	OOM_KILL,
	OOM_POLICY_MAX,
};

ENUM_TABLE(oom_policy)

/* A set of exit statuses and signals: SuccessExitStatus= and kin. */
struct exit_set {
	uint8_t statuses[32]; /* bit per exit status 0..255 */
	uint64_t signals;     /* bit per signal */
};

/* [Service] */
struct service_settings {
	enum service_type type;
	enum exit_type exit_type;
	enum service_restart restart;
	uint64_t restart_usec, restart_max_delay_usec;
	unsigned restart_steps;
	uint64_t timeout_start_usec, timeout_stop_usec, timeout_abort_usec /* 0: as stop */;
	enum timeout_failure_mode timeout_start_failure_mode, timeout_stop_failure_mode;
	uint64_t runtime_max_usec, runtime_randomized_extra_usec;
	uint64_t watchdog_usec;
	bool remain_after_exit, guess_main_pid, root_directory_start_only, permissions_start_only;
	struct exit_set *success_status, *restart_prevent_status,
		*restart_force_status; /* NULL: none */
	char *pid_file;		       /* absolute */
	enum notify_access notify_access;
	bool notify_access_set, type_set, timeout_start_set, timeout_abort_set;
	char *bus_name;
	char **sockets;
	unsigned fd_store_max;
	enum preserve_mode fd_store_preserve;
	int reload_signal;
};

/* A directive that is understood but has no field, in its canonical form: kept for `show`, --dump.
 */
struct kept_value {
	const struct directive *directive;
	char *text;
};

struct config {
	char *path;	     /* the fragment; NULL: built in, or none */
	char **dropins;	     /* paths, in the order they were read */
	uint64_t mtime_usec; /* newest of all files: NeedDaemonReload= */
	/* [Unit], what each says for itself */
	char *description;
	char **documentation;
	char *source_path;
	char **mounts_for; /* RequiresMountsFor=, and what is implied */
	struct condition *conditions;
	size_t condition_count;
	struct install_settings install;
	/* Parts (part.h), kept once for all units that say the same. */
	struct unit_settings *unit;
	struct exec_settings *exec;	    /* services, sockets, mounts, swaps; else NULL */
	struct kill_settings *kill;	    /* likewise */
	struct service_settings *service;   /* services; else NULL */
	struct timer_settings *timer;	    /* timers; else NULL */
	struct path_settings *path_watches; /* paths; else NULL */
	struct socket_settings *socket;	    /* sockets; else NULL */
	struct commands commands;	    /* of services and sockets */
	struct dep_name *deps;
	size_t dep_count;
	struct kept_value *kept;
	size_t kept_count;
};

/* The commands of that list: a part of the unit's. */
struct commands config_commands(const struct config *c, enum command_list list);

/* Whether what is written there is kept by us. */
bool stdio_is_journal(enum exec_stdio kind);
/* Whether output or errors of the unit are shown as such: an output inherited from no input is. */
bool exec_logs(const struct exec_settings *e);
/* Whether output is to go where input comes from, and nothing can be written there. */
bool exec_inherits_nothing(const struct exec_settings *e);

/* A configuration with every default in place for that unit type. NULL: out of memory. */
struct config *config_new(enum unit_type type);
/* Once it is complete: what it has in common with other units is kept once for all of them. */
void config_share(struct config *c);
struct config *config_free(struct config *c);
void config_freep(struct config **c);

/* Adds a dependency by name; one that is said twice is merged when it becomes an edge. 0 or
 * -ENOMEM. */
int config_add_dep(struct config *c, enum dep_kind kind, const char *name, unsigned origin);
/* The same for a name that lives as long as the program: it is not copied. */
int config_add_static_dep(struct config *c, enum dep_kind kind, const char *name, unsigned origin);
