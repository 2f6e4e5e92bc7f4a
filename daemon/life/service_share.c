/* SPDX-License-Identifier: MIT */
/*
 * What processes of one unit, and those of units that are joined by JoinsNamespaceOf=, have in
 * common: the folders of PrivateTmp=, and the namespaces of PrivateNetwork= and PrivateIPC=, which
 * are those of the main process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/log.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"

struct private_tmp {
	unsigned users;
	char *path;
};

static bool says_yes(const struct unit *u, const char *key)
{
	return kept_says_yes(u->config, "Service", key);
}

typedef bool joined_fn(const struct unit *other, const void *data);

/* The first unit joined to this one, in either direction, of which `fn` holds; NULL: none. */
static const struct unit *find_joined(const struct unit *u, joined_fn *fn, const void *data)
{
	static const enum dep_kind kinds[] = {DEP_JOINS_NAMESPACE_OF, DEP_NAMESPACE_JOINED_BY};

	for (size_t i = 0; i < ELEMENTS(kinds); i++)
		UNIT_FOREACH (other, u, kinds[i])
			if (other->service && fn(other, data))
				return other;
	return NULL;
}

static bool has_private_tmp(const struct unit *other, const void *data)
{
	(void)data;
	return other->service->private_tmp != NULL;
}

static struct private_tmp *make_private_tmp(const struct service *s)
{
	struct private_tmp *t = calloc(1, sizeof(*t));
	int r = t ? private_tmp_make(s->unit->id, &t->path) : -ENOMEM;

	if (r >= 0)
		return t;
	free(t);
	log_line(LOG_WARNING, r, s->unit->id,
		"cannot make a folder for PrivateTmp=: it sees the /tmp of all");
	return NULL;
}

const char *service_private_tmp(struct service *s)
{
	if (!s->private_tmp && says_yes(s->unit, "PrivateTmp") && place_has(NEED_NAMESPACES)) {
		const struct unit *other = find_joined(s->unit, has_private_tmp, NULL);

		s->private_tmp = other ? other->service->private_tmp : make_private_tmp(s);
		if (s->private_tmp)
			s->private_tmp->users++;
	}
	return s->private_tmp ? s->private_tmp->path : NULL;
}

void service_leave_private_tmp(struct service *s)
{
	struct private_tmp *t = s->private_tmp;

	s->private_tmp = NULL;
	if (!t || --t->users)
		return;
	int r = private_tmp_remove(t->path);
	if (r < 0)
		log_line(LOG_WARNING, r, s->unit->id, "cannot remove %s, its PrivateTmp=", t->path);
	free(t->path);
	free(t);
}

static bool has_namespace(const struct unit *other, const void *key)
{
	return other->service->main && says_yes(other, key);
}

pid_t service_namespace_pid(const struct service *s, const char *key)
{
	if (!says_yes(s->unit, key))
		return 0;
	if (s->main)
		return s->main->pid;
	const struct unit *other = find_joined(s->unit, has_namespace, key);
	return other ? other->service->main->pid : 0;
}
