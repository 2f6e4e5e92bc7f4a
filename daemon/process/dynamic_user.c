/* SPDX-License-Identifier: MIT */
#include "daemon/process/dynamic_user.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

static bool is_taken(const struct dynamic_users *users, uid_t uid)
{
	struct dynamic_user *found;

	HASH_FIND(hh_uid, users->by_uid, &uid, sizeof(uid), found);
	return found != NULL;
}

uid_t dynamic_user_get(struct dynamic_users *users, const char *name)
{
	size_t length = strlen(name);
	struct dynamic_user *user;

	HASH_FIND(hh_name, users->by_name, name, length, user);
	if (user)
		return user->uid;
	uid_t uid = DYNAMIC_UID_FIRST + (uid_t)(text_hash(name) % DYNAMIC_UID_COUNT);
	for (size_t tries = 0; is_taken(users, uid); tries++) {
		if (tries == DYNAMIC_UID_COUNT)
			return 0;
		uid = uid + 1 < DYNAMIC_UID_FIRST + DYNAMIC_UID_COUNT ? uid + 1 : DYNAMIC_UID_FIRST;
	}
	user = malloc(sizeof(*user) + length + 1);
	if (!user)
		return 0;
	user->uid = uid;
	memcpy(user->name, name, length + 1);
	HASH_ADD(hh_name, users->by_name, name, length, user);
	HASH_ADD(hh_uid, users->by_uid, uid, sizeof(user->uid), user);
	return uid;
}

void dynamic_users_done(struct dynamic_users *users)
{
	struct dynamic_user *user, *next;

	HASH_CLEAR(hh_uid, users->by_uid);
	HASH_ITER(hh_name, users->by_name, user, next)
	{
		HASH_DELETE(hh_name, users->by_name, user);
		free(user);
	}
}
