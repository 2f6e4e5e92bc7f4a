/* SPDX-License-Identifier: MIT */
/* /etc/reaperd/reaperd.conf and reaperd.conf.d/: section [Manager], one row a key. */
#pragma once

#include "daemon/manager/manager.h"

/* Reads the files that are there; what is wrong in them goes to the log. Options given on the
 * command line win. */
void settings_load(struct manager *m);
