/* SPDX-License-Identifier: MIT */
/* What follows for others when a unit's state, a job or a process changes. Called from the turn
 * only. */
#pragma once

#include "daemon/life/life.h"

/* Runs the next job that may run now; false: there is none. */
bool react_run_job(struct life *life);
/* Keeps why a start of it comes to nothing, for whoever asks: a sentence without its subject. */
void refuse_start(struct unit *u, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A unit's state changed: its job may have ended, others may be bound to it. */
void react_to_state(struct life *life, struct unit *u);
/* Tells the units that trigger it that it changed, or that a start of it ended. */
void react_to_triggered(struct unit *u);
/* A job of the unit ended by a time limit, or for what it depends on: OnFailure=. */
void react_to_failed_job(struct life *life, struct unit *u);
/* job_finished_fn of the job table. */
void react_to_job(struct job *job, enum job_result result, void *life);
/* job_warning_fn of the job table. */
void react_to_warning(const struct unit *u, const char *text, void *life);
/* A process of a service ended: news, and Essential= when it decides. */
void react_to_exit(struct life *life, struct unit *u, const struct reaped *r, bool is_main);
/* A child that we adopted ended. */
void react_to_orphan_end(struct life *life, const struct reaped *r);
