/* SPDX-License-Identifier: MIT */
/* Command lines of a unit: what services and sockets execute, and when. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/enum.h"

enum command_flag {
	COMMAND_IGNORE_FAILURE = 1 << 0,   /* - */
	COMMAND_FULLY_PRIVILEGED = 1 << 1, /* + */
	COMMAND_NO_SETUID = 1 << 2,	   /* ! */
	COMMAND_AMBIENT_MAGIC = 1 << 3,	   /* !! */
	COMMAND_NO_EXPANSION = 1 << 4,	   /* : */
};

enum command_list {
	COMMANDS_CONDITION,
	COMMANDS_START_PRE,
	COMMANDS_START,
	COMMANDS_START_POST,
	COMMANDS_RELOAD,
	COMMANDS_STOP_PRE, /* of sockets */
	COMMANDS_STOP,
	COMMANDS_STOP_POST,
	COMMANDS_MAX,
};

/* "ExecCondition", "ExecStartPre", ... */
ENUM_TABLE(command_list)

struct command {
	char *path;    /* absolute, or a bare name to be looked up in the fixed path */
	char **argv;   /* argv[0] as given by @, else the path */
	uint8_t flags; /* bits of enum command_flag */
	uint8_t list;  /* enum command_list */
	unsigned line;
};

/* Those of a unit, list by list; or of one list of it. */
struct commands {
	struct command *list;
	size_t count;
};

/* Empties it: config_free() does so, whatever settings the unit shares. */
void commands_done(struct commands *all);
