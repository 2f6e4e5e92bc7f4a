/* SPDX-License-Identifier: MIT */
/*
 * Names -> units: finds each file, its drop-ins and links, fills the configuration, adds default
 * and implicit dependencies, links the edges, and goes on until nothing named is left unlooked-for
 * (a queue, not recursion). Collects diagnostics with each unit; never logs, never stops at a bad
 * file.
 */
#pragma once

#include "daemon/file/path.h"
#include "daemon/file/specifier.h"
#include "daemon/file/unit.h"

struct loader {
	struct search_path *path;
	unsigned generation; /* of the path, when the table was last held against it */
	struct unit_table *table;
	const struct specifier_host *host; /* facts for specifiers; borrowed */
	bool user_mode;			   /* an ordinary user's reaperd */
	/* defaults from reaperd.conf; USEC_INFINITY and 0 are values */
	uint64_t default_timeout_start_usec, default_timeout_stop_usec, default_restart_usec;
	uint64_t default_start_limit_interval_usec;
	unsigned default_start_limit_burst;
	uint64_t default_timer_accuracy_usec; /* 0: not said */
};

/* Puts the values of systemd-system.conf(5) in place of the defaults. */
void loader_set_defaults(struct loader *l);

/*
 * The unit of that name with everything it names loaded. 0 also when the unit is missing or bad:
 * load_state and diags tell. Negative errno: no valid name (-EINVAL), or no memory.
 */
int load_unit(struct loader *l, const char *name, struct unit **ret);

/*
 * daemon-reload: reads every unit of the table anew. A unit whose files are now bad keeps the
 * configuration that it had, with the diagnostics; one whose file is gone and that is inactive
 * becomes not-found.
 */
int load_reload(struct loader *l);

/* The text of a target that is built into the binary, or NULL. */
const char *builtin_unit_text(const char *name);
/* What a built-in name stands for ("default.target"), or NULL. */
const char *builtin_unit_alias(const char *name);

/* Defaults that depend on other settings, then what systemd refuses as a whole (defaults.c).
 * -ENOEXEC: refused. */
int config_complete(struct config *c, enum unit_type type, const char *id, const char *file,
	struct diags *diags);
/* What settings of the exec group say of others: part of config_complete() (implied_exec.c). 0 or
 * -ENOMEM. */
int config_complete_exec(struct config *c, const char *id);
/* Dependencies that other settings stand for, by name (defaults.c). 0 or -ENOMEM. */
int config_add_implicit_deps(struct config *c, enum unit_type type, const char *id);
/* Those of DefaultDependencies=: no configuration has them among its own, for they are the same for
 * thousands of units. */
struct dep_names config_default_deps(const struct config *c, enum unit_type type);
/* What settings imply: paths to be mounted, order after what provides for them (implied.c). 0 or
 * -ENOMEM. */
int config_add_implied(struct config *c, enum unit_type type);
/* What a target pulls in comes before it, when both want default dependencies (defaults.c). 0 or
 * -ENOMEM. */
int target_add_default_order(struct unit *target);

/* Whether a file of the unit is newer than what was read. */
bool unit_needs_reload(const struct unit *u);
