/* SPDX-License-Identifier: MIT */
#include "daemon/base/rlimit_name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/own.h"
#include "common/value.h"

typedef int parse_fn(const char *text, uint64_t *ret);

static int parse_plain(const char *text, uint64_t *ret)
{
	if (strcmp(text, "infinity") == 0) {
		*ret = RLIM_INFINITY;
		return 0;
	}
	return value_parse_u64(text, RLIM_INFINITY - 1, ret);
}

/* LimitCPU=: whole seconds, rounded up. */
static int parse_seconds(const char *text, uint64_t *ret)
{
	uint64_t usec;
	int r = value_parse_usec(text, &usec);

	if (r < 0)
		return r;
	*ret = usec == USEC_INFINITY ? RLIM_INFINITY : (usec + USEC_PER_SEC - 1) / USEC_PER_SEC;
	return 0;
}

/* LimitRTTIME=: microseconds, also for a bare number. */
static int parse_usec(const char *text, uint64_t *ret)
{
	return value_parse_usec_unit(text, 1, ret);
}

/* LimitNICE=: `+10` and `-5` are nice values, kept by the kernel as 20 - nice; a bare number is
 * that. */
static int parse_nice(const char *text, uint64_t *ret)
{
	long nice;

	if (*text != '+' && *text != '-')
		return parse_plain(text, ret);
	int r = value_parse_int(text, -20, 19, &nice);
	if (r >= 0)
		*ret = (uint64_t)(20 - nice);
	return r;
}

static const struct {
	int resource;
	const char *name;
	parse_fn *parse;
} rows[] = {
	{RLIMIT_CPU, "CPU", parse_seconds},
	{RLIMIT_FSIZE, "FSIZE", value_parse_size},
	{RLIMIT_DATA, "DATA", value_parse_size},
	{RLIMIT_STACK, "STACK", value_parse_size},
	{RLIMIT_CORE, "CORE", value_parse_size},
	{RLIMIT_RSS, "RSS", value_parse_size},
	{RLIMIT_NOFILE, "NOFILE", parse_plain},
	{RLIMIT_AS, "AS", value_parse_size},
	{RLIMIT_NPROC, "NPROC", parse_plain},
	{RLIMIT_MEMLOCK, "MEMLOCK", value_parse_size},
	{RLIMIT_LOCKS, "LOCKS", parse_plain},
	{RLIMIT_SIGPENDING, "SIGPENDING", parse_plain},
	{RLIMIT_MSGQUEUE, "MSGQUEUE", value_parse_size},
	{RLIMIT_NICE, "NICE", parse_nice},
	{RLIMIT_RTPRIO, "RTPRIO", parse_plain},
	{RLIMIT_RTTIME, "RTTIME", parse_usec},
};

int rlimit_from_string(const char *text)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (strcmp(rows[i].name, text) == 0)
			return rows[i].resource;
	return -EINVAL;
}

const char *rlimit_to_string(int resource)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (rows[i].resource == resource)
			return rows[i].name;
	return NULL;
}

static parse_fn *parser_of(int resource)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (rows[i].resource == resource)
			return rows[i].parse;
	return parse_plain;
}

int rlimit_parse(int resource, const char *text, struct rlimit *ret)
{
	const char *colon = strchr(text, ':');
	_cleanup_(freep) char *soft_text =
		colon ? strndup(text, (size_t)(colon - text)) : strdup(text);
	uint64_t soft, hard;

	if (!soft_text)
		return -ENOMEM;
	int r = parser_of(resource)(soft_text, &soft);
	if (r < 0)
		return r;
	hard = soft;
	if (colon && (r = parser_of(resource)(colon + 1, &hard)) < 0)
		return r;
	if (soft > hard)
		return -EILSEQ;
	*ret = (struct rlimit){.rlim_cur = soft, .rlim_max = hard};
	return 0;
}

const char *rlimit_format(rlim_t value, char buffer[static 32])
{
	if (value == RLIM_INFINITY)
		return strcpy(buffer, "infinity");
	snprintf(buffer, 32, "%" PRIu64, (uint64_t)value);
	return buffer;
}
