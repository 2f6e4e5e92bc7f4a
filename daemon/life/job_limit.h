/* SPDX-License-Identifier: MIT */
/* JobTimeoutSec=, JobRunningTimeoutSec= and JobTimeoutAction= of systemd.unit(5). */
#pragma once

#include "daemon/life/life.h"

/* job_changed_fn of the job table: sets the timer of a job that was made or begins to run. */
void job_limit_set(struct job *job, void *life);
/* Stops it: the job has ended. */
void job_limit_clear(struct life *life, struct job *job);
