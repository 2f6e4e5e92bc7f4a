/* SPDX-License-Identifier: MIT */
/*
 * Generators (systemd.generator(7)): programs of packages that write unit files before any is read,
 * such as an instance for each cluster of PostgreSQL. They run where the unit files of packages
 * are ours to start: as PID 1 and root, with the default unit path.
 */
#pragma once

#include "daemon/manager/manager.h"

/* At boot: runs them all and waits, GENERATOR_TIMEOUT_SEC at most; then their folders are part of
 * the unit path. Nothing where they are not wanted. */
void generators_run(struct manager *m);
/* The same without waiting: reaping tells generators_ended(). 1: they run, 0: not wanted, or a
 * negative errno. */
int generators_start(struct manager *m);
void generators_ended(struct manager *m);
