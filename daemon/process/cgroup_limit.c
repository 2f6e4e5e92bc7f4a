/* SPDX-License-Identifier: MIT */
#include "daemon/process/cgroup_limit.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "common/clock.h"
#include "common/own.h"
#include "common/value.h"
#include "daemon/base/word.h"

#define WEIGHT_MAX 10000
#define WEIGHT_USUAL 100
#define SHARES_USUAL 1024 /* CPUShares=, of the older tree */
#define BLOCK_USUAL 500	  /* BlockIOWeight=, likewise */
#define PERIOD_USUAL_USEC (100 * USEC_PER_MSEC)
#define PERIOD_LEAST_USEC USEC_PER_MSEC

typedef const struct cgroup_limit_source source_t;
typedef const struct cgroup_limit limit_t;

/* What is said first of a row's keys; NULL: nothing. */
static const char *said(limit_t *limit, source_t *source, unsigned *ret_which)
{
	for (unsigned i = 0; limit->keys[i]; i++) {
		const char *text = source->get(limit->keys[i], source->data);

		*ret_which = i;
		if (text && *text)
			return text;
	}
	return NULL;
}

int cgroup_parse_quota(const char *text, uint64_t *ret)
{
	unsigned share;

	if (!*text) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (value_parse_share(text, &share) < 0 || !share)
		return -EINVAL;
	*ret = (uint64_t)share * USEC_PER_SEC / 10000;
	return 0;
}

int cgroup_parse_amount(const char *text, uint64_t whole, uint64_t *ret)
{
	unsigned share;

	if (value_parse_percent(text, &share) < 0)
		return value_parse_size(text, ret) < 0 ? -EINVAL : 0;
	/* Divided first, for the product may not fit. */
	*ret = whole / 10000 * share + whole % 10000 * share / 10000;
	return 0;
}

static int put_amount(char *text, size_t size, const char *value, uint64_t whole)
{
	uint64_t n;

	if (cgroup_parse_amount(value, whole, &n) < 0)
		return -EINVAL;
	if (n == UINT64_MAX)
		snprintf(text, size, "max");
	else
		snprintf(text, size, "%" PRIu64, n);
	return 1;
}

static int format_memory(limit_t *limit, source_t *source, char *text, size_t size)
{
	unsigned which;
	const char *value = said(limit, source, &which);

	return value ? put_amount(text, size, value, source->memory_bytes) : 0;
}

static int format_tasks(limit_t *limit, source_t *source, char *text, size_t size)
{
	unsigned which;
	const char *value = said(limit, source, &which);

	return value ? put_amount(text, size, value, source->tasks) : 0;
}

/* A weight of this tree, or one of the older tree's scale in relation to its usual one. */
static int parse_weight(const char *value, unsigned usual, uint64_t *ret)
{
	if (value_parse_u64(value, usual * (uint64_t)WEIGHT_MAX, ret) < 0)
		return -EINVAL;
	*ret = *ret * WEIGHT_USUAL / usual;
	if (*ret < 1 && usual != WEIGHT_USUAL)
		*ret = 1;
	if (*ret > WEIGHT_MAX && usual != WEIGHT_USUAL)
		*ret = WEIGHT_MAX;
	return *ret >= 1 && *ret <= WEIGHT_MAX ? 0 : -EINVAL;
}

static int format_cpu_weight(limit_t *limit, source_t *source, char *text, size_t size)
{
	unsigned which;
	const char *value = said(limit, source, &which);
	uint64_t weight;

	if (!value || strcmp(value, "idle") == 0)
		return 0;
	if (parse_weight(value, which ? SHARES_USUAL : WEIGHT_USUAL, &weight) < 0)
		return -EINVAL;
	snprintf(text, size, "%" PRIu64, weight);
	return 1;
}

static int format_cpu_idle(limit_t *limit, source_t *source, char *text, size_t size)
{
	unsigned which;
	const char *value = said(limit, source, &which);

	if (!value || strcmp(value, "idle") != 0)
		return 0;
	snprintf(text, size, "1");
	return 1;
}

/* The period grows until the quota in it is what the kernel can tell, a millisecond. */
static int format_cpu_max(limit_t *limit, source_t *source, char *text, size_t size)
{
	const char *value = source->get(limit->keys[0], source->data);
	const char *of = source->get(limit->keys[1], source->data);
	uint64_t quota, period = PERIOD_USUAL_USEC;

	if (!value || !*value)
		return 0;
	if (cgroup_parse_quota(value, &quota) < 0 ||
		(of && *of && value_parse_usec(of, &period) < 0))
		return -EINVAL;
	uint64_t least = (PERIOD_LEAST_USEC * USEC_PER_SEC + quota - 1) / quota;
	period = period < PERIOD_LEAST_USEC ? PERIOD_LEAST_USEC : period;
	period = period < least ? least : period;
	period = period > USEC_PER_SEC ? USEC_PER_SEC : period;
	quota = quota * period / USEC_PER_SEC;
	quota = quota < PERIOD_LEAST_USEC ? PERIOD_LEAST_USEC : quota;
	snprintf(text, size, "%" PRIu64 " %" PRIu64, quota, period);
	return 1;
}

/* Numbers and ranges, with commas between. */
static int format_set(limit_t *limit, source_t *source, char *text, size_t size)
{
	unsigned which;
	const char *value = said(limit, source, &which);
	size_t n = 0;

	if (!value)
		return 0;
	for (; *value && n + 1 < size; value++) {
		bool separates = isspace((unsigned char)*value) || *value == ',';

		if (separates && (!n || text[n - 1] == ','))
			continue;
		if (!separates && !isdigit((unsigned char)*value) && *value != '-')
			return -EINVAL;
		text[n++] = separates ? ',' : *value;
	}
	n -= n && text[n - 1] == ',';
	text[n] = 0;
	return n && !*value ? 1 : -EINVAL;
}

static int format_io_weight(limit_t *limit, source_t *source, char *text, size_t size)
{
	unsigned which;
	const char *value = said(limit, source, &which);
	uint64_t weight;

	if (!value)
		return 0;
	if (parse_weight(value, which ? BLOCK_USUAL : WEIGHT_USUAL, &weight) < 0)
		return -EINVAL;
	snprintf(text, size, "default %" PRIu64, weight);
	return 1;
}

/* A rate: with K, M, G and T of 1000, as disks are sold. */
static int parse_rate(const char *text, uint64_t *ret)
{
	static const char units[] = "KMGT";
	uint64_t n, factor = 1;
	char *end;

	if (strcmp(text, "infinity") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	n = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (*end && (!unit || end[1]))
		return -EINVAL;
	for (const char *u = units; unit && u <= unit; u++)
		factor *= 1000;
	return __builtin_mul_overflow(n, factor, ret) ? -EINVAL : 0;
}

struct device_format {
	const char *key; /* of the line: "rbps"; NULL: the value stands alone */
	int (*parse)(const char *text, uint64_t *ret);
};

static int parse_device_weight(const char *text, uint64_t *ret)
{
	return parse_weight(text, WEIGHT_USUAL, ret);
}

/* Appends "8:0 rbps=1000\n" for each line "/dev/sda 1K" of a setting. A device that is not there is
 * passed over. */
static int put_devices(source_t *source, const char *lines, const struct device_format *format,
	char *text, size_t size)
{
	char *word;

	while (word_next(&lines, &word, WORD_UNQUOTE) > 0) {
		_cleanup_(freep) char *path = word, *value = NULL;
		size_t used = strlen(text);
		uint64_t n;
		dev_t device;

		if (word_next(&lines, &value, WORD_UNQUOTE) <= 0 || format->parse(value, &n) < 0)
			return -EINVAL;
		if (source->device(path, &device, source->data) < 0)
			continue;
		int length = snprintf(text + used, size - used, "%u:%u %s%s", major(device),
			minor(device), format->key ? format->key : "", format->key ? "=" : "");
		length += n == UINT64_MAX
				  ? snprintf(text + used + length, size - used - length, "max\n")
				  : snprintf(text + used + length, size - used - length,
					    "%" PRIu64 "\n", n);
		if (used + (size_t)length >= size)
			return -E2BIG;
	}
	return *text ? 1 : 0;
}

static int format_io_max(limit_t *limit, source_t *source, char *text, size_t size)
{
	static const char *const keys[CGROUP_LIMIT_KEYS] = {
		"rbps", "wbps", "riops", "wiops", "rbps", "wbps"};
	int r = 0;

	for (unsigned i = 0; limit->keys[i] && r >= 0; i++) {
		const char *lines = source->get(limit->keys[i], source->data);
		const struct device_format format = {keys[i], parse_rate};

		if (lines)
			r = put_devices(source, lines, &format, text, size);
	}
	return r < 0 ? r : *text != 0;
}

static int format_device_weights(limit_t *limit, source_t *source, char *text, size_t size)
{
	static const struct device_format format = {NULL, parse_device_weight};
	unsigned which;
	const char *lines = said(limit, source, &which);

	return lines ? put_devices(source, lines, &format, text, size) : 0;
}

static int format_latencies(limit_t *limit, source_t *source, char *text, size_t size)
{
	static const struct device_format format = {"target", value_parse_usec};
	unsigned which;
	const char *lines = said(limit, source, &which);

	return lines ? put_devices(source, lines, &format, text, size) : 0;
}

/* The memory that is protected comes before what is taken away. */
static const struct cgroup_limit limits[] = {
	{"memory.min", CONTROLLER_MEMORY, {"MemoryMin"}, format_memory, "0"},
	{"memory.low", CONTROLLER_MEMORY, {"MemoryLow"}, format_memory, "0"},
	{"memory.high", CONTROLLER_MEMORY, {"MemoryHigh"}, format_memory, "max"},
	{"memory.max", CONTROLLER_MEMORY, {"MemoryMax", "MemoryLimit"}, format_memory, "max"},
	{"memory.swap.max", CONTROLLER_MEMORY, {"MemorySwapMax"}, format_memory, "max"},
	{"memory.zswap.max", CONTROLLER_MEMORY, {"MemoryZSwapMax"}, format_memory, "max"},
	{"pids.max", CONTROLLER_PIDS, {"TasksMax"}, format_tasks, "max"},
	{"cpu.idle", CONTROLLER_CPU, {"CPUWeight"}, format_cpu_idle, "0"},
	{"cpu.weight", CONTROLLER_CPU, {"CPUWeight", "CPUShares"}, format_cpu_weight, "100"},
	{"cpu.max", CONTROLLER_CPU, {"CPUQuota", "CPUQuotaPeriodSec"}, format_cpu_max, "max"},
	{"cpuset.cpus", CONTROLLER_CPUSET, {"AllowedCPUs"}, format_set, "\n"},
	{"cpuset.mems", CONTROLLER_CPUSET, {"AllowedMemoryNodes"}, format_set, "\n"},
	{"io.weight", CONTROLLER_IO, {"IOWeight", "BlockIOWeight"}, format_io_weight,
		"default 100"},
	{"io.weight", CONTROLLER_IO, {"IODeviceWeight"}, format_device_weights, NULL},
	{"io.max", CONTROLLER_IO,
		{"IOReadBandwidthMax", "IOWriteBandwidthMax", "IOReadIOPSMax", "IOWriteIOPSMax",
			"BlockIOReadBandwidth", "BlockIOWriteBandwidth"},
		format_io_max, NULL},
	{"io.latency", CONTROLLER_IO, {"IODeviceLatencyTargetSec"}, format_latencies, NULL},
};

static const struct {
	const char *key;
	enum cgroup_controller controller;
	bool usual; /* on where nothing is said, as systemd has it */
} accounting[] = {
	{"MemoryAccounting", CONTROLLER_MEMORY, true},
	{"TasksAccounting", CONTROLLER_PIDS, true},
	{"IOAccounting", CONTROLLER_IO, false},
	{"BlockIOAccounting", CONTROLLER_IO, false},
};

const struct cgroup_limit *cgroup_limit_at(unsigned index)
{
	return index < ELEMENTS(limits) ? &limits[index] : NULL;
}

int cgroup_limit_text(limit_t *limit, source_t *source, char *text)
{
	*text = 0;
	return limit->format(limit, source, text, CGROUP_LIMIT_TEXT);
}

unsigned cgroup_limit_controllers(source_t *source)
{
	unsigned found = 0, which;

	for (size_t i = 0; i < ELEMENTS(limits); i++)
		if (said(&limits[i], source, &which))
			found |= 1U << limits[i].controller;
	for (size_t i = 0; i < ELEMENTS(accounting); i++) {
		const char *text = source->get(accounting[i].key, source->data);

		if (text ? value_parse_bool(text) > 0 : accounting[i].usual)
			found |= 1U << accounting[i].controller;
	}
	return found;
}
