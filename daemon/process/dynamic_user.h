/* SPDX-License-Identifier: MIT */
/*
 * The numbers of users that DynamicUser= makes up: the same for the same name as far as that goes,
 * and never one for two names. Each name has a second number, should somebody have the first.
 */
#pragma once

#include <sys/types.h>
#include <uthash.h>

#define DYNAMIC_UID_FIRST 61184U /* systemd's range for DynamicUser= */
#define DYNAMIC_UID_COUNT 2168U	 /* half of it; the other half are second numbers */

struct dynamic_user {
	uid_t uid;
	UT_hash_handle hh_name, hh_uid;
	char name[];
};

struct dynamic_users {
	struct dynamic_user *by_name, *by_uid;
};

/* The first number of that name, for as long as reaperd runs; 0: all are given, or no memory. */
uid_t dynamic_user_get(struct dynamic_users *users, const char *name);
void dynamic_users_done(struct dynamic_users *users);
