/* SPDX-License-Identifier: MIT */
/*
 * Type=idle (systemd.service(5)): what it runs begins only when no job is left, or after five
 * seconds. Its child waits at a pipe whose other end we alone hold.
 */
#pragma once

#include "daemon/life/life.h"

/* The pipe's end to wait at and ours, made on first use. NULL: it cannot be made. */
const int *idle_pipe_of(struct life *life);
/* Lets those that wait begin, if no job is left. Called at the end of a turn. */
void idle_release(struct life *life);
void idle_close(struct life *life);
