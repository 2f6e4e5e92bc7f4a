/* SPDX-License-Identifier: MIT */
/* In the child: users, groups, capabilities, no new privileges. What is asked for and cannot be
 * done ends the child. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/capability_name.h"
#include "daemon/process/child.h"
#include "daemon/process/dynamic_user.h"

#define MAX_GROUPS 1024

static int missing(int error)
{
	return error && error != ENOENT && error != ESRCH && error != EBADF && error != EPERM
		       ? -error
		       : -ESRCH;
}

/* A user that is made up for as long as reaperd runs, with a number that nobody has: its first, or
 * its second where somebody is known by that. */
static int invent_user(struct child *c, const char *name)
{
	uid_t first = c->request->dynamic_uid;

	if (geteuid() != 0)
		return 0; /* runs as who we are: nobody may become another */
	for (uid_t uid = first; first && uid <= first + DYNAMIC_UID_COUNT;
		uid += DYNAMIC_UID_COUNT) {
		if (getpwuid(uid))
			continue;
		c->has_user = true;
		c->uid = c->gid = uid;
		c->invented_name = name;
		c->home = "/";
		c->shell = "/usr/sbin/nologin";
		return 0;
	}
	return -ESRCH;
}

/* A number needs no entry: it stands for itself, and for the group of that number. */
int child_resolve_user(struct child *c)
{
	const char *name = c->exec->user;
	uint32_t id;

	c->uid = geteuid();
	c->gid = getegid();
	if (!name)
		return 0;
	errno = 0;
	bool is_number = value_parse_uid(name, &id) >= 0;
	const struct passwd *p = is_number ? getpwuid(id) : getpwnam(name);
	if (!p && !is_number && c->exec->dynamic_user)
		return invent_user(c, name);
	if (!p && !is_number)
		return missing(errno);
	c->has_user = true;
	c->uid = p ? p->pw_uid : id;
	c->gid = p ? p->pw_gid : id;
	c->user_name = p ? strdup(p->pw_name) : NULL;
	c->home = p ? strdup(p->pw_dir) : NULL;
	c->shell = p ? strdup(p->pw_shell) : NULL;
	return 0;
}

static int find_group(const char *name, gid_t *ret)
{
	uint32_t id;

	if (value_parse_uid(name, &id) >= 0) {
		*ret = id;
		return 0;
	}
	errno = 0;
	const struct group *g = getgrnam(name);
	if (!g)
		return missing(errno);
	*ret = g->gr_gid;
	return 0;
}

int child_resolve_group(struct child *c)
{
	if (!c->exec->group)
		return 0;
	gid_t gid;
	int r = find_group(c->exec->group, &gid);
	if (r < 0 && c->exec->dynamic_user)
		return 0; /* made up with the user */
	c->has_group = true;
	if (r >= 0)
		c->gid = gid;
	return r;
}

/* The user's own groups, then those asked for besides. */
static int collect_groups(const struct child *c, gid_t *groups, int *count)
{
	int n = 0;

	if (c->user_name) {
		n = MAX_GROUPS;
		if (getgrouplist(c->user_name, c->gid, groups, &n) < 0)
			return -E2BIG;
	} else if (c->has_group || c->has_user) {
		groups[n++] = c->gid;
	} else {
		n = getgroups(MAX_GROUPS, groups);
		if (n < 0)
			return -errno;
	}
	for (char **g = c->exec->supplementary_groups; !c->keeps_user && g && *g; g++) {
		if (n == MAX_GROUPS)
			return -E2BIG;
		int r = find_group(*g, &groups[n]);
		if (r < 0)
			return r;
		n++;
	}
	*count = n;
	return 0;
}

/* Whether all of `wanted` are held already: then nothing needs to change for who may not change it.
 */
static bool holds_groups(const gid_t *wanted, int count)
{
	gid_t have[MAX_GROUPS];
	int n = getgroups(MAX_GROUPS, have);

	for (int i = 0; i < count; i++) {
		bool found = wanted[i] == getegid();
		for (int k = 0; k < n && !found; k++)
			found = have[k] == wanted[i];
		if (!found)
			return false;
	}
	return true;
}

int child_set_groups(const struct child *c)
{
	gid_t groups[MAX_GROUPS];
	int count = 0;

	if (c->keeps_user ? !c->user_name
			  : !c->has_user && !c->has_group && !c->exec->supplementary_groups)
		return 0;
	/* The user that we are already is no change. */
	if (c->uid == geteuid() && geteuid() != 0 && !c->has_group &&
		!c->exec->supplementary_groups)
		return 0;
	int r = collect_groups(c, groups, &count);
	if (r < 0)
		return r;
	/* As in systemd root has the groups of User= besides, where it may. */
	if (c->keeps_user) {
		(void)setgroups((size_t)count, groups);
		return 0;
	}
	if (setgroups((size_t)count, groups) < 0 &&
		!(errno == EPERM && holds_groups(groups, count)))
		return -errno;
	if (getegid() != c->gid && setresgid(c->gid, c->gid, c->gid) < 0)
		return -errno;
	return 0;
}

int child_set_user(const struct child *c)
{
	if (c->keeps_user || !c->has_user || (c->uid == geteuid() && c->uid == getuid()))
		return 0;
	/* Ambient capabilities live on only when the permitted ones do. */
	if (c->exec->ambient_capabilities && prctl(PR_SET_KEEPCAPS, 1) < 0)
		return -errno;
	return setresuid(c->uid, c->uid, c->uid) < 0 ? -errno : 0;
}

static int get_capabilities(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capget, &header, data) < 0 ? -errno : 0;
}

/* Who has none and can gain none (PR_SET_NO_NEW_PRIVS) is bounded already. */
static bool has_no_way_up(const struct child *c)
{
	struct __user_cap_data_struct data[2];

	return get_capabilities(data) >= 0 && !data[0].permitted && !data[1].permitted &&
	       (c->exec->no_new_privileges || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
}

int child_drop_bounding_set(const struct child *c)
{
	uint64_t keep = c->exec->capability_bounding_set, implied = c->exec->implied_drops;

	if (c->is_privileged || (keep & ~implied) == CAPABILITY_ALL)
		return 0;
	for (int cap = 0; cap < 64; cap++) {
		int has = prctl(PR_CAPBSET_READ, cap);
		if (has < 0)
			return 0; /* the kernel knows no more */
		if (has && implied >> cap & 1)
			(void)prctl(PR_CAPBSET_DROP, cap);
		else if (has && !(keep >> cap & 1) && prctl(PR_CAPBSET_DROP, cap) < 0)
			return errno == EPERM && has_no_way_up(c) ? 0 : -errno;
	}
	return 0;
}

static int set_capabilities(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int set_inheritable(uint64_t add, bool keep_effective)
{
	struct __user_cap_data_struct data[2];
	int r = get_capabilities(data);

	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++) {
		data[i].inheritable |= (uint32_t)(add >> 32 * i);
		if (!keep_effective)
			data[i].effective = data[i].permitted;
	}
	return set_capabilities(data);
}

/* Of AmbientCapabilities= what we have ourselves; spawn_check() told of the rest. */
static uint64_t grantable(const struct child *c)
{
	struct __user_cap_data_struct data[2];

	if (c->is_privileged || !c->exec->ambient_capabilities || get_capabilities(data) < 0)
		return 0;
	return c->exec->ambient_capabilities &
	       (data[0].permitted | (uint64_t)data[1].permitted << 32);
}

int child_prepare_ambient(const struct child *c)
{
	uint64_t set = grantable(c);

	return set ? set_inheritable(set, true) : 0;
}

int child_raise_ambient(const struct child *c)
{
	uint64_t set = grantable(c);

	if (!set)
		return 0;
	int r = set_inheritable(set, false);
	for (int cap = 0; cap < 64 && r >= 0; cap++)
		if (set >> cap & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			r = -errno;
	return r;
}

int child_set_secure_bits(const struct child *c)
{
	if (c->is_privileged || !c->exec->secure_bits_set)
		return 0;
	int now = prctl(PR_GET_SECUREBITS);
	if (now < 0)
		return -errno;
	return prctl(PR_SET_SECUREBITS, now | c->exec->secure_bits) < 0 ? -errno : 0;
}

int child_set_no_new_privileges(const struct child *c)
{
	if (c->is_privileged || !c->exec->no_new_privileges)
		return 0;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}
