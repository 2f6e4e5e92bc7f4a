/* SPDX-License-Identifier: MIT */
/* Inside of path.c and path_folders.c: the index of names. */
#pragma once

#include "common/table.h"
#include "daemon/file/path.h"

/* A name in the index: the folder that has it first. Folders (`x.d`, `x.wants`) are in several. */
struct entry {
	UT_hash_handle hh;
	int *dirs; /* indexes into p->dirs, ascending; `first` as long as there is one */
	int first;
	uint16_t count;
	bool is_link;
	bool is_plain; /* a file with something in it: known once it was looked at */
	char name[];
};

/* A link that stands for another name. */
struct alias {
	struct alias *next;
	const char *name; /* of its entry */
	char of[];
};

struct search_path {
	char **dirs;
	struct entry *index;
	struct alias *aliases;	 /* once aliases_known */
	struct presets *presets; /* NULL: not read */
	char *root, *writable;	 /* of search_path_new_below(); NULL: our own root */
	unsigned generation;
	bool is_read, is_booted, is_default, aliases_known;
	uint64_t read_usec;    /* CLOCK_REALTIME, just before the folders were read */
	uint64_t changed_usec; /* of the folder that changed last, as it was then */
};

/* What the index has of that name, or NULL; the folders are read when they were not yet. */
struct entry *search_path_entry(struct search_path *p, const char *name);
