/* SPDX-License-Identifier: MIT */
/*
 * Resource control: from what a unit says (systemd.resource-control(5)) to what is written into the
 * files of its cgroup. A row a file; pure but for the numbers of devices, which a caller gives.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "daemon/base/cgroup_root.h"

#define CGROUP_LIMIT_KEYS 6
#define CGROUP_LIMIT_TEXT 4096

struct cgroup_limit_source {
	/* what the unit says for a directive; NULL: nothing */
	const char *(*get)(const char *key, void *data);
	/* the number of the block device that a path means; 0 or a negative errno */
	int (*device)(const char *path, dev_t *ret, void *data);
	void *data;
	uint64_t memory_bytes, tasks; /* what a percentage is of */
};

struct cgroup_limit {
	const char *file;
	enum cgroup_controller controller;
	const char *keys[CGROUP_LIMIT_KEYS + 1];
	/* the text, a line a write; 0: nothing is said, 1, or a negative errno: not to be
	 * understood */
	int (*format)(const struct cgroup_limit *limit, const struct cgroup_limit_source *source,
		char *text, size_t size);
	const char *none; /* what takes it back; NULL: each line's own way to (io.max) */
};

/* Row by row: NULL after the last. */
const struct cgroup_limit *cgroup_limit_at(unsigned index);
/* What is to be written into limit->file, `text` of CGROUP_LIMIT_TEXT bytes: as format(). */
int cgroup_limit_text(
	const struct cgroup_limit *limit, const struct cgroup_limit_source *source, char *text);
/* The controllers that the unit needs, accounting too, as bits. */
unsigned cgroup_limit_controllers(const struct cgroup_limit_source *source);

/* Microseconds of CPU in a second: "20%" is 200000, "200%" 2000000. UINT64_MAX for an empty text.
 * 0 or -EINVAL. */
int cgroup_parse_quota(const char *text, uint64_t *ret);
/* Bytes or tasks: a size, a percentage of `whole`, or "infinity" (UINT64_MAX). 0 or -EINVAL. */
int cgroup_parse_amount(const char *text, uint64_t whole, uint64_t *ret);
