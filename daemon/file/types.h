/* SPDX-License-Identifier: MIT */
/* The kinds of values that rows of the table of directives have. */
#pragma once

#include "daemon/file/directive.h"

/* types_plain.c */
extern const struct value_type type_bool, type_usec, type_usec_or_infinity, type_unsigned,
	type_mode, type_enum, type_signal, type_string, type_path, type_search_path, type_words,
	type_lines, type_text, type_enum_or_bool, type_size;
/* What they print and free, for types that differ only in how they are read (see struct
 * value_type).
 */
char *plain_format_bool(const struct directive *d, const void *field);
char *plain_format_usec(const struct directive *d, const void *field);
char *plain_format_unsigned(const struct directive *d, const void *field);
char *plain_format_enum(const struct directive *d, const void *field);
char *plain_format_string(const struct directive *d, const void *field);
char *plain_format_words(const struct directive *d, const void *field); /* blanks between */
char *plain_format_lines(const struct directive *d, const void *field); /* a line each */
void plain_done_string(void *field);
void plain_done_words(void *field);
/* types_kept.c: of directives without a field; see struct kept_value */
extern const struct value_type type_bool_or_text, type_kept_lines, type_kept_size, type_kept_paths,
	type_errno_name, type_namespaces, type_kept_binds, type_kept_prefixes;
/* types_input.c */
extern const struct value_type type_input_text, type_input_base64;
/* types_exec.c */
extern const struct value_type type_commands, type_environment, type_environment_file, type_names,
	type_user, type_groups, type_working_directory, type_stdio, type_directories;
/* types_schedule.c */
extern const struct value_type type_rlimit, type_nice, type_oom_score_adjust, type_cpu_policy,
	type_cpu_priority, type_ioprio_class, type_ioprio_priority;
/* types_trigger.c */
extern const struct value_type type_accuracy, type_calendar, type_timer_span, type_watch,
	type_triggered;
/* types_socket.c */
extern const struct value_type type_listen, type_timestamping, type_fd_name, type_flush_pending,
	type_ip_tos, type_trigger_burst;
/* types_syscalls.c: kept; the words of a line that are known, to be freed by the caller, or NULL.
 */
extern const struct value_type type_syscalls;
char *syscalls_known(struct directive_context *c, const char *text);
/* types_security.c */
extern const struct value_type type_capability_bounding_set, type_ambient_capabilities,
	type_secure_bits;
/* types_unit.c */
extern const struct value_type type_documentation, type_bus_name, type_kill_mode, type_condition,
	type_dependency, type_isolate, type_mounts_for, type_exit_set, type_exit_status,
	type_timeout, type_timeout_both, type_timeout_abort, type_pid_file, type_service_type,
	type_notify_access;

/*
 * Keeps what was written for a directive that has no field, in its canonical form: an empty value
 * takes it back, lists grow. 0, -ENOMEM, or -EINVAL with a diagnostic.
 */
int kept_set(struct directive_context *c, const char *text);
/* Puts `text` in its place, whatever was written. 0 or -ENOMEM. */
int kept_put(struct config *c, const struct directive *d, const char *text);
/* The kept text, borrowed; NULL: nothing was written. */
const char *kept_get(const struct config *c, const struct directive *d);
/* Whether what a unit writes for a directive that is only kept is "yes". */
bool kept_says_yes(const struct config *c, const char *section, const char *key);

/* A user or group name by systemd's strict syntax, no number (systemd.exec(5), User=). */
bool user_name_is_strict(const char *text);
