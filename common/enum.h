/* SPDX-License-Identifier: MIT */
/*
 * Names of enums: one array of strings is both the way to text and the way back.
 * `ENUM_TABLE(service_type, SERVICE_TYPE_MAX)` in a header and `DEFINE_ENUM_TABLE(service_type,
 * SERVICE_TYPE_MAX, [SERVICE_SIMPLE] = "simple", ...)` in one .c file give
 * service_type_to_string() and service_type_from_string(), and the table `service_type_names`
 * that the table of directives and the test of all tables refer to.
 */
#pragma once

#include <stddef.h>

struct enum_table {
	const char *title;	  /* the enum's tag, for messages and tests */
	const char *const *names; /* indexed by value; NULL for a value without a name */
	int max;
};

/* The name of `value`, or NULL when it is out of range. The string is static. */
const char *enum_to_string(const struct enum_table *t, int value);

/* The value of `name`, or -EINVAL. Names are case-sensitive, as systemd's are. */
int enum_from_string(const struct enum_table *t, const char *name);

#define ENUM_TABLE(tag)                                                                            \
	extern const struct enum_table tag##_names;                                                \
	static inline const char *tag##_to_string(enum tag value)                                  \
	{                                                                                          \
		return enum_to_string(&tag##_names, (int)value);                                   \
	}                                                                                          \
	static inline int tag##_from_string(const char *name)                                      \
	{                                                                                          \
		return enum_from_string(&tag##_names, name);                                       \
	}

#define DEFINE_ENUM_TABLE(tag, count, ...)                                                         \
	static const char *const tag##_name_list[count] = {__VA_ARGS__};                           \
	const struct enum_table tag##_names = {                                                    \
		.title = #tag, .names = tag##_name_list, .max = (count)}
