/* SPDX-License-Identifier: MIT */
/*
 * The whole of it: the loop, the life of units, the duties of a PID 1, and the end. Before
 * manager_run() anything may fail and end us; after that nothing may: warn, degrade, carry on.
 */
#pragma once

#include "daemon/life/life.h"
#include "daemon/manager/inherited.h"
#include "daemon/manager/log_files.h"
#include "daemon/manager/options.h"
#include "daemon/manager/outside.h"
#include "daemon/process/procfs.h"

enum manager_state {
	MANAGER_STARTING,
	MANAGER_RUNNING,
	MANAGER_STOPPING,
	MANAGER_STATE_MAX,
};

/* Names as `is-system-running` prints them; "degraded" is running with failed units. */
ENUM_TABLE(manager_state)

/* What the ordered stop has come to. */
enum stop_phase {
	STOP_NOT,
	STOP_UNITS, /* stop jobs, in order */
	STOP_REST,  /* TERM for whoever is left */
	STOP_KILL,  /* KILL for whoever is still left */
};

#define STATUS_NOT_FOUND 127
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_CANNOT_START 126 /* fork failed */

/* The command of entrypoint mode. */
struct entrypoint {
	struct process *process; /* NULL: not started, or ended */
	bool started, ended;
	int status; /* to exit with */
	int tty_fd; /* -1: no terminal to hand over */
};

struct manager_settings {
	uint64_t reap_interval_usec; /* ReapIntervalSec=; 0: by signal alone */
	uint64_t stop_budget_usec;   /* USEC_INFINITY: none */
	uint64_t ring_bytes;	     /* OutputRingSize= */
	char **environment;	     /* DefaultEnvironment=, set-environment */
	struct log_file_settings log_files;
	bool show_status; /* ShowStatus=: the end of each job is told */
};

struct manager {
	struct life life;
	struct loop *loop;
	const char *socket; /* where the control socket is; borrowed, NULL: none */
	struct options options;
	struct manager_settings settings;
	struct inherited inherited;
	bool is_pid1, is_user;
	enum manager_state state;
	struct moment start, ready;

	struct loop_source signal_source;
	/* see environment.c; life.spawn.environment is both together */
	char **given_environment, **set_environment;
	struct loop_timer sweep_timer, stop_timer, stop_again;
	struct entrypoint entrypoint;
	struct process *generators; /* of a reload that waits for them; NULL: none */
	bool generate_again;	    /* another reload was asked for meanwhile */
	struct outside outside;
	struct process *journal;    /* writes services' lines; NULL: none */
	int journal_fd;		    /* to it; -1 or 0: none */
	struct process *log_writer; /* of log files; NULL: none */
	struct loop_timer log_writer_timer;

	enum stop_phase stop_phase;
	uint64_t stop_deadline_usec; /* CLOCK_MONOTONIC; USEC_INFINITY: none */
	int exit_status;
	const char
		*final_verb; /* "poweroff", "halt", "reboot": what asked for the stop; NULL: exit */
	char *last_words;    /* told on stderr at the very end */
	unsigned hurries;

	/* the control socket's: told of news, asked to rebind */
	void (*news)(const struct life_news *n, void *data);
	void (*rebind)(void *data);
	void *control;
};

/* Takes hold of signals, children and the loop. 0 or negative errno, logged. */
int manager_open(struct manager *m, const struct options *o);
/* Loads the configuration file and the default environment, opens the unit path. 0 or negative
 * errno. */
int manager_configure(struct manager *m);
/* Starts the units and the command, runs until all is over, returns the exit status. */
int manager_run(struct manager *m);
/* At the end of the process: takes back what can be seen from outside. Memory is the kernel's to
 * take at once; to free ten thousand units one by one would take longer than their stop. */
void manager_end(struct manager *m);
/* That, and frees everything: to begin again. */
void manager_close(struct manager *m);

/* --check and --dump: 0 or 1, the exit status. */
int manager_check(struct manager *m);
int manager_dump(struct manager *m);
/* --install=VERB: links of [Install] below --root=, nothing is started; an exit status. */
int manager_install(struct manager *m);
/* --verify --here: prints for each line of the unit whether it would be applied in this place;
 * false: one would be refused. */
bool manager_judge_here(const struct manager *m, const struct unit *u);
/* --verify: of these files alone, with the programs that they name; 0 or 1. */
int manager_verify(struct manager *m);

/* Holds no file system of the caller's back: from the time on when the command was started in it.
 */
void manager_leave_directory(void);

/* boot.c: the first transaction. */
void boot_start(struct manager *m);
/* Whether /run says that a systemd booted this system (sd_booted(3)), and not one of us. */
bool boot_is_of_others(void);
/* Says to packages that units are to be started by systemctl, where that is us: as PID 1 and root,
 * with the default unit path. */
void boot_announce(const struct manager *m);
/* Adds to the diagnostics of a unit that was just read what cannot be applied with what we may. */
void boot_check_unit(struct unit *u);
/* The same for each such unit. */
void boot_check_units(struct manager *m);
/* Looks whether start-up is over; called each turn. */
void boot_turn(struct manager *m);

/* notify_folder.c: once the control socket is there, and when all is over. Without one, or where it
 * cannot be made, notify sockets are abstract. */
void notify_folder_open(struct manager *m);
void notify_folder_close(struct manager *m);

/* signals.c */
int signals_open(struct manager *m);

/* reaping.c: the sweep of all dead children: by signal, by timer, on demand. Returns how many. */
unsigned manager_reap(struct manager *m);
void manager_arm_sweep(struct manager *m);
/* Looks for children that are not ours by birth and remembers since when. */
void manager_notice_adopted(struct manager *m);

/* stopping.c: the ordered stop of everything. */
void manager_stop(struct manager *m, int exit_status, const char *why);
/* A second request: SIGKILL at once. */
void manager_hurry(struct manager *m, const char *why);
void stopping_turn(struct manager *m);
/* SuccessAction= and kin, Essential=: life_hooks.action. */
void manager_action(
	struct unit *u, enum emergency_action action, int status, const char *why, void *manager);

/* environment.c: what services get besides their own. 0 or -ENOMEM. */
int manager_environment_open(struct manager *m);
int manager_environment_add(struct manager *m, const char *assignment);
/* `name` or NAME=value, which goes only if it has that value. */
int manager_environment_remove(struct manager *m, const char *name);
void manager_environment_close(struct manager *m);

/* entrypoint.c */
int entrypoint_start(struct manager *m);
void entrypoint_ended(struct manager *m, const struct process *p);
void entrypoint_forward(struct manager *m, int sig);
void entrypoint_child_changed(struct manager *m);

/* reload.c: daemon-reload. */
int manager_reload(struct manager *m);
/* The same after the generators ran. 1: they run now, NEWS_RELOADED tells of the end; 0: done; or
 * negative errno. */
int manager_request_reload(struct manager *m);

/* "starting", "running", "degraded", "stopping". */
const char *manager_state_name(const struct manager *m);
