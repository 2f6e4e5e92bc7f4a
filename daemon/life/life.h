/* SPDX-License-Identifier: MIT */
/*
 * How units live. Everything that happens to a unit ends at one door, unit_handle(): one table of
 * state and event for each unit type, one writer of unit->active and unit->sub_state.
 *
 * A handler acts on its own unit alone. What follows for other units (jobs that end, units that are
 * bound to it, units that it triggers) is queued and done from the loop, so the depth of dependency
 * is never the depth of the stack.
 */
#pragma once

#include "daemon/base/loop.h"
#include "daemon/file/load.h"
#include "daemon/plan/job.h"
#include "daemon/plan/restart.h"
#include "daemon/process/adopted.h"
#include "daemon/process/bus.h"
#include "daemon/process/cgroup.h"
#include "daemon/process/dynamic_user.h"
#include "daemon/process/mark.h"
#include "daemon/process/notify.h"
#include "daemon/process/output.h"
#include "daemon/process/process.h"
#include "daemon/process/reap.h"
#include "daemon/process/spawn.h"

enum unit_event_kind {
	EVENT_START,	      /* a start job runs */
	EVENT_STOP,	      /* a stop job runs */
	EVENT_RELOAD,	      /* a reload job runs */
	EVENT_MAIN_EXITED,    /* code, status */
	EVENT_CONTROL_EXITED, /* code, status */
	EVENT_EXEC_DONE,      /* the main process executes its program */
	EVENT_NOTIFIED,	      /* notify */
	EVENT_TREE_EMPTY,     /* no process of the unit is left */
	EVENT_TIMEOUT,	      /* of the present state */
	EVENT_WATCHDOG,	      /* no keep-alive in time */
	EVENT_OOM_KILL,	      /* the kernel killed a process of the unit: no memory */
	EVENT_PID_FILE,	      /* a PID file was written, or its folder changed */
	EVENT_BUS_NAME,	      /* its name on the bus got an owner or lost it, or the bus is gone */
	EVENT_MAX,
};

ENUM_TABLE(unit_event_kind)

struct unit_event {
	enum unit_event_kind kind;
	int code, status;
	const struct notify_message *notify;
};

/* What `reaperctl events` and the outside systemd are told. */
enum life_news_kind {
	NEWS_STATE,
	NEWS_EXIT,
	NEWS_ADOPTED,
	NEWS_REAPED,
	NEWS_JOB,
	NEWS_NOTIFY,
	NEWS_RELOADED,
	NEWS_CLEANED,
	NEWS_MAX,
};

ENUM_TABLE(life_news_kind)

struct life_news {
	enum life_news_kind kind;
	const struct unit *unit; /* NULL: none */
	const char *text;	 /* a sentence */
	const struct job *job;	 /* NEWS_JOB */
	enum job_result result;	 /* NEWS_JOB */
	pid_t pid;		 /* NEWS_EXIT, NEWS_ADOPTED, NEWS_REAPED */
	int code, status; /* NEWS_EXIT, NEWS_REAPED; status of NEWS_RELOADED: 0 or negative errno */
	enum unit_active_state before; /* NEWS_STATE */
};

struct life_counters {
	uint64_t spawned, restarts, orphans_adopted;
};

/* What the manager decides: life/ only asks. */
struct life_hooks {
	void (*news)(const struct life_news *n, void *data);
	/* SuccessAction= and kin, Essential=: end everything. `status` -1: none was set. */
	void (*action)(struct unit *u, enum emergency_action action, int status, const char *why,
		void *data);
	void *data;
};

struct life {
	struct loop *loop;
	struct unit_table units;
	struct loader loader;
	struct job_table jobs;
	struct process_table processes;
	struct mark_space marks;
	struct dynamic_users dynamic_users;
	struct bus bus; /* connected while services of Type=dbus are watched */
	struct cgroup_tree cgroups;
	struct loop_source cgroup_changes;
	struct service_cgroup *oom_watched;  /* by inotify's number of the watch */
	struct service_cgroup *left_cgroups; /* of services that are down, with processes in them */
	struct output_hub *output;	     /* NULL: services write to /dev/null */
	struct spawn_context spawn;
	struct loop_source failures; /* of children before exec: service_exec.c; fd -1: none yet */
	struct birth_places places;
	struct loop_timer places_timer; /* a turn in a moment, for outputs that lie there */
	struct reap_counters reaping;
	struct life_counters counters;
	struct life_hooks hooks;
	bool ignores_watchdogs;	     /* WatchdogSec=, StartLimitAction=, JobTimeoutAction= */
	bool stopping;		     /* the ordered stop of everything: no automatic restart */
	bool killing;		     /* nothing is started any more, not even ExecStopPost= */
	uint64_t stop_deadline_usec; /* ... is over by then, CLOCK_MONOTONIC; 0: no deadline */
	bool has_passing;	     /* units of daemon/life/collect.h */
	bool child_died;	     /* since trees were last looked at */
	struct service *watchers;    /* services that wait for their last process */
	struct adopted_table adopted;
	bool looked; /* for adopted ones, since a child died, in this turn */
	/* Services whose other processes get a signal in a moment, of service_others.c. */
	unsigned signalled_count;
	uint64_t signalled_by_usec; /* CLOCK_MONOTONIC: not later */
	struct loop_timer signalled_timer;
	struct service *by_mark; /* services that have run, by their mark */
	char *notify_folder;	 /* of their notify sockets; NULL: these are abstract */
	unsigned notify_count;	 /* that were opened there */
	struct unit *queue_first, *queue_last;
	struct unit *upkeep_first;	/* of upkeep.h */
	bool upkeep_asked;		/* since it was last gone through */
	struct loop_timer upkeep_timer; /* runs while upkeep_usec is not 0 */
	uint64_t upkeep_usec;
	int idle_pipe[2];     /* of idle.h; -1: nobody waits */
	struct moment begin;  /* of reaperd */
	struct timer *timers; /* those that were ever started */
	/* The wall clock was set, its zone changed: added with the first timer. */
	struct loop_source clock_change, zone_change;
};

/* Sets up an empty life: marks, tables. The manager fills in loader, output, spawn and hooks. */
int life_open(struct life *life, struct loop *loop);
/* timer_clock.c: no more of it. */
void timer_unwatch_clock(struct life *life);
/* Gives units cgroups from now on, where there is a tree of them that is ours. */
void life_open_cgroups(struct life *life);
void life_close_cgroups(struct life *life);
/* service_exec.c: takes low descriptors for what each child needs (birth.h), and hears from now on
 * why those end that could not execute their programs. 0 or negative errno; each start tries again.
 */
int life_prepare_births(struct life *life);
void life_end_births(struct life *life);
/* Closes what children have by now, and sees to it that there is a turn for the rest. */
void life_sweep_births(struct life *life);
/* Books what children have told. */
void life_hear_failures(struct life *life);
/* Takes back what can be seen from outside: run-time folders, sockets, cgroups. Processes are left
 * alone. */
void life_end(struct life *life);
/* That, and frees everything. */
void life_close(struct life *life);

/* Draws the consequences of what has happened; jobs wait. After each end of a process. */
void life_settle(struct life *life);
/* That, and runs jobs; call it once a turn. */
void life_turn(struct life *life);

/* The door. Unknown combinations of state and event are refused, logged and counted; never fatal.
 */
void unit_handle(struct unit *u, const struct unit_event *event);

/* The life a unit belongs to. */
struct life *unit_life(const struct unit *u);

/*
 * Assigns a unit's state, stamps the time, tells the news and queues the consequences. For the
 * state machines in this room only.
 */
void unit_set_state(struct unit *u, enum unit_active_state active, int sub_state);

/* The name of u->sub_state, as its type calls it ("running", "listening"). */
const char *unit_sub_state_name(const struct unit *u);

/* Asks for a job, as transaction_run() does, and logs a refusal. */
int life_request(struct life *life, struct unit *u, enum job_type type, enum job_mode mode);

/* What is queued for a unit until the turn. */
enum unit_work {
	WORK_REACT = 1 << 0,	  /* its state changed: consequences for others */
	WORK_TRIGGERS = 1 << 1,	  /* a job of it ended: whoever triggers it looks again */
	WORK_JOB_FAILED = 1 << 2, /* a job of it failed, not by what it did itself */
};

void life_enqueue(struct life *life, struct unit *u, unsigned work);

/* Looks for children that we adopted, at most once a turn and after deaths: one list for all
 * units. */
void life_look_for_adopted(struct life *life);

/* The unit that wears the mark, or NULL. */
struct unit *life_mark_owner(uint64_t mark, void *life);

/* A child that ended, still a zombie: hears what it said last. Whether it is in the process table
 * still; false: an orphan. */
bool life_child_died(struct life *life, const struct reaped *r);
/* A process of a unit that is gone (process_next_gone()): books how it ended, and tells the state
 * machine. */
void life_process_ended(struct life *life, struct process *p);
/* The helper of service_clean() ended. */
void life_cleaned(struct life *life, struct process *p);

/* Whether all conditions (asserts: the other kind) of the unit hold; *ret_failed the one that does
 * not. */
bool conditions_hold(const struct unit *u, bool asserts, const struct condition **ret_failed);

/* One unit type's way to live. */
struct unit_machine {
	const struct enum_table *states;
	/* 0, or as systemd's: -EALREADY nothing to do, -EAGAIN later, -EOPNOTSUPP this type cannot
	 */
	int (*start)(struct unit *u);
	/* asked when its conditions and bindings hold; NULL: it always may */
	int (*may_start)(struct unit *u);
	int (*stop)(struct unit *u);
	int (*reload)(struct unit *u);
	bool (*can_reload)(const struct unit *u);
	void (*handle)(struct unit *u, const struct unit_event *event);
	/* a unit that this one triggers changed its state; NULL: it does not mind */
	void (*triggered_changed)(struct unit *u, struct unit *triggered);
	void (*reset_failed)(struct unit *u); /* NULL: it never fails */
	/* its files were read anew; NULL: it looks when it needs them */
	void (*reconfigured)(struct unit *u);
	void (*done)(struct unit *u); /* frees the run-time part */
};

/* Never NULL. */
const struct unit_machine *unit_machine(const struct unit *u);
bool unit_can_reload(const struct unit *u);
/* Counts a start; whether StartLimitBurst= forbids it, which is logged. */
bool unit_start_limit_hit(struct unit *u);
/* Forgets that it failed, and how often it was started. */
void unit_reset_failed(struct unit *u);
/* Its files were read anew: how often it was started, and held up or down for others, counts from
 * now on. */
void unit_forget_limits(struct unit *u);
