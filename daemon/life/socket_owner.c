/* SPDX-License-Identifier: MIT */
/* In a child of the daemon: SocketUser= and SocketGroup=, for a name service may take its time. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/exit_name.h"
#include "common/value.h"
#include "daemon/base/signal_mask.h"
#include "daemon/life/socket.h"

static int find_user(const char *name, uid_t *uid, gid_t *gid)
{
	uint32_t id;

	if (!name)
		return 0;
	const struct passwd *p = value_parse_uid(name, &id) >= 0 ? getpwuid(id) : getpwnam(name);
	if (!p && value_parse_uid(name, &id) < 0)
		return -ESRCH;
	*uid = p ? p->pw_uid : id;
	*gid = p ? p->pw_gid : (gid_t)-1;
	return 0;
}

static int find_group(const char *name, gid_t *gid)
{
	uint32_t id;

	if (!name)
		return 0;
	if (value_parse_uid(name, &id) >= 0) {
		*gid = id;
		return 0;
	}
	const struct group *g = getgrnam(name);
	if (!g)
		return -ESRCH;
	*gid = g->gr_gid;
	return 0;
}

/* Whose it is already may be anybody's wish. */
static int give(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	if (lchown(path, uid, gid) == 0)
		return 0;
	int error = errno;
	bool is_theirs = lstat(path, &st) == 0 && (uid == (uid_t)-1 || st.st_uid == uid) &&
			 (gid == (gid_t)-1 || st.st_gid == gid);
	return is_theirs ? 0 : -error;
}

_Noreturn void socket_give_files(const struct socket_unit *s)
{
	const struct socket_settings *o = s->unit->config->socket;
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;

	signal_to_default(SIGNAL_MASK_ALL);
	(void)signal_mask_set(0, NULL);
	if (find_user(o->user, &uid, &gid) < 0)
		_exit(EXIT_USER);
	if (find_group(o->group, &gid) < 0)
		_exit(EXIT_GROUP);
	for (size_t i = 0; i < s->count; i++) {
		const char *path = listen_path(&s->listens[i]);

		if (path && s->listens[i].kind != LISTEN_SPECIAL && give(path, uid, gid) < 0)
			_exit(EXIT_CHOWN);
	}
	_exit(EXIT_SUCCESS);
}
