/* SPDX-License-Identifier: MIT */
/* %i and its kin (systemd.unit(5), "Specifiers"). Pure but for the host's facts, which come through
 * a struct. */
#pragma once

#include <stdbool.h>

/* Facts about the host and our user, looked up when first asked for. */
struct specifier_host {
	/* The value of a host specifier letter, borrowed; NULL: not known here. */
	const char *(*value)(char letter);
};

/* The host we run on. Never NULL. */
const struct specifier_host *specifier_host_local(void);

struct specifier_context {
	const char *unit;     /* full name */
	const char *fragment; /* path of its file, for %y and %Y; may be NULL */
	bool user_mode;
	const struct specifier_host *host;
};

/* A new string, which the caller frees. -EINVAL for an unknown specifier; a lone % at the end
 * stays; -ENOMEM. */
int specifier_expand(const char *text, const struct specifier_context *c, char **ret);
