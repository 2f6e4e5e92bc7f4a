/* SPDX-License-Identifier: MIT */
/*
 * Where unit files lie: the search path, earliest folder first, read once into an index (names are
 * asked for by the thousand, folders change seldom). Fragments, aliases, masks, drop-ins and
 * .wants/ links by systemd.unit(5).
 */
#pragma once

#include <stdbool.h>

#include "daemon/base/diag.h"

struct search_path;
struct presets;

/* `dirs` is a `:` list, or NULL for the defaults of root or of an ordinary user. NULL: out of
 * memory. */
struct search_path *search_path_new(const char *dirs, bool user_mode);
struct search_path *search_path_free(struct search_path *p);
/* The same below another root, for its files alone: an image that is being built. */
struct search_path *search_path_new_below(const char *root);
/* That root, without a slash at its end; "" for our own. Borrowed. */
const char *search_path_root(const struct search_path *p);
/* Every name of a unit file, in no order. A vector to be freed by the caller. */
char **search_path_names(struct search_path *p);
/* Folders of generated units (systemd.generator(7)), in their places among the defaults. */
#define GENERATED_DIR "/run/systemd/generator"
#define GENERATED_EARLY_DIR "/run/systemd/generator.early"
#define GENERATED_LATE_DIR "/run/systemd/generator.late"
/* Puts them into the path: before /etc/systemd/system, after /run/systemd/system, and last. 0 or
 * -ENOMEM. */
int search_path_add_generated(struct search_path *p);
/* The folders, NULL-terminated; borrowed. */
char *const *search_path_dirs(const struct search_path *p);
/* Where `enable` and its kin write: /etc/systemd/system of the defaults, else the first folder. */
const char *search_path_writable(const struct search_path *p);
/* The same, or where it is gone at the next boot: /run/systemd/system of the defaults. */
const char *search_path_writable_at(const struct search_path *p, bool runtime);
/*
 * The system was brought up by somebody else: what systemd's folders link to the targets of its
 * boot (sysinit, basic, sockets, timers, ...) is its business and not started again by us.
 */
void search_path_set_booted(struct search_path *p);
/* Forgets the index: folders are read again when next asked. */
void search_path_refresh(struct search_path *p);
/* The same when a folder of the path changed since it was read. A number that goes up each time, so
 * that each of several who ask hears of it. */
unsigned search_path_generation(struct search_path *p);

/* The presets below its root, read when they are first asked for after a refresh; borrowed. NULL:
 * out of memory. */
const struct presets *search_path_presets(struct search_path *p);

enum found_kind {
	FOUND_NOTHING,
	FOUND_FILE,
	FOUND_MASK,  /* a link to /dev/null, or an empty file */
	FOUND_ALIAS, /* a link to another unit name */
};

struct found {
	enum found_kind kind;
	char *path;   /* of the file or link; the caller frees */
	char *target; /* FOUND_ALIAS: the name it stands for; the caller frees */
};

/* Looks `name` up: the first folder that has it decides. 0 or -ENOMEM. */
int search_path_find(struct search_path *p, const char *name, struct found *ret);
void found_done(struct found *f);

/* Names that are links to `name`. A vector to be freed by the caller, or NULL: none. */
char **search_path_aliases(struct search_path *p, const char *name);

/*
 * Calls `fn` with each place where a link that stands for `name` may be: each link in a folder of
 * the path, and what has that name in their .wants/ and .requires/ (`in_folder`). 0, -ENOMEM, or
 * what `fn` said that was negative.
 */
typedef int search_path_link_fn(const char *path, bool in_folder, void *data);
int search_path_each_link(
	struct search_path *p, const char *name, search_path_link_fn *fn, void *data);

/*
 * Names linked from `name`.wants/ (or any other `suffix`) in all folders, each once; those masked
 * are left out. A vector to be freed by the caller, or NULL: none.
 */
char **search_path_links(struct search_path *p, const char *name, const char *suffix);

/*
 * The drop-in files of a unit that has these names (NULL-terminated, main name first), in the order
 * in which they apply: sorted by file name over all folders, the more specific folder and the
 * earlier path winning for equal names.
 */
char **search_path_dropins(struct search_path *p, char *const *names);
