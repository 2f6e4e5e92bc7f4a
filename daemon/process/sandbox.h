/* SPDX-License-Identifier: MIT */
/* Inside of sandbox*.c: the file system as a unit sees it, as a list of what happens to which path.
 */
#pragma once

#include "daemon/process/child.h"

enum mount_kind {
	MOUNT_BIND,	    /* of `source` */
	MOUNT_TMPFS,	    /* `options` are mount(8)'s */
	MOUNT_INACCESSIBLE, /* nothing can be seen or done there */
	MOUNT_DEVICES,	    /* a /dev of harmless devices */
	MOUNT_PROC,	    /* a /proc of its own, with `options` */
	MOUNT_ATTRIBUTE,    /* nothing but the attributes below */
};

/* What else may be said of a path; what its parents say holds where it says nothing. */
enum mount_attribute {
	MOUNT_READ_ONLY = 1 << 0,
	MOUNT_READ_WRITE = 1 << 1,
	MOUNT_NO_EXEC = 1 << 2,
	MOUNT_EXEC = 1 << 3,
};

struct mount_entry {
	char *path; /* where */
	enum mount_kind kind;
	unsigned attributes;
	bool may_miss;	     /* no failure when it is not there */
	bool unless_mounted; /* what is mounted there already stays */
	bool recursive;
	char *source, *options;
	size_t order; /* of the list: later wins */
};

struct mount_list {
	const char *root; /* RootDirectory=, in which links are followed; "": the present one */
	struct mount_entry *list;
	size_t count;
};

/* sandbox_list.c: what the settings ask for, parents first. 0 or -ENOMEM. */
int mount_list_collect(const struct child *c, struct mount_list *ret);
/* sandbox_mount.c: does it, in a mount namespace that is ours alone. 0, or the negative errno and
 * *ret_path: of which path. */
int mount_list_apply(const struct mount_list *l, const char **ret_path);
