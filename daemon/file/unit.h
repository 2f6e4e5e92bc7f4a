/* SPDX-License-Identifier: MIT */
/* What a unit is: its names, its configuration, its edges to others, and the part that changes as
 * it lives. */
#pragma once

#include "common/table.h"
#include "common/clock.h"
#include "daemon/base/diag.h"
#include "daemon/file/config.h"

enum unit_load_state {
	LOAD_STUB, /* named, not yet looked for */
	LOAD_LOADED,
	LOAD_NOT_FOUND,
	LOAD_BAD_SETTING,
	LOAD_ERROR,
	LOAD_MASKED,
	LOAD_STATE_MAX,
};

ENUM_TABLE(unit_load_state)

enum unit_active_state {
	UNIT_INACTIVE,
	UNIT_ACTIVE,
	UNIT_RELOADING,
	UNIT_FAILED,
	UNIT_ACTIVATING,
	UNIT_DEACTIVATING,
	UNIT_ACTIVE_STATE_MAX,
};

ENUM_TABLE(unit_active_state)

struct unit;
struct job;
struct service; /* daemon/life/service.h */

/* One direction of a dependency. The other unit holds the inverse. */
struct edge {
	uint32_t to;	/* the number of the other unit: unit_at() */
	uint8_t kind;	/* enum dep_kind */
	uint8_t origin; /* bits of enum dep_origin; 0: only the other unit says so */
};

struct unit {
	struct unit_table *table; /* that it is in */
	const char *id;		  /* the main name; the table's */
	char **aliases;		  /* further names */
	struct config *config;	  /* never NULL */
	struct diags diags;	  /* of the last load */
	struct edge *edges;	  /* see unit_edges() */
	uint32_t edge_count, edge_room;
	uint32_t edges_in_order; /* of them; the rest was added since */
	uint32_t number; /* below the table's number_end: a stable order, an index of scratch arrays
			  */
	uint32_t mark;	 /* scratch of graph walks: a generation number */
	enum unit_type type : 8;
	enum unit_load_state load_state : 8;
	bool is_checked : 1; /* against what this place allows, since it was read */
	bool has_newer : 1; /* files that were bad or gone while it ran: read again when it rests */
	bool passing : 1;   /* loaded for a question alone, so far */
	bool stays : 1;	    /* scratch of daemon/life/collect.h */
	bool collect : 1;   /* nobody asks for it again: forgotten once it is down */

	/* What changes while it lives: written by life/ alone. */
	bool condition_result : 1, assert_result : 1;
	bool start_limit_hit : 1;
	bool will_restart : 1;	/* it ended, and is started again by itself */
	bool reload_failed : 1; /* the last reload */
	/* daemon/life/upkeep.h */
	bool in_upkeep : 1, upkeep_waits : 1;
	uint8_t upkeep;	    /* bits: what it is to be looked at for */
	uint8_t was_active; /* bits of unit_active_state left since consequences were last drawn */
	uint8_t queued;	    /* bits, one a queue of the manager */
	enum unit_active_state active : 8;
	int sub_state; /* enum of its type: service_state, ... */
	unsigned start_limit_count, upkeep_count;
	struct job *job;
	struct moment state_change, active_enter, active_exit, inactive_enter, inactive_exit;
	struct moment condition_time;
	uint64_t start_limit_begin_usec, upkeep_begin_usec; /* CLOCK_MONOTONIC */
	char *start_refusal;	 /* why its last start came to nothing before it began; NULL */
	struct service *service; /* services only; owned by life/ */
	char **trigger_details;	 /* NAME=value, of the timer or path that started it; NULL: none */
	void *trigger;		 /* the run-time part of timers, paths and sockets; likewise */
	struct unit *next_in_queue, *next_in_upkeep;
};

/* All units, findable by every name. */
struct unit_entry {
	UT_hash_handle hh;
	struct unit *unit;
	char name[];
};

struct unit_table {
	struct unit_entry *by_name;
	struct unit **list; /* in the order in which they were named */
	size_t count;
	struct unit **by_number; /* NULL: that number is free */
	uint32_t number_end;
	uint32_t *free_numbers; /* of units that were taken out */
	size_t free_count;
	void *context; /* struct life *, whose units they are; NULL: nobody's */
};

/* The unit of that name (main or alias), or NULL. */
struct unit *unit_table_find(const struct unit_table *t, const char *name);

/*
 * The unit of that name, made as a stub when it is not there. -EINVAL: no valid unit name, or a
 * template; -E2BIG: LIMIT_UNITS; -ENOMEM.
 */
int unit_table_get(struct unit_table *t, const char *name, struct unit **ret);

/* Gives `u` a further name. -EEXIST: another unit has it. */
int unit_table_add_alias(struct unit_table *t, struct unit *u, const char *name);

/* Takes the unit out, with its names and edges, and frees it. Nothing else may point to it.
 * -ENOMEM: it stays. */
int unit_table_remove(struct unit_table *t, struct unit *u);

/* Frees every unit and empties the table. */
void unit_table_done(struct unit_table *t);

/* Adds the edge, or a further origin to it, and its inverse. A unit has no edge to itself. 0 or
 * -ENOMEM. */
int unit_add_edge(struct unit *u, enum dep_kind kind, struct unit *to, unsigned origin);

/* Gives back the room for further edges: all that were to come have come. */
void unit_fit_edges(struct unit *u);

/* Takes all edges of the unit away, from the others too. */
void unit_drop_edges(struct unit *u);

/* The unit of that number, of those that the table has. */
struct unit *unit_at(const struct unit_table *t, uint32_t number);

/* The edges of one kind, by the numbers of the other units: *ret_count of them from the returned
 * pointer on, until an edge is added to the unit. */
const struct edge *unit_edges(const struct unit *u, enum dep_kind kind, size_t *ret_count);

/* Whether there is an edge of that kind to `to`. */
bool unit_has_edge(const struct unit *u, enum dep_kind kind, const struct unit *to);

/* Forgets all aliases: a reload looks for them anew. */
void unit_table_drop_aliases(struct unit_table *t);

/* Forgets all edges of all units: a reload links them anew. */
void unit_table_drop_edges(struct unit_table *t);

/* Runs the body for each unit `other` that `u` has an edge of `kind` to. */
#define UNIT_FOREACH(other, u, kind)                                                               \
	for (size_t i_##other = 0, n_##other, once_##other = 1; once_##other; once_##other = 0)    \
		for (const struct edge *e_##other = unit_edges((u), (kind), &n_##other);           \
			i_##other < n_##other; i_##other++)                                        \
			for (struct unit *other = unit_at((u)->table, e_##other[i_##other].to);    \
				other; other = NULL)

/* The text that people know it by: Description=, or its name. */
const char *unit_description(const struct unit *u);

/* active, reloading: 1; the states in which others may rely on it. */
bool unit_is_active(const struct unit *u);
bool unit_is_inactive_or_failed(const struct unit *u);
