/* SPDX-License-Identifier: MIT */
/* Values of the exec group: limits, priorities, scheduling. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/rlimit_name.h"
#include "daemon/file/types.h"

static int parse_rlimit(struct directive_context *c, const char *text, void *field)
{
	struct rlimit **slot = field, limit;
	int r = rlimit_parse(c->directive->argument, text, &limit);

	if (r == -EILSEQ)
		return directive_refuse(c, text, "the soft limit is above the hard one");
	if (r < 0)
		return directive_refuse(
			c, text, "not a limit; write a number, infinity, or soft:hard");
	if (!*slot && !(*slot = malloc(sizeof(**slot))))
		return -ENOMEM;
	**slot = limit;
	return 0;
}

static char *format_rlimit(const struct directive *d, const void *field)
{
	const struct rlimit *limit = *(struct rlimit *const *)field;
	char buffer[32];

	(void)d;
	return limit ? strdup(rlimit_format(limit->rlim_max, buffer)) : NULL;
}

static int parse_nice(struct directive_context *c, const char *text, void *field)
{
	long n;

	if (!*text) {
		*(int *)field = 0;
		c->config->exec->nice_set = false;
		return 0;
	}
	if (value_parse_int(text, -20, 19, &n) < 0)
		return directive_refuse(c, text, "not a nice level from -20 to 19");
	*(int *)field = (int)n;
	c->config->exec->nice_set = true;
	return 0;
}

static char *format_int(const struct directive *d, const void *field)
{
	char *text;

	(void)d;
	return asprintf(&text, "%d", *(const int *)field) < 0 ? NULL : text;
}

static char *format_nice(const struct directive *d, const void *field)
{
	const struct exec_settings *e =
		(const void *)((const char *)field - offsetof(struct exec_settings, nice));

	return e->nice_set ? format_int(d, field) : NULL;
}

static char *format_oom_score_adjust(const struct directive *d, const void *field)
{
	const struct exec_settings *e =
		(const void *)((const char *)field -
			       offsetof(struct exec_settings, oom_score_adjust));

	return e->oom_score_adjust_set ? format_int(d, field) : NULL;
}

static int parse_oom_score_adjust(struct directive_context *c, const char *text, void *field)
{
	long n;

	if (!*text) {
		c->config->exec->oom_score_adjust_set = false;
		return 0;
	}
	if (value_parse_int(text, -1000, 1000, &n) < 0)
		return directive_refuse(c, text, "not a number from -1000 to 1000");
	*(int *)field = (int)n;
	c->config->exec->oom_score_adjust_set = true;
	return 0;
}

static const struct {
	const char *name;
	int policy;
} cpu_policies[] = {{"other", SCHED_OTHER}, {"batch", SCHED_BATCH}, {"idle", SCHED_IDLE},
	{"fifo", SCHED_FIFO}, {"rr", SCHED_RR}};

static int parse_cpu_policy(struct directive_context *c, const char *text, void *field)
{
	for (size_t i = 0; i < ELEMENTS(cpu_policies); i++)
		if (strcmp(cpu_policies[i].name, text) == 0) {
			*(int *)field = cpu_policies[i].policy;
			c->config->exec->cpu_policy_set = true;
			return 0;
		}
	return directive_refuse(c, text, "not one of other, batch, idle, fifo, rr");
}

static char *format_cpu_policy(const struct directive *d, const void *field)
{
	(void)d;
	for (size_t i = 0; i < ELEMENTS(cpu_policies); i++)
		if (cpu_policies[i].policy == *(const int *)field && *(const int *)field)
			return strdup(cpu_policies[i].name);
	return NULL;
}

static int parse_cpu_priority(struct directive_context *c, const char *text, void *field)
{
	long n;

	if (value_parse_int(text, 0, 99, &n) < 0)
		return directive_refuse(c, text, "not a priority from 0 to 99");
	*(int *)field = (int)n;
	c->config->exec->cpu_policy_set = true;
	return 0;
}

static const char *const io_classes[] = {
	"none", "realtime", "best-effort", "idle", "4", "5", "6", "7"};

/* The kernel's one number: class << 13 | level (ioprio_set(2)). */
static int parse_ioprio_class(struct directive_context *c, const char *text, void *field)
{
	int *ioprio = field;

	if (!*text) {
		*ioprio = 0;
		c->config->exec->ioprio_set = false;
		return 0;
	}
	for (int i = 0; i < (int)ELEMENTS(io_classes); i++)
		if (strcmp(io_classes[i], text) == 0 || (text[0] == '0' + i && !text[1])) {
			*ioprio = i << 13 | (*ioprio & 7);
			c->config->exec->ioprio_set = true;
			return 0;
		}
	return directive_refuse(c, text, "not one of none, realtime, best-effort, idle");
}

static char *format_ioprio_class(const struct directive *d, const void *field)
{
	const struct exec_settings *e =
		(const void *)((const char *)field - offsetof(struct exec_settings, ioprio));
	int class = *(const int *)field >> 13;

	(void)d;
	if (e->ioprio_set && class == 0)
		class = 2; /* none is best-effort to the kernel */
	return class > 0 && class < (int)ELEMENTS(io_classes) ? strdup(io_classes[class]) : NULL;
}

static int parse_ioprio_priority(struct directive_context *c, const char *text, void *field)
{
	int *ioprio = field;
	long n;

	if (value_parse_int(text, 0, 7, &n) < 0)
		return directive_refuse(c, text, "not a level from 0 to 7");
	*ioprio = (*ioprio >> 13 ? *ioprio & ~7 : 2 << 13) | (int)n;
	c->config->exec->ioprio_set = true;
	return 0;
}

static void done_limit(void *field)
{
	free(*(struct rlimit **)field);
	*(struct rlimit **)field = NULL;
}

const struct value_type type_rlimit = {"limit", parse_rlimit, format_rlimit, done_limit};
const struct value_type type_nice = {"nice level", parse_nice, format_nice, NULL};
const struct value_type type_oom_score_adjust = {
	"-1000 to 1000", parse_oom_score_adjust, format_oom_score_adjust, NULL};
const struct value_type type_cpu_policy = {
	"scheduling policy", parse_cpu_policy, format_cpu_policy, NULL};
const struct value_type type_cpu_priority = {"0 to 99", parse_cpu_priority, NULL, NULL};
const struct value_type type_ioprio_class = {
	"I/O scheduling class", parse_ioprio_class, format_ioprio_class, NULL};
const struct value_type type_ioprio_priority = {"0 to 7", parse_ioprio_priority, NULL, NULL};
