/* SPDX-License-Identifier: MIT */
/*
 * The control socket: varlink over a unix stream socket. Bytes -> message -> method -> job or
 * answer; who may call what is decided by SO_PEERCRED (unix(7)) on each connection.
 */
#pragma once

#include "daemon/manager/manager.h"

struct control;

/*
 * Opens the socket at the first place that can be had (--socket, RUNTIME_DIRECTORY,
 * XDG_RUNTIME_DIR, /run/reaperd) and serves it from the manager's loop. NULL: there is none, which
 * is logged; reaperd runs on without.
 */
struct control *control_open(struct manager *m);
/* Closes all clients and removes the socket. Accepts NULL. */
void control_close(struct control *c);
