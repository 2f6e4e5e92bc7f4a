/* SPDX-License-Identifier: MIT */
/* Names of units: `prefix@instance.suffix`, and the escaping of paths into them (systemd.unit(5)).
 * Pure. */
#pragma once

#include <stdbool.h>

#include "common/enum.h"

enum unit_type {
	UNIT_SERVICE,
	UNIT_TARGET,
	UNIT_TIMER,
	UNIT_SOCKET,
	UNIT_PATH,
	UNIT_MOUNT,
	UNIT_AUTOMOUNT,
	UNIT_SWAP,
	UNIT_SLICE,
	UNIT_SCOPE,
	UNIT_DEVICE,
	UNIT_TYPE_MAX,
};

ENUM_TABLE(unit_type)

/* Whether it is a whole, valid name with a known suffix; templates (`x@.service`) included. */
bool unit_name_is_valid(const char *name);
/* `x@.service` */
bool unit_name_is_template(const char *name);
/* The type by the suffix, or -EINVAL. */
int unit_name_type(const char *name);
/* A template as `of` means it, by its own instance or prefix; another name as it is. The caller
 * frees; NULL: out of memory. */
char *unit_name_fill_template(const char *name, const char *of);
/* Parts of a valid name, each freed by the caller; *ret_instance is NULL without an `@`. 0 or
 * -ENOMEM. */
int unit_name_split(const char *name, char **ret_prefix, char **ret_instance);
/* `x@.service` for `x@y.service`; NULL when it is no instance, or without memory. The caller frees.
 */
char *unit_name_template_of(const char *name);
/* `x@y.service` from `x@.service` and `y`. NULL: no template, or no memory. */
char *unit_name_instantiate(const char *template_name, const char *instance);
/* `-` for `/`, \xNN for what a name cannot hold; and back. The caller frees; NULL: out of memory
 * (or bad \x). */
char *unit_name_escape(const char *text);
char *unit_name_unescape(const char *text);
/* A path: slashes at both ends and doubled ones go; `/` alone is `-`. */
char *unit_name_path_escape(const char *path);
char *unit_name_path_unescape(const char *text);
/* What a person typed -> a name: `.service` is added, a path becomes a mount, below /dev and
 * /sys a device. NULL: it cannot be
 * one. */
char *unit_name_mangle(const char *text);
