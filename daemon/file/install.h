/* SPDX-License-Identifier: MIT */
/*
 * [Install]: the links that enable, disable and mask make and remove, as systemctl(1) does. They
 * lie in one folder of the unit path; nothing else is written.
 */
#pragma once

#include "daemon/file/load.h"

struct install_change {
	char *path;
	char *target; /* NULL: the link was removed */
};

struct install_changes {
	struct install_change *list;
	size_t count;
	bool has_information; /* some unit says where it wants to be linked */
};

void install_changes_done(struct install_changes *c);

/* Links the unit as its [Install] says, and what Also= names. 0, or a negative errno of the first
 * link that could not be made. */
int install_enable(struct loader *l, struct unit *u, struct install_changes *changes);
/* Removes every link to the unit, and to those that Also= names. */
int install_disable(struct loader *l, const struct unit *u, struct install_changes *changes);
/* A link to /dev/null in place of a unit file; -EEXIST when there is a file of its own. */
int install_mask(struct loader *l, const char *name, struct install_changes *changes);
int install_unmask(struct loader *l, const char *name, struct install_changes *changes);
/* "enabled", "disabled", "static", "masked", "indirect", "alias", "bad", "not-found"; static text.
 */
const char *install_state(struct loader *l, const struct unit *u, const char *name);
