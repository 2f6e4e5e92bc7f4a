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
	char **notes;	      /* sentences for whoever asked */
	bool has_information; /* some unit says where it wants to be linked */
};

void install_changes_done(struct install_changes *c);

enum install_verb {
	INSTALL_ENABLE,	      /* links as [Install] says, and what Also= names */
	INSTALL_DISABLE,      /* removes every link to the unit, and to those that Also= names */
	INSTALL_REENABLE,     /* both */
	INSTALL_MASK,	      /* a link to /dev/null in place of a unit file */
	INSTALL_UNMASK,	      /* removes that link */
	INSTALL_PRESET,	      /* enables or disables, as preset files say (preset.c) */
	INSTALL_SET_DEFAULT,  /* what default.target stands for */
	INSTALL_LINK,	      /* a file from elsewhere, by its path, into the unit path */
	INSTALL_ADD_WANTS,    /* a link to the unit in TARGET.wants */
	INSTALL_ADD_REQUIRES, /* likewise .requires */
	INSTALL_REVERT,	      /* removes drop-ins, masks and what hides the vendor's file */
	INSTALL_VERB_MAX,
};

/* "enable", "set-default", ... */
ENUM_TABLE(install_verb)

struct install_request {
	enum install_verb verb;
	bool runtime;	    /* until the next boot: links in /run */
	bool force;	    /* what is in the way of a link goes */
	const char *target; /* of INSTALL_ADD_WANTS and _REQUIRES */
};

/*
 * Does that to units, by their names or those of templates; what changed is added to `changes`.
 * Nothing is done unless each of them can be. 0; -ENOENT: no such unit; other negative errno: what
 * could not be done. *ret_why is a sentence then, which the caller frees, and *ret_name the unit,
 * borrowed.
 */
int install_run(struct loader *l, const struct install_request *request, char *const *names,
	struct install_changes *changes, const char **ret_name, char **ret_why);

/* install_state.c: "enabled", "enabled-runtime", "disabled", "static", "masked", "masked-runtime",
 * "linked", "linked-runtime", "indirect", "alias", "bad", "not-found"; static text. `u` may stand
 * for its template: `name` decides. */
const char *install_state(struct loader *l, const struct unit *u, const char *name);
/* The same of a name, looked up as install_run() does. */
const char *install_state_of(struct loader *l, const char *name);

struct install_file {
	char *name;
	const char *state;
	bool preset; /* whether presets would enable it */
};

/* Every unit file of the path, sorted by name, and its state, read apart from what is loaded. 0 or
 * -ENOMEM; the caller frees with install_files_done(). */
int install_list(struct loader *l, struct install_file **ret, size_t *ret_count);
void install_files_done(struct install_file *list, size_t count);

/* The name that default.target stands for; the caller frees. NULL: out of memory. */
char *install_default(struct loader *l);
