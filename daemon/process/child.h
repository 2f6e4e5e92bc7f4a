/* SPDX-License-Identifier: MIT */
/*
 * The steps between fork and exec, in the child: one function a step, one file a family. Each
 * returns 0 or a negative errno; which step failed is told by spawn.c. Nothing outside process/
 * includes this.
 */
#pragma once

#include "daemon/process/spawn.h"

struct child {
	const struct spawn_request *request;
	const struct exec_settings *exec;
	bool is_in_cgroup;  /* where it belongs */
	int output_fd;	    /* of the request, where it lies now */
	bool is_privileged; /* `+`, PermissionsStartOnly=: no credentials, no sandbox, no limits */
	bool keeps_user;    /* these, and `!` */
	uid_t uid;
	gid_t gid;
	const char *user_name, *home, *shell; /* of User=; NULL: not set, or no such entry */
	const char *invented_name;	      /* of DynamicUser=, which no file knows */
	bool has_user, has_group;
	char **environment;
	char *credentials; /* their folder; NULL: none */
};

/* credentials.c: looks users and groups up; becomes them. */
int child_resolve_user(struct child *c);
int child_resolve_group(struct child *c);
int child_set_groups(const struct child *c);
int child_set_user(const struct child *c);
int child_drop_bounding_set(const struct child *c);
int child_prepare_ambient(const struct child *c);
int child_raise_ambient(const struct child *c);
int child_set_secure_bits(const struct child *c);
int child_set_no_new_privileges(const struct child *c);

/* stdio.c: descriptors 0, 1 and 2. */
int child_set_input(const struct child *c);
int child_set_output(const struct child *c);
int child_set_error(const struct child *c);

/* terminal.c: as far as it goes; what is no terminal stays as it is. */
/* Whoever had it open loses it (TIOCVHANGUP, which root alone may). */
void terminal_hang_up(const char *path);
/* To the settings of a terminal that nobody has used yet; what was typed is thrown away. */
void terminal_reset(int fd);
/* 0: as it is. */
void terminal_set_size(int fd, unsigned rows, unsigned columns);

/* pass.c: sockets and stored descriptors, at 3 and up. */
int child_pass_descriptors(const struct child *c);

/* directories.c: RuntimeDirectory= and its family. */
int child_make_directories(const struct child *c, enum exec_directory_kind kind);
/* RUNTIME_DIRECTORY=/run/a:/run/b; the caller frees; NULL: none, or no memory. */
char *child_directory_variable(const struct child *c, enum exec_directory_kind kind);

/* sandbox.c: what the unit says of a setting that is only kept; NULL: nothing, or "no". */
const char *child_setting(const struct child *c, const char *key);
int child_enter_network(const struct child *c);
int child_enter_ipc(const struct child *c);
int child_enter_host_name(const struct child *c);
int child_enter_mounts(const struct child *c);
/* After the others, for what is done in them needs rights outside of it. */
int child_enter_users(const struct child *c);

/* credential_store.c: before the environment, which names the folder. */
int child_store_credentials(struct child *c);

/* attributes.c: what few units say. */
int child_set_affinity(const struct child *c);
int child_set_memory_policy(const struct child *c);
void child_set_page_merging(const struct child *c);
int child_set_timer_slack(const struct child *c);
int child_set_core_filter(const struct child *c);
int child_set_personality(const struct child *c);
int child_make_keyring(const struct child *c);

/* filter.c */
int child_install_filters(const struct child *c);

/* limits.c: what the kernel grants or clamps. */
int child_set_limits(const struct child *c);
int child_set_oom_score(const struct child *c);
int child_set_nice(const struct child *c);
int child_set_ioprio(const struct child *c);
int child_set_scheduler(const struct child *c);

/* environment.c */
int child_build_environment(struct child *c);

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define DEFAULT_PATH_FOLDERS                                                                       \
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"
