/* SPDX-License-Identifier: MIT */
/* Limit*= of systemd.exec(5): names of resources, and `soft:hard` values with each resource's own
 * unit. Pure. */
#pragma once

#include <sys/resource.h>

/* "NOFILE" for LimitNOFILE= -> RLIMIT_NOFILE, or -EINVAL. */
int rlimit_from_string(const char *text);
/* The name, or NULL. */
const char *rlimit_to_string(int resource);
/* `value` or `soft:hard`; -EINVAL, -ERANGE, -EILSEQ when soft is above hard. */
int rlimit_parse(int resource, const char *text, struct rlimit *ret);
/* "infinity" or a number, into `buffer` of at least 32 bytes; returned. */
const char *rlimit_format(rlim_t value, char buffer[static 32]);
