/* SPDX-License-Identifier: MIT */
/* Names of errors (errno(3)); every C library numbers them alike on one kernel. Pure. */
#pragma once

/* "EPERM", or NULL. */
const char *errno_to_name(int number);
/* The number of a name, or -EINVAL. */
int errno_from_name(const char *name);
