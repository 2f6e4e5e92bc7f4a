/* SPDX-License-Identifier: MIT */
/*
 * What `show` prints, by systemd's names (org.freedesktop.systemd1(5)): settings come from the
 * table of directives, the rest from the unit as it lives. Times are microseconds; "infinity" where
 * there is no limit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/signal_name.h"
#include "common/syslog_level.h"
#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/file/dump.h"
#include "daemon/file/install.h"
#include "daemon/life/service.h"

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void put_dependencies(json_t *o, const struct unit *u)
{
	for (int kind = 0; kind < DEP_KIND_MAX; kind++) {
		json_t *names = json_array();

		UNIT_FOREACH (other, u, (enum dep_kind)kind)
			json_array_append_new(names, json_string(other->id));
		put(o, dep_kind_to_string((enum dep_kind)kind), names);
	}
}

static void put_moment(json_t *o, const char *name, const struct moment *m)
{
	char key[64];

	put(o, name, json_integer((json_int_t)m->realtime_usec));
	snprintf(key, sizeof(key), "%sMonotonic", name);
	put(o, key, json_integer((json_int_t)m->monotonic_usec));
}

static void put_names(json_t *o, const struct unit *u)
{
	json_t *names = json_pack("[s]", u->id);

	for (char **a = u->aliases; a && *a; a++)
		json_array_append_new(names, json_string(*a));
	put(o, "Names", names);
}

static void put_conditions(json_t *o, const struct unit *u, bool asserts, const char *key)
{
	json_t *list = json_array();

	for (size_t i = 0; i < u->config->unit.condition_count; i++) {
		const struct condition *c = &u->config->unit.conditions[i];
		char text[512];

		if (c->is_assert != asserts)
			continue;
		snprintf(text, sizeof(text), "%s%s=%s%s%s", asserts ? "Assert" : "Condition",
			condition_type_to_string(c->type), c->is_trigger ? "|" : "",
			c->is_negated ? "!" : "", c->parameter);
		json_array_append_new(list, json_string(text));
	}
	put(o, key, list);
}

/* As an error of systemd's bus, which is what people compare it with. */
static void put_load_error(json_t *o, const struct unit *u)
{
	static const struct {
		const char *name, *what;
	} errors[] = {
		[LOAD_NOT_FOUND] = {"NoSuchUnit", "not found"},
		[LOAD_MASKED] = {"UnitMasked", "is masked"},
		[LOAD_BAD_SETTING] = {"BadUnitSetting", "has a bad unit file setting"},
		[LOAD_ERROR] = {"LoadFailed", "failed to load properly"},
	};
	char text[512];

	if (u->load_state >= (int)ELEMENTS(errors) || !errors[u->load_state].name)
		return;
	snprintf(text, sizeof(text), "org.freedesktop.systemd1.%s \"Unit %s %s.\"",
		errors[u->load_state].name, u->id, errors[u->load_state].what);
	property_put_text(o, "LoadError", text);
}

/* Folders are looked through for links: only where somebody asks. */
static void put_file_state(json_t *o, struct manager *m, const struct unit *u)
{
	struct loader *l = &m->life.loader;
	bool has_file = u->config->path || u->load_state == LOAD_MASKED;

	property_put_text(o, "UnitFileState", has_file ? install_state(l, u, u->id) : "");
	property_put_text(o, "UnitFilePreset",
		!has_file					   ? ""
		: preset_enables(search_path_root(l->path), u->id) ? "enabled"
								   : "disabled");
}

static void put_unit(json_t *o, const struct unit *u)
{
	static const struct moment never;

	property_put_text(o, "Id", u->id);
	put_names(o, u);
	put_dependencies(o, u);
	property_put_text(o, "LoadState", unit_load_state_to_string(u->load_state));
	put_load_error(o, u);
	property_put_text(o, "ActiveState", unit_active_state_to_string(u->active));
	property_put_text(o, "SubState", unit_sub_state_name(u));
	property_put_text(o, "FragmentPath", u->config->path);
	put(o, "DropInPaths", property_strings(u->config->dropins));
	put_moment(o, "StateChangeTimestamp", &u->state_change);
	put_moment(o, "InactiveExitTimestamp", &u->inactive_exit);
	put_moment(o, "ActiveEnterTimestamp", &u->active_enter);
	put_moment(o, "ActiveExitTimestamp", &u->active_exit);
	put_moment(o, "InactiveEnterTimestamp", &u->inactive_enter);
	put_moment(o, "ConditionTimestamp", &u->condition_time);
	put_moment(o, "AssertTimestamp", u->condition_result ? &u->condition_time : &never);
	put(o, "ConditionResult", json_boolean(u->condition_result));
	put(o, "AssertResult", json_boolean(u->assert_result));
	put_conditions(o, u, false, "Conditions");
	put_conditions(o, u, true, "Asserts");
	put(o, "CanReload", json_boolean(unit_can_reload(u)));
	put(o, "CanStart",
		json_boolean(u->load_state == LOAD_LOADED && !u->config->unit.refuse_manual_start));
	put(o, "CanStop", json_boolean(!u->config->unit.refuse_manual_stop));
	put(o, "CanIsolate", json_boolean(u->config->unit.allow_isolate));
	put(o, "Job", u->job ? json_integer(u->job->id) : json_integer(0));
	put(o, "NeedDaemonReload", json_boolean(unit_needs_reload(u)));
	property_put_settings(o, u);
	property_put_text(o, "Description", unit_description(u));
}

static void put_record(json_t *o, const char *prefix, const struct exit_record *r)
{
	char key[64];

	snprintf(key, sizeof(key), "%sPID", prefix);
	put(o, key, json_integer(r->pid));
	snprintf(key, sizeof(key), "%sCode", prefix);
	put(o, key, json_integer(r->code));
	snprintf(key, sizeof(key), "%sStatus", prefix);
	put(o, key, json_integer(r->status));
	snprintf(key, sizeof(key), "%sStartTimestamp", prefix);
	put_moment(o, key, &r->start);
	snprintf(key, sizeof(key), "%sExitTimestamp", prefix);
	put_moment(o, key, &r->exit);
}

static void put_clean(json_t *o, const struct unit *u)
{
	unsigned kinds = service_can_clean(u);
	json_t *list = json_array();

	for (int kind = 0; kind < DIRECTORY_MAX; kind++)
		if (kinds >> kind & 1)
			json_array_append_new(list, json_string(service_clean_names[kind]));
	put(o, "CanClean", list);
	property_put_text(
		o, "CleanResult", u->service && u->service->clean_failed ? "exit-code" : "success");
}

static void put_service(json_t *o, const struct unit *u)
{
	const struct service *s = u->service;
	static const struct service none;

	if (!u->config->service)
		return;
	if (!s)
		s = &none;
	put(o, "MainPID", json_integer(s->main ? s->main->pid : 0));
	put(o, "ControlPID", json_integer(s->control ? s->control->pid : 0));
	property_put_text(o, "Result", service_result_to_string(s->result));
	property_put_text(o, "ReloadResult", service_result_to_string(s->reload_result));
	put(o, "NRestarts", json_integer(s->restarts));
	put(o, "NFileDescriptorStore", json_integer(service_stored_count(s)));
	property_put_text(o, "StatusText", s->status_text);
	put(o, "StatusErrno", json_integer(s->status_errno));
	property_put_text(o, "InvocationID", s->invocation_id);
	put_clean(o, u);
	put(o, "CanFreeze", json_boolean(u->context && unit_life(u)->cgroups.fd >= 0));
	property_put_text(o, "FreezerState",
		service_is_freezing(s) ? "freezing"
		: s->frozen	       ? "frozen"
				       : "running");
	put_record(o, "ExecMain", &s->main_record);
}

static void put_diagnostics(json_t *o, const struct unit *u)
{
	json_t *list = json_array();
	_cleanup_(freep) char *reason = unit_reason(u);

	add_diagnostics(list, u);
	put(o, "Diagnostics", list);
	property_put_text(o, "Reason", reason);
}

static bool is_wanted(char *const *wanted, const char *name)
{
	return !wanted || strv_contains(wanted, name);
}

/* Only those that somebody asked for. */
static void drop_unwanted(json_t *o, char *const *wanted)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(o, next, name, value) if (!is_wanted(wanted, name))
		json_object_del(o, name);
}

json_t *properties_of_unit(struct manager *m, const struct unit *u, char *const *wanted)
{
	json_t *o = json_object();

	if (is_wanted(wanted, "UnitFileState") || is_wanted(wanted, "UnitFilePreset"))
		put_file_state(o, m, u);
	put_unit(o, u);
	put_service(o, u);
	put_cgroup_properties(o, u);
	put_trigger_properties(o, u);
	put_diagnostics(o, u);
	property_put_defaults(o, u);
	drop_unwanted(o, wanted);
	return o;
}

static json_t *count_failed(const struct manager *m)
{
	json_int_t n = 0;

	for (size_t i = 0; i < m->life.units.count; i++)
		n += m->life.units.list[i]->active == UNIT_FAILED;
	return json_integer(n);
}

json_t *properties_of_manager(struct manager *m, char *const *wanted)
{
	json_t *o = json_object();

	property_put_text(o, "Version", REAPERD_VERSION);
	property_put_text(o, "SystemState", manager_state_name(m));
	put(o, "PID", json_integer(getpid()));
	put(o, "NNames", json_integer((json_int_t)m->life.units.count));
	put(o, "NFailedUnits", count_failed(m));
	put(o, "NJobs", json_integer((json_int_t)m->life.jobs.count));
	put_moment(o, "UserspaceTimestamp", &m->start);
	put_moment(o, "FinishTimestamp", &m->ready);
	put(o, "UnitPath", property_strings(search_path_dirs(m->life.loader.path)));
	property_put_text(o, "UnitFolder", search_path_writable(m->life.loader.path));
	property_put_text(
		o, "RuntimeUnitFolder", search_path_writable_at(m->life.loader.path, true));
	put(o, "Environment", property_strings(m->life.spawn.environment));
	property_put_text(o, "ControlSocket", m->socket);
	property_put_text(o, "LogLevel", enum_to_string(&syslog_level_names, log_get_level()));
	property_put_text(o, "LogTarget", log_target_to_string(log_get_target()));
	put(o, "ServiceWatchdogs", json_boolean(!m->life.ignores_watchdogs));
	property_put_text(o, "LogDirectory", m->settings.log_files.directory);
	drop_unwanted(o, wanted);
	return o;
}
