/* SPDX-License-Identifier: MIT */
/* Properties that are settings: by the table of directives, and what systemd shows of those that
 * are not set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/signal_name.h"
#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/file/dump.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"

static json_t *number(uint64_t n)
{
	return n == UINT64_MAX ? json_string("infinity") : json_integer((json_int_t)n);
}

/* TimeoutStartSec= is TimeoutStartUSec when it is shown. */
static const char *shown_key(const struct directive *d, char *buffer, size_t size)
{
	bool is_span = d->type == &type_usec || d->type == &type_usec_or_infinity ||
		       d->type == &type_timeout || d->type == &type_timeout_abort;
	size_t n = strlen(d->key);

	if (!is_span || !text_ends_with(d->key, "Sec"))
		return d->key;
	snprintf(buffer, size, "%.*sUSec", (int)n - 3, d->key);
	return buffer;
}

static json_t *command_value(const struct command *c, const struct exit_record *r)
{
	static const struct exit_record never;

	if (!r)
		r = &never;
	return json_pack("{s:s, s:o, s:b, s:I, s:I, s:i, s:i, s:i}", "path", c->path, "argv",
		property_strings(c->argv), "ignore_errors",
		(c->flags & COMMAND_IGNORE_FAILURE) != 0, "start_usec",
		(json_int_t)r->start.realtime_usec, "stop_usec", (json_int_t)r->exit.realtime_usec,
		"pid", (int)r->pid, "code", r->code, "status", r->status);
}

/* How the command ran the last time, as far as it is known: of the main process, and of the control
 * process that was last. */
static const struct exit_record *record_of(
	const struct service *s, enum command_list list, size_t index)
{
	if (!s)
		return NULL;
	if (list == COMMANDS_START && index == s->main_index && s->main_record.pid)
		return &s->main_record;
	return list == s->list && index == s->index ? s->control_record : NULL;
}

static json_t *commands_value(const struct unit *u, enum command_list list)
{
	struct commands c = config_commands(u->config, list);
	json_t *array = json_array();

	for (size_t i = 0; i < c.count; i++)
		json_array_append_new(
			array, command_value(&c.list[i], record_of(u->service, list, i)));
	return array;
}

static bool is_list(const struct value_type *t)
{
	return t == &type_words || t == &type_lines || t == &type_environment ||
	       t == &type_environment_file || t == &type_documentation || t == &type_names ||
	       t == &type_directories || t == &type_groups;
}

static json_t *setting_value(const struct unit *u, const struct directive *d, const void *field)
{
	const struct value_type *t = d->type;

	if (t == &type_bool)
		return json_boolean(*(const bool *)field);
	if (t == &type_usec || t == &type_usec_or_infinity || t == &type_timeout ||
		t == &type_timeout_abort)
		return number(*(const uint64_t *)field);
	if (t == &type_unsigned)
		return json_integer(*(const unsigned *)field);
	if (t == &type_signal || t == &type_exit_status || t == &type_nice ||
		t == &type_oom_score_adjust)
		return json_integer(*(const int *)field);
	if (t == &type_commands)
		return commands_value(u, (enum command_list)d->argument);
	if (is_list(t))
		return property_strings(*(char **const *)field);
	_cleanup_(freep) char *text = t->format ? t->format(d, field) : NULL;
	return t->format ? json_string(text ? text : "") : NULL;
}

/* What is not set is inherited from us. */
static void put_limit(struct properties *p, const struct directive *d, const void *field)
{
	const struct rlimit *limit = *(struct rlimit *const *)field;
	struct rlimit ours;
	char soft[64];

	snprintf(soft, sizeof(soft), "%sSoft", d->key);
	if (!property_is_wanted(p, d->key) && !property_is_wanted(p, soft))
		return;
	if (!limit && getrlimit(d->argument, &ours) < 0)
		return;
	if (!limit)
		limit = &ours;
	property_put(p, d->key, number(limit->rlim_max));
	property_put(p, soft, number(limit->rlim_cur));
}

void property_put_settings(struct properties *p, const struct unit *u)
{
	const struct directive *d;
	char buffer[64];

	for (size_t i = 0; (d = directive_at(i)); i++) {
		const char *key = shown_key(d, buffer, sizeof(buffer));
		const void *field = directive_field(d, u->config);

		if (d->flags & DIRECTIVE_OLD || d->type == &type_timeout_both ||
			strcmp(d->section, "Install") == 0)
			continue;
		const char *kept = d->group == GROUP_NONE ? kept_get(u->config, d) : NULL;
		if (kept)
			property_put_text(p, key, kept);
		else if (field && d->type == &type_rlimit)
			put_limit(p, d, field);
		else if (field && property_is_wanted(p, key)) {
			json_t *value = setting_value(u, d, field);
			if (value)
				property_put(p, key, value);
		}
	}
}

/* What follows another setting where it was not made. */
static void put_followers(struct properties *p, const struct unit *u)
{
	const struct service_settings *s = u->config->service;

	if (!s)
		return;
	if (!s->timeout_abort_set)
		property_put(p, "TimeoutAbortUSec", number(s->timeout_stop_usec));
	if (!u->config->kill->restart_signal)
		property_put(p, "RestartKillSignal", json_integer(u->config->kill->signal));
}

enum scope {
	OF_UNITS,
	OF_PROCESSES, /* services and sockets */
	OF_SERVICES,
	OF_SOCKETS,
	OF_TIMERS,
};

/* clang-format off */
static const struct {
	const char *name, *text;
	enum scope scope;
} defaults[] = {
	{"CanFreeze", "no", OF_UNITS},
	{"FreezerState", "running", OF_UNITS},
	{"CanClean", "", OF_UNITS},
	{"CollectMode", "inactive", OF_UNITS},
	{"JobTimeoutUSec", "infinity", OF_UNITS},
	{"JobRunningTimeoutUSec", "infinity", OF_UNITS},
	{"JobTimeoutAction", "none", OF_UNITS},
	{"Perpetual", "no", OF_UNITS},
	{"Transient", "no", OF_UNITS},
	{"CPUSchedulingPolicy", "0", OF_PROCESSES},
	{"CPUSchedulingPriority", "0", OF_PROCESSES},
	{"CoredumpFilter", "0x33", OF_PROCESSES},
	{"IOSchedulingClass", "2", OF_PROCESSES},
	{"IOSchedulingPriority", "4", OF_PROCESSES},
	{"KeyringMode", "private", OF_SERVICES},
	{"KeyringMode", "shared", OF_SOCKETS},
	{"IPTOS", "-1", OF_SOCKETS},
	{"WakeSystem", "no", OF_TIMERS},
	{"LockPersonality", "no", OF_PROCESSES},
	{"LogLevelMax", "-1", OF_PROCESSES},
	{"MemoryDenyWriteExecute", "no", OF_PROCESSES},
	{"MountAPIVFS", "no", OF_PROCESSES},
	{"NUMAPolicy", "n/a", OF_PROCESSES},
	{"PrivateDevices", "no", OF_PROCESSES},
	{"PrivateIPC", "no", OF_PROCESSES},
	{"PrivateMounts", "no", OF_PROCESSES},
	{"PrivateNetwork", "no", OF_PROCESSES},
	{"PrivateTmp", "no", OF_PROCESSES},
	{"PrivateUsers", "no", OF_PROCESSES},
	{"ProcSubset", "all", OF_PROCESSES},
	{"ProtectClock", "no", OF_PROCESSES},
	{"ProtectControlGroups", "no", OF_PROCESSES},
	{"ProtectHome", "no", OF_PROCESSES},
	{"ProtectHostname", "no", OF_PROCESSES},
	{"ProtectKernelLogs", "no", OF_PROCESSES},
	{"ProtectKernelModules", "no", OF_PROCESSES},
	{"ProtectKernelTunables", "no", OF_PROCESSES},
	{"ProtectProc", "default", OF_PROCESSES},
	{"ProtectSystem", "no", OF_PROCESSES},
	{"RemoveIPC", "no", OF_PROCESSES},
	{"RestrictNamespaces", "no", OF_PROCESSES},
	{"RestrictRealtime", "no", OF_PROCESSES},
	{"RestrictSUIDSGID", "no", OF_PROCESSES},
	{"SameProcessGroup", "no", OF_PROCESSES},
	{"SecureBits", "0", OF_PROCESSES},
	{"SyslogFacility", "3", OF_PROCESSES},
	{"SyslogLevel", "6", OF_PROCESSES},
	{"SyslogLevelPrefix", "yes", OF_PROCESSES},
	{"SyslogPriority", "30", OF_PROCESSES},
	{"TimeoutCleanUSec", "infinity", OF_PROCESSES},
	{"UtmpMode", "init", OF_PROCESSES},
	{"CleanResult", "success", OF_SERVICES},
	{"ExitType", "main", OF_SERVICES},
	{"OOMPolicy", "stop", OF_SERVICES},
	{"StartupCPUWeight", "[not set]", OF_PROCESSES},
	{"StartupCPUShares", "[not set]", OF_PROCESSES},
	{"StartupIOWeight", "[not set]", OF_PROCESSES},
	{"BlockIOWeight", "[not set]", OF_PROCESSES},
	{"StartupBlockIOWeight", "[not set]", OF_PROCESSES},
	{"CPUWeight", "[not set]", OF_PROCESSES},
	{"CPUShares", "[not set]", OF_PROCESSES},
	{"IOWeight", "[not set]", OF_PROCESSES},
	{"CPUQuotaPeriodUSec", "infinity", OF_PROCESSES},
	{"CPUQuotaPerSecUSec", "infinity", OF_PROCESSES},
	{"DefaultMemoryLow", "0", OF_PROCESSES},
	{"DefaultMemoryMin", "0", OF_PROCESSES},
	{"MemoryMin", "0", OF_PROCESSES},
	{"MemoryLow", "0", OF_PROCESSES},
	{"MemoryHigh", "infinity", OF_PROCESSES},
	{"MemoryMax", "infinity", OF_PROCESSES},
	{"MemorySwapMax", "infinity", OF_PROCESSES},
	{"MemoryLimit", "infinity", OF_PROCESSES},
	{"DevicePolicy", "auto", OF_PROCESSES},
	{"ManagedOOMSwap", "auto", OF_PROCESSES},
	{"ManagedOOMMemoryPressure", "auto", OF_PROCESSES},
	{"ManagedOOMMemoryPressureLimit", "0", OF_PROCESSES},
	{"ManagedOOMPreference", "none", OF_PROCESSES},
	{"CPUAffinityFromNUMA", "no", OF_PROCESSES},
	{"IOAccounting", "no", OF_PROCESSES},
	{"BlockIOAccounting", "no", OF_PROCESSES},
	{"IPAccounting", "no", OF_PROCESSES},
	{"IPIngressBytes", "[no data]", OF_PROCESSES},
	{"IPIngressPackets", "[no data]", OF_PROCESSES},
	{"IPEgressBytes", "[no data]", OF_PROCESSES},
	{"IPEgressPackets", "[no data]", OF_PROCESSES},
	{"Delegate", "no", OF_PROCESSES},
	{"UID", "[not set]", OF_PROCESSES},
	{"GID", "[not set]", OF_PROCESSES},
	{"LogRateLimitIntervalUSec", "0", OF_PROCESSES},
	{"LogRateLimitBurst", "0", OF_PROCESSES},
	{"MemoryCurrent", "[not set]", OF_PROCESSES},
	{"CPUUsageNSec", "[not set]", OF_PROCESSES},
	{"TasksCurrent", "[not set]", OF_PROCESSES},
	{"WatchdogTimestampMonotonic", "0", OF_SERVICES},
};
/* clang-format on */

void property_put_defaults(struct properties *p, const struct unit *u)
{
	put_followers(p, u);
	bool has_processes = u->type == UNIT_SERVICE || u->type == UNIT_SOCKET;

	for (size_t i = 0; i < ELEMENTS(defaults); i++) {
		enum scope scope = defaults[i].scope;
		bool applies = scope == OF_UNITS || (scope == OF_PROCESSES && has_processes) ||
			       (scope == OF_SERVICES && u->type == UNIT_SERVICE) ||
			       (scope == OF_SOCKETS && u->type == UNIT_SOCKET) ||
			       (scope == OF_TIMERS && u->type == UNIT_TIMER);

		const json_t *value = json_object_get(p->object, defaults[i].name);
		bool is_unset = !value || (json_is_string(value) && !json_string_length(value));

		if (applies && is_unset)
			property_put(p, defaults[i].name, json_string(defaults[i].text));
	}
}
