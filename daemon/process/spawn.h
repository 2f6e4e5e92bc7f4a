/* SPDX-License-Identifier: MIT */
/*
 * From a command line and its settings to a child. fork(2), never vfork: a stopped or hung child
 * must not stop us. The child does everything that can fail or block (user look-up, directories,
 * environment files, credentials) and tells {PID, stage, errno} through a CLOEXEC pipe, the same
 * for all; the loop reads it. As systemd does, it then exits with the stage's exit status
 * (EXIT_CHDIR 200 ... 245).
 */
#pragma once

#include <sys/types.h>

#include "common/exit_name.h"
#include "daemon/file/unit.h"
#include "daemon/process/birth.h"

/* What the manager knows and every spawn needs. */
struct spawn_context {
	char **environment; /* what every service inherits; NULL-terminated */
	const char *directory_prefix[DIRECTORY_MAX]; /* "/run", "/var/lib", ... or the user's */
	struct rlimit limits[RLIM_NLIMITS];	     /* of units that set none of their own */
	bool has_limit[RLIM_NLIMITS];
	bool is_root;
	const struct mark_space *marks;
	uint64_t ignored_signals; /* by us, and by no service: a mask of signal_mask.h */
	int console_fd;		  /* for StandardOutput=inherit, and as fallback; -1: none */
	int failure_fd;		  /* where children tell why they end before exec; -1: nowhere */
	struct birth_places
		*places; /* of children that share our descriptors at first; NULL: none do */
};

struct spawn_request {
	const struct spawn_context *context;
	const char *unit_id;
	const struct exec_settings *exec;
	const struct config *config; /* that `exec` is part of: for what is only kept */
	const char *private_tmp;     /* folder for PrivateTmp=; NULL: none */
	uid_t dynamic_uid;	     /* of DynamicUser=; 0: none */
	pid_t network_pid, ipc_pid;  /* whose namespaces are shared; 0: none */
	const struct command *command;
	enum command_list list;
	bool is_first;		/* of this activation: credentials are stored */
	uint64_t mark;		/* to wear; 0: none */
	int cgroup_fd;		/* to be born in; -1: where we are */
	bool delegates;		/* that cgroup is given to its user */
	int output_fd;		/* where journal output goes; -1: /dev/null */
	int until_exec_fd;	/* held open until exec; -1: none */
	char *const *variables; /* NAME=value: MAINPID, NOTIFY_SOCKET, ...; Environment= wins over
				   them */
	const int *fds;		/* handed over: LISTEN_FDS=; borrowed */
	size_t fd_count;
	char *const *fd_names; /* LISTEN_FDNAMES=, as many */
	const int *idle;       /* pipe of Type=idle: begins when [1] is closed; NULL: at once */
	bool root_start_only;  /* RootDirectory= likewise */
	bool permissions_start_only; /* User= and the sandbox only for the main command */
};

/* Starts the command. Its PID, or negative errno when fork fails: -EAGAIN at a limit of processes.
 */
pid_t spawn_command(const struct spawn_request *request);

/* What a child says before it dies. */
struct spawn_failure {
	pid_t pid;
	int stage; /* enum exit_code: which step */
	int error; /* errno */
};

/* Reads the other end of failure_fd, which does not block: true, and *ret, while there is one. */
bool spawn_read_failure(int fd, struct spawn_failure *ret);

/* The same in words: which setting of `exec` stood in the way. The caller frees; NULL: out of
 * memory.
 */
char *spawn_failure_text(const struct spawn_failure *f, const struct exec_settings *exec,
	const struct command *command);

/*
 * Removes the folders of a kind that a service had made. Negative errno of the first that could not
 * be removed; one of more than `limit` files is left as it is (-E2BIG).
 */
int directories_remove(const struct spawn_context *context, const struct exec_settings *exec,
	enum exec_directory_kind kind, unsigned limit);

/* ipc.c: in a child, removes what the user of these settings left for others to share (RemoveIPC=).
 */
_Noreturn void ipc_remove(const struct exec_settings *exec, uid_t dynamic_uid);

/* Removes the credentials of a service that ended; 0 when there are none. */
int credentials_remove(const struct spawn_context *context, const char *unit_id);

/* Two empty folders for PrivateTmp= below one that root alone may enter, in /tmp or, where that
 * cannot be written, in /run. *ret is its path, the caller's. Negative errno of mkdtemp(3). */
int private_tmp_make(const char *unit_id, char **ret);
/* Removes it with all that is in it, as directories_remove() does. */
int private_tmp_remove(const char *path);

/*
 * What will not be done although the unit says so, found in the parent before anything starts (an
 * impossible User= for our uid, limits that cannot be raised, ...): added to `diags` as
 * DIAG_NOT_APPLIED.
 */
void spawn_check(const struct exec_settings *exec, const char *file, struct diags *diags);

/*
 * $VAR and ${VAR} of systemd.service(5): a whole-word $VAR is split and may vanish, ${VAR} stays
 * one word, $$ is $. A new vector, or NULL without memory. Pure.
 */
char **spawn_expand_arguments(char *const *argv, char *const *environment);
