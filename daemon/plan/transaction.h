/* SPDX-License-Identifier: MIT */
/*
 * Inside of a transaction: what would have to be done of each unit, and which of it needs which.
 * Built (transaction.c), cleared of cycles (order.c), merged (reduce.c), then installed. Nothing
 * outside plan/ includes this.
 */
#pragma once

#include "daemon/plan/job.h"

struct tjob;

/* "`subject` is only there because of `object`'s being wanted by it." */
struct link {
	struct tjob *subject; /* NULL never */
	struct tjob *object;
	bool matters;	/* without object no subject */
	bool conflicts; /* object is the stop of what conflicts */
	bool gone;
	struct link *next_of_subject, *next_of_object, *next;
};

struct tjob {
	struct unit *unit;
	enum job_type type;
	bool matters; /* the anchor cannot do without it */
	bool gone;
	bool ignores_order;
	struct tjob *next_of_unit;
	struct tjob *next; /* all of the transaction */
	struct tjob *next_work;
	bool in_work;
	struct link *needs;	/* it is their subject */
	struct link *needed_by; /* it is their object */
};

struct transaction {
	struct job_table *jobs;
	struct unit_table *units;
	enum job_mode mode;
	struct tjob *anchor;
	struct tjob **by_unit; /* indexed by unit->number: the first of its jobs */
	struct tjob *first, *last;
	struct link *links;
	struct transaction_error *error;
};

/* The first job of a unit that is not gone, or NULL. */
struct tjob *tjob_of(const struct transaction *t, const struct unit *u);
struct tjob *tjob_next_of_unit(const struct tjob *j);

/* Takes a job out, and with it whoever cannot do without it. */
void transaction_delete(struct transaction *t, struct tjob *j);

/* order.c: breaks each ordering cycle by deleting a job that the anchor can do without. -EDEADLK:
 * there is none. */
int transaction_verify_order(struct transaction *t);

/* reduce.c */
void transaction_find_matters(struct transaction *t);
void transaction_collect_garbage(struct transaction *t);
void transaction_drop_redundant(struct transaction *t);
void transaction_minimize_impact(struct transaction *t);
/* One job a unit. -ENOEXEC: two that matter exclude each other. */
int transaction_merge(struct transaction *t);

/* Fills t->error (first one wins) and returns `r`. */
int transaction_fail(struct transaction *t, const struct unit *u, int r, const char *fmt, ...)
	_printf_(4, 5);
