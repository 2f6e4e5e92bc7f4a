/* SPDX-License-Identifier: MIT */
/*
 * The part of the cgroup2 tree (cgroups(7)) that is ours to divide: the whole of it for the init of
 * a machine or of a container with a writable tree, else what a manager above us delegated. Found
 * at the first question; whoever never asks pays nothing.
 */
#pragma once

#include "common/enum.h"

enum cgroup_controller {
	CONTROLLER_CPU,
	CONTROLLER_CPUSET,
	CONTROLLER_IO,
	CONTROLLER_MEMORY,
	CONTROLLER_PIDS,
	CONTROLLER_MAX,
};

ENUM_TABLE(cgroup_controller)

/* Where we ourselves live once the tree is divided, as systemd does. */
#define CGROUP_OWN_LEAF "init.scope"

struct cgroup_root {
	char *folder;	      /* absolute; NULL: there is none for us */
	char *name;	      /* as /proc/PID/cgroup calls it, "" for the root */
	const char *why_not;  /* for people, where there is none */
	unsigned controllers; /* bits of enum cgroup_controller that can be handed on */
};

const struct cgroup_root *cgroup_root(void);

/* Asks for whoever will be PID 1 here, instead of ourselves: before the first question. */
void cgroup_root_ask_for_init(void);

/* The controllers that a text such as cgroup.controllers names, as bits. Pure. */
unsigned cgroup_controllers_parse(const char *text);
