/* SPDX-License-Identifier: MIT */
/*
 * Inside of the control room: clients, calls and what methods need. One call at a time runs on each
 * connection; the next request waits in the buffer until it is answered.
 */
#pragma once

#include <jansson.h>

#include "common/json_text.h"
#include "common/varlink.h"
#include "daemon/control/control.h"

struct client;

/* A call that is not answered yet: a job that is waited for, a stream of lines or events. */
struct call {
	struct client *client;
	const struct method *method;
	json_t *parameters; /* an object */
	bool more, oneway;
	/* of methods that answer later */
	json_t *jobs;	     /* RunJob: its reply so far */
	json_t *diagnostics; /* likewise */
	size_t waiting;	     /* jobs that have not ended */
	bool lost_row;	     /* there was no memory for what became of one */
	bool until_down;     /* RunJob: answered when the units are down again */
	json_t *units;	     /* Logs: names to follow, NULL: all; CleanUnits: which */
	int max_priority;    /* likewise: no lines beyond it */
	bool follows_lines, follows_events;
	bool awaits_reload; /* Reload: generators run */
	bool awaits_clean;  /* CleanUnits: of `units` */
};

struct client {
	struct control *control;
	struct client *next;
	struct loop_source source;
	uint32_t watched;	 /* what for: EPOLLIN, ... */
	struct loop_timer timer; /* idle, or a request that does not end */
	uint64_t since_usec;	 /* it came, or asked last; CLOCK_MONOTONIC */
	bool asking;		 /* part of a request is there, and its time runs */
	uid_t uid;
	bool may_read, may_change;
	struct varlink_buffer in;
	char *out;
	size_t out_used, out_room;
	uint64_t lost; /* events and lines that were too many */
	struct call call;
	bool busy;    /* `call` waits for its answer */
	bool closing; /* closed once everything is written */
};

struct control {
	struct manager *manager;
	struct loop_source source; /* the listening socket */
	int lock_fd;
	char *given;	     /* --socket=, absolute; NULL: the usual places */
	char *path;	     /* where it is; NULL: nowhere */
	uid_t uid;	     /* ours */
	bool is_handed_over; /* the socket: by whoever started us */
	gid_t gid;	     /* of the socket */
	struct client *clients;
	size_t client_count;
	struct loop_timer pause;   /* nobody is let in: descriptors ran out */
	uint64_t denied_told_usec; /* when a refusal was last logged; 0: never */
};

/* One row a method: its name, who may call it, what it does. */
struct method {
	const char *name; /* with its interface */
	bool changes;	  /* needs root or our own uid */
	void (*run)(struct call *c);
	int argument; /* of methods of [Install]: the enum install_verb; of others: which of them */
};

/* The method of that full name, or NULL. */
const struct method *method_find(const char *name);

/* admission.c: takes the next connection, if it has its share, or makes room for it. false: there
 * is none, or none can be had now. */
bool client_accept(struct control *c);
/* Tells the log, now and then, that somebody asked who may not. */
void client_denied(struct client *client);

/* client.c */
/* Takes over the connection. 0, or negative errno: it is still the caller's. */
int client_new(struct control *c, int fd, uid_t uid, bool may_read, bool may_change);
void client_close(struct client *client);
/* Something was queued for it outside of its own request: it is sent from the loop. */
void client_wake(struct client *client);
/* Answers: `parameters` is taken over; NULL, for want of memory, ends the connection.
 * call_reply() ends the call. */
void call_reply(struct call *c, json_t *parameters);
/* The same with an answer that is written already: REPLY_HEAD, and the parameters as an object in
 * its braces. `data` is taken over. */
#define REPLY_HEAD "{\"parameters\":"
void call_reply_text(struct call *c, struct json_text *reply);
/* One of several replies; the call goes on. Dropped and counted where the client does not read. */
void call_continue(struct call *c, json_t *parameters);
void call_error(struct call *c, const char *error, json_t *parameters);
/* io.reaperd.NAME with a unit and a reason. */
void call_unit_error(struct call *c, const char *name, const char *unit, const char *reason);
void call_invalid(struct call *c, const char *parameter);
/* The call stays open: something will answer it later. */
void call_wait(struct call *c);

/* Parameters, each NULL or the fallback when it is absent; a wrong type is answered and -EINVAL. */
int call_string(struct call *c, const char *name, const char **ret);
int call_bool(struct call *c, const char *name, bool *ret);
int call_int(struct call *c, const char *name, json_int_t *ret);
/* An array of strings, or NULL; borrowed. */
int call_strings(struct call *c, const char *name, json_t **ret);
/* The parameter "units", which has to name one at least. */
int call_unit_names(struct call *c, json_t **ret);
/* The same as a vector, which the caller frees. */
int call_vector(struct call *c, const char *name, char ***ret);

/* What happens, told to clients that wait for it. */
void jobs_on_news(struct control *c, const struct life_news *n);
void services_on_news(struct control *c, const struct life_news *n);
void events_on_news(struct control *c, const struct life_news *n);
void logs_on_line(const char *unit_id, const struct output_line *line, void *control);
/* A call ends without an answer: its client went. */
void call_forget(struct call *c);

/* The unit of a name as a client gives it, loaded; answers the call and returns NULL when there
 * cannot be one. */
struct unit *call_unit(struct call *c, const char *name);
/* The same for what is done to units that are there, as systemd has it: none is loaded for it. */
struct unit *call_loaded_unit(struct call *c, const char *name);

/* property.c: properties that are gathered for a call. */
struct properties {
	json_t *object;
	char *const *wanted; /* the names of those that are, sorted; NULL: all are */
	size_t wanted_count;
};

bool property_is_wanted(const struct properties *p, const char *key);
/* `value` is taken over; what nobody wants is dropped. */
void property_put(struct properties *p, const char *key, json_t *value);
/* A copy that can be shown; NULL: an empty one. */
void property_put_text(struct properties *p, const char *key, const char *text);
json_t *property_strings(char *const *list);

/* properties.c: what `show` prints of a unit, of reaperd itself; `wanted` as above. New references.
 */
json_t *properties_of_unit(struct manager *m, const struct unit *u, char *const *wanted);
json_t *properties_of_manager(struct manager *m, char *const *wanted);
/* properties_settings.c */
void property_put_settings(struct properties *p, const struct unit *u);
/* What systemd shows of settings that nobody made; what is there stays. */
void property_put_defaults(struct properties *p, const struct unit *u);
/* methods_triggers.c: what timers, sockets and paths have besides. */
void put_trigger_properties(struct properties *p, const struct unit *u);
/* What its cgroup tells, and its limits. */
void put_cgroup_properties(struct properties *p, const struct unit *u);
/* Why it is not as it should be: a sentence; the caller frees. */
char *unit_reason(const struct unit *u);
/* Diagnostics of a unit's last load, appended to an array. */
void add_diagnostics(json_t *list, const struct unit *u);

/* Methods, by family. */
void method_list_units(struct call *c);
void method_show(struct call *c);
void method_cat(struct call *c);
void method_list_jobs(struct call *c);
void method_list_timers(struct call *c);
void method_list_sockets(struct call *c);
void method_run_job(struct call *c);
void method_cancel_job(struct call *c);
void method_clean_units(struct call *c);
void method_freeze_units(struct call *c);
void method_kill_units(struct call *c);
void method_reset_failed(struct call *c);
void method_tree(struct call *c);
void method_orphans(struct call *c);
void method_usage(struct call *c);
void method_zombies(struct call *c);
void method_reap(struct call *c);
void method_logs(struct call *c);
void method_rotate_logs(struct call *c);
void method_events(struct call *c);
void method_stats(struct call *c);
void method_reload(struct call *c);
void method_exit(struct call *c);
void method_install(struct call *c);
void method_configure(struct call *c);
void method_set_environment(struct call *c);
void method_unset_environment(struct call *c);
void method_set_properties(struct call *c);
void method_unit_file_states(struct call *c);
void method_get_default(struct call *c);
void method_list_unit_files(struct call *c);
