/* SPDX-License-Identifier: MIT */
/*
 * Inside of reaperctl: it asks and renders, and decides nothing. A verb is one row of the table in
 * verbs.c; a family of verbs is one file.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/enum.h"
#include "common/varlink.h"

/* Exit statuses: systemctl's, and one of ours. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_ACTIVE = 3,
	EXIT_NOT_APPLICABLE = 3,
	EXIT_NO_SUCH_UNIT = 4,
	EXIT_NOT_PERMITTED = 4,
	EXIT_NOT_FOUND_TO_START = 5,
	EXIT_NO_REAPERD = 6,
};

enum output_format {
	OUTPUT_HUMAN,
	OUTPUT_JSON,
	OUTPUT_SHORT,
	OUTPUT_SHORT_ISO,
	OUTPUT_CAT,
};

/* By what name we were called: systemctl and journalctl are us too. */
enum program {
	PROGRAM_REAPERCTL,
	PROGRAM_SYSTEMCTL,
	PROGRAM_JOURNALCTL,
	PROGRAM_RUNLEVEL, /* runlevel(8): says 5 */
};

/* What the help is parted into. */
enum topic {
	TOPIC_GENERAL,
	TOPIC_UNITS,
	TOPIC_JOBS,
	TOPIC_FILES,
	TOPIC_PROCESSES,
	TOPIC_OUTPUT,
	TOPIC_REAPERD,
	TOPIC_MAX,
};

ENUM_TABLE(topic)

struct options {
	enum program program;
	const char *socket;
	int format; /* enum output_format */
	int signal; /* 0: none was said */
	char **properties, **types, **states, **units, **what;
	const char *kill_whom, *job_mode, *since, *until, *lines;
	const char *priority, *grep, *drop_in;
	const char *root;
	bool show_types, here, wait, reverse, after, before, runtime, force, from_stdin;
	bool all, value, no_block, quiet, no_legend, follow, full, plain, failed, now;
	bool rotate, flush, disk_usage, kernel;
	const char *vacuum;
	bool help, version;
};

struct ctl {
	struct options options;
	int fd; /* the connection, -1 before the first call */
	struct varlink_buffer in;
	const struct verb *verb;
	/* Called after each `tell_every_msec` that an answer is waited for; 0: nobody is. */
	void (*tell)(struct ctl *c, uint64_t waited_usec);
	int tell_every_msec;
};

struct verb {
	const char *name;
	const char *arguments; /* as the help shows them */
	int min, max;	       /* how many; -1: any number */
	enum topic topic;
	bool offline; /* --root= works: it is about files alone */
	int (*run)(struct ctl *c, char **arguments);
	const char *help; /* NULL: only there to say what to do instead */
};

/* The table of verbs, ended by a row without a name. */
extern const struct verb verbs[];
/* The verb of that name, or of another name that systemctl has for it; NULL: none. */
const struct verb *verb_find(const char *name);

/* hint.c: the nearest of several names to one that nobody knows. Begins as {.wanted = ...}. */
struct hint {
	const char *wanted, *nearest;
	unsigned distance;
};

/* `candidate` has to outlive the hint. */
void hint_try(struct hint *h, const char *candidate);
/* ` (did you mean "..."?)`, or "" when none was near; static, until the next one. */
const char *hint_text(const struct hint *h);

/* Says "reaperctl: TEXT (did you mean ...?)", looking for a unit file of a name like `unit`'s. */
void hint_tell_unit(struct ctl *c, const char *unit, const char *text);

/* options.c: reads options out of argv and leaves the other words in *ret (NULL-terminated, owned
 * by the caller). 0; positive: they asked for a list and it is printed; negative: the complaint is
 * on stderr. */
int options_read(struct options *o, int argc, char **argv, char ***ret_words);
void options_done(struct options *o);
/* For completion: a word that may stand where `current` is being typed, and what it is (or NULL).
 */
typedef void offer_fn(const char *current, const char *word, const char *help);
void options_offer(enum program program, const char *current, offer_fn *offer);
void options_offer_formats(const char *current, offer_fn *offer);
/* Whether the option's argument is the word after it. */
bool options_takes_word(enum program program, const char *word);
/* complete.c: prints what may stand at the last of the words; EXIT_FAILED: a file. */
int ctl_complete(struct ctl *c, char **words, size_t count);
/* A line for each option of a topic that has a help text; TOPIC_MAX: of all. How many. */
int options_print(enum program program, enum topic topic);

/* help.c: `word` is a topic, a verb, "all", or NULL: what there is. An exit status. */
int help_print(enum program program, const char *word);

/* Answers of reaperd. A failed call is told on stderr and gives an exit status above 0. */

/* Whether `enable` and its kin have to do without a running reaperd: below another root, or because
 * nobody listens at the usual place. */
bool ctl_is_offline(struct ctl *c);
/* Does so; an exit status. */
int ctl_install_offline(struct ctl *c, char **arguments);
/* The reply of ListUnitFiles, likewise; a new reference. An exit status. */
int ctl_list_files_offline(struct ctl *c, json_t **ret);
/* One call; *ret (a new reference) is the reply's parameters. `parameters` is taken over; NULL:
 * none. */
int ctl_call(struct ctl *c, const char *method, json_t *parameters, json_t **ret);
/* Its halves: what is asked ahead is answered, in the order of the questions, while we do something
 * else. */
int ctl_ask(struct ctl *c, const char *method, json_t *parameters);
int ctl_answer(struct ctl *c, json_t **ret);
/* The same for a caller who tells of the error: *ret_error is its name without the interface, or
 * NULL, and *ret its parameters. Positive: there is no reaperd (told). */
int ctl_try(struct ctl *c, const char *method, json_t *parameters, json_t **ret, char **ret_error);
/* The same, its reply as the text that it came as: the caller frees. */
int ctl_call_text(struct ctl *c, const char *method, json_t *parameters, char **ret);
/* One call with many replies, until there are no more or `fn` says false. */
int ctl_stream(struct ctl *c, const char *method, json_t *parameters,
	bool (*fn)(const json_t *parameters, void *data), void *data);
/* Says what went wrong; the exit status it means. */
int ctl_explain(const char *error, const json_t *parameters);

/* progress.c: jobs that are waited for tell how they go, on stderr: live on a terminal, a line now
 * and then elsewhere. From progress_begin() on; progress_end() leaves the terminal as it was. */
void progress_begin(struct ctl *c);
void progress_end(struct ctl *c);

/* names.c */
/* Words of the command line as unit names; patterns stand for the loaded units that list-units
 * would show. A new array, or NULL (told). */
json_t *ctl_unit_names(struct ctl *c, char **words);
/* Whether the word stands for all names that it matches. */
bool is_pattern(const char *word);
/* Words as they are. A new array. */
json_t *string_array(char *const *words);
/* systemctl's order: by type, then by name. */
int compare_unit_names(const char *a, const char *b);
/* A new array of the same rows, in the order of the names in their `key`. */
json_t *sorted_by_unit(const json_t *rows, const char *key);
/* Whether a unit is of a type that --type= asks for. */
bool is_wanted_type(const struct options *o, const char *name);
/* Whether --state= has one of the states, or is not there. */
bool is_wanted_state(
	const struct options *o, const char *load, const char *active, const char *sub);
/* Whether a name matches one of the words, or there are none; `.service` may be left out. */
bool is_wanted_name(char *const *words, const char *name);

/* The string, number, truth of a key; "" 0 false when it is not there. */
const char *get_string(const json_t *o, const char *key);
json_int_t get_int(const json_t *o, const char *key);
bool get_bool(const json_t *o, const char *key);

/* One JSON value on stdout. */
int print_json(const json_t *value);
/* Called for what it does; its answer is of no interest. */
int ctl_call_quietly(struct ctl *c, const char *method, json_t *parameters);
/* Names of properties in systemctl's order, ended by NULL; others come last. */
extern const char *const property_order[];
/* A property as `systemctl show` prints it; the caller frees. */
char *property_text(const char *name, const json_t *value);

/* Verbs, by family. */
int verb_list_units(struct ctl *c, char **arguments);
int verb_list_jobs(struct ctl *c, char **arguments);
int verb_metrics(struct ctl *c, char **arguments);
int verb_analyze(struct ctl *c, char **arguments);
int verb_list_unit_files(struct ctl *c, char **arguments);
int verb_get_default(struct ctl *c, char **arguments);
int verb_list_timers(struct ctl *c, char **arguments);
int verb_list_sockets(struct ctl *c, char **arguments);
int verb_is_active(struct ctl *c, char **arguments);
int verb_is_failed(struct ctl *c, char **arguments);
int verb_is_system_running(struct ctl *c, char **arguments);
int verb_status(struct ctl *c, char **arguments);
int verb_show(struct ctl *c, char **arguments);
int verb_cat(struct ctl *c, char **arguments);
int verb_job(struct ctl *c, char **arguments);
int verb_cancel(struct ctl *c, char **arguments);
int verb_clean(struct ctl *c, char **arguments);
int verb_freeze(struct ctl *c, char **arguments);
int verb_log_level(struct ctl *c, char **arguments);
int verb_log_target(struct ctl *c, char **arguments);
int verb_service_watchdogs(struct ctl *c, char **arguments);
int verb_service_log(struct ctl *c, char **arguments);
int verb_kill(struct ctl *c, char **arguments);
int verb_reset_failed(struct ctl *c, char **arguments);
int verb_daemon_reload(struct ctl *c, char **arguments);
int verb_end(struct ctl *c, char **arguments);
int verb_tree(struct ctl *c, char **arguments);
int verb_orphans(struct ctl *c, char **arguments);
int verb_zombies(struct ctl *c, char **arguments);
int verb_reap(struct ctl *c, char **arguments);
int verb_top(struct ctl *c, char **arguments);
int verb_stats(struct ctl *c, char **arguments);
int verb_logs(struct ctl *c, char **arguments);
int verb_events(struct ctl *c, char **arguments);
int verb_verify(struct ctl *c, char **arguments);
int verb_install(struct ctl *c, char **arguments);
int verb_add(struct ctl *c, char **arguments);
int verb_list_dependencies(struct ctl *c, char **arguments);
int verb_edit(struct ctl *c, char **arguments);
int verb_show_environment(struct ctl *c, char **arguments);
int verb_set_environment(struct ctl *c, char **arguments);
int verb_unset_environment(struct ctl *c, char **arguments);
int verb_import_environment(struct ctl *c, char **arguments);
int verb_set_property(struct ctl *c, char **arguments);
int verb_daemon_reexec(struct ctl *c, char **arguments);
int verb_is_enabled(struct ctl *c, char **arguments);
