/* SPDX-License-Identifier: MIT */
/* Inside of install*.c: the links themselves, made, removed and found. */
#pragma once

#include "daemon/file/install.h"

/* A link FOLDER/NAME -> target; the folder may be missing, a link that is there already is fine.
 * What else has that name makes it fail (-EEXIST), or is replaced with `force`. 0 or negative
 * errno. */
int install_link(struct install_changes *c, const char *folder, const char *name,
	const char *target, bool force);
/* One that is not there is fine. 0 or negative errno. */
int install_unlink(struct install_changes *c, const char *path);
/* A sentence for whoever asked. 0 or -ENOMEM. */
int install_note(struct install_changes *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool install_leads_to(const char *path, const char *target);
/* A link says where a file will be, once the root is the root. */
const char *install_inside_root(const struct loader *l, const char *path);

/* A positive answer, or a negative errno, ends it and is the result. */
typedef int install_link_fn(const char *path, void *data);

/* Calls `fn` for each link that goes when the unit is disabled, in a folder of the path and in the
 * .wants/ and .requires/ in it, which go where nothing is left in them. */
int install_each_link(const char *root, const char *name, install_link_fn *fn, void *data);

/* Links of all folders of the path, read once: who asks of many units asks them. */
struct install_links {
	struct install_found {
		char *path, *target;
		bool in_folder; /* .wants/, .requires/ */
	} * list;
	size_t count;
};

/* Those that matter for the unit `name`, or all where it is NULL. 0 or -ENOMEM; what cannot be read
 * has no links. */
int install_links_read(const struct loader *l, const char *name, struct install_links *ret);
void install_links_done(struct install_links *links);
/* Whether the unit is enabled by the link. */
bool install_stands_for(const struct install_found *found, const char *name);

/* Unit files are read apart from what is loaded: as they are now, and nothing of it stays. */
struct install_reader {
	struct loader loader;
	struct unit_table table;
};

void install_reader_init(struct install_reader *r, const struct loader *l);
void install_reader_done(struct install_reader *r);
/* A unit by its name; a template by an instance of it. 0 or negative errno. */
int install_load(struct loader *l, const char *name, struct unit **ret);
/* The unit's file is a link to somewhere outside of the path. */
bool install_is_linked(const struct loader *l, const struct unit *u);
