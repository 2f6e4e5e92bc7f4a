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
#include "daemon/file/preset.h"
#include "daemon/life/service.h"

static void put_dependencies(struct properties *p, const struct unit *u)
{
	for (int kind = 0; kind < DEP_KIND_MAX; kind++) {
		const char *key = dep_kind_to_string((enum dep_kind)kind);

		if (!property_is_wanted(p, key))
			continue;
		json_t *names = json_array();
		UNIT_FOREACH (other, u, (enum dep_kind)kind)
			json_array_append_new(names, json_string(other->id));
		property_put(p, key, names);
	}
}

static void put_moment(struct properties *p, const char *name, const struct moment *m)
{
	char key[64];

	property_put(p, name, json_integer((json_int_t)m->realtime_usec));
	snprintf(key, sizeof(key), "%sMonotonic", name);
	property_put(p, key, json_integer((json_int_t)m->monotonic_usec));
}

static void put_names(struct properties *p, const struct unit *u)
{
	json_t *names = json_pack("[s]", u->id);

	for (char **a = u->aliases; a && *a; a++)
		json_array_append_new(names, json_string(*a));
	property_put(p, "Names", names);
}

static void put_conditions(
	struct properties *p, const struct unit *u, bool asserts, const char *key)
{
	json_t *list = json_array();

	for (size_t i = 0; property_is_wanted(p, key) && i < u->config->condition_count; i++) {
		const struct condition *c = &u->config->conditions[i];
		char text[512];

		if (c->is_assert != asserts)
			continue;
		snprintf(text, sizeof(text), "%s%s=%s%s%s", asserts ? "Assert" : "Condition",
			condition_type_to_string(c->type), c->is_trigger ? "|" : "",
			c->is_negated ? "!" : "", c->parameter);
		json_array_append_new(list, json_string(text));
	}
	property_put(p, key, list);
}

/* As an error of systemd's bus, which is what people compare it with. */
static void put_load_error(struct properties *p, const struct unit *u)
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
	property_put_text(p, "LoadError", text);
}

/* Folders are looked through for links: only where somebody asks. */
static void put_file_state(struct properties *p, struct manager *m, const struct unit *u)
{
	struct loader *l = &m->life.loader;
	bool has_file = u->config->path || u->load_state == LOAD_MASKED;

	if (property_is_wanted(p, "UnitFileState"))
		property_put_text(p, "UnitFileState", has_file ? install_state(l, u, u->id) : "");
	if (property_is_wanted(p, "UnitFilePreset"))
		property_put_text(p, "UnitFilePreset",
			!has_file					      ? ""
			: presets_enable(search_path_presets(l->path), u->id) ? "enabled"
									      : "disabled");
}

static void put_unit(struct properties *p, const struct unit *u)
{
	static const struct moment never;

	property_put_text(p, "Id", u->id);
	put_names(p, u);
	put_dependencies(p, u);
	property_put_text(p, "LoadState", unit_load_state_to_string(u->load_state));
	put_load_error(p, u);
	property_put_text(p, "ActiveState", unit_active_state_to_string(u->active));
	property_put_text(p, "SubState", unit_sub_state_name(u));
	property_put_text(p, "FragmentPath", u->config->path);
	property_put(p, "DropInPaths", property_strings(u->config->dropins));
	put_moment(p, "StateChangeTimestamp", &u->state_change);
	put_moment(p, "InactiveExitTimestamp", &u->inactive_exit);
	put_moment(p, "ActiveEnterTimestamp", &u->active_enter);
	put_moment(p, "ActiveExitTimestamp", &u->active_exit);
	put_moment(p, "InactiveEnterTimestamp", &u->inactive_enter);
	put_moment(p, "ConditionTimestamp", &u->condition_time);
	put_moment(p, "AssertTimestamp", u->condition_result ? &u->condition_time : &never);
	property_put(p, "ConditionResult", json_boolean(u->condition_result));
	property_put(p, "AssertResult", json_boolean(u->assert_result));
	put_conditions(p, u, false, "Conditions");
	put_conditions(p, u, true, "Asserts");
	property_put(p, "CanReload", json_boolean(unit_can_reload(u)));
	property_put(p, "CanStart",
		json_boolean(
			u->load_state == LOAD_LOADED && !u->config->unit->refuse_manual_start));
	property_put(p, "CanStop", json_boolean(!u->config->unit->refuse_manual_stop));
	property_put(p, "CanIsolate", json_boolean(u->config->unit->allow_isolate));
	property_put(p, "Job", u->job ? json_integer(u->job->id) : json_integer(0));
	if (property_is_wanted(p, "NeedDaemonReload"))
		property_put(p, "NeedDaemonReload", json_boolean(unit_needs_reload(u)));
	property_put_settings(p, u);
	property_put_text(p, "Description", unit_description(u));
}

static void put_record(struct properties *p, const char *prefix, const struct exit_record *r)
{
	char key[64];

	snprintf(key, sizeof(key), "%sPID", prefix);
	property_put(p, key, json_integer(r->pid));
	snprintf(key, sizeof(key), "%sCode", prefix);
	property_put(p, key, json_integer(r->code));
	snprintf(key, sizeof(key), "%sStatus", prefix);
	property_put(p, key, json_integer(r->status));
	snprintf(key, sizeof(key), "%sStartTimestamp", prefix);
	put_moment(p, key, &r->start);
	snprintf(key, sizeof(key), "%sExitTimestamp", prefix);
	put_moment(p, key, &r->exit);
}

static void put_clean(struct properties *p, const struct unit *u)
{
	unsigned kinds = service_can_clean(u);
	json_t *list = json_array();

	for (int kind = 0; kind < DIRECTORY_MAX; kind++)
		if (kinds >> kind & 1)
			json_array_append_new(list, json_string(service_clean_names[kind]));
	property_put(p, "CanClean", list);
	property_put_text(
		p, "CleanResult", u->service && u->service->clean_failed ? "exit-code" : "success");
}

static void put_service(struct properties *p, const struct unit *u)
{
	const struct service *s = u->service;
	static const struct service none;

	if (!u->config->service)
		return;
	if (!s)
		s = &none;
	property_put(p, "MainPID", json_integer(s->main ? s->main->pid : 0));
	property_put(p, "ControlPID", json_integer(s->control ? s->control->pid : 0));
	property_put_text(p, "Result", service_result_to_string(s->result));
	property_put_text(p, "ReloadResult", service_result_to_string(s->reload_result));
	property_put(p, "NRestarts", json_integer(s->restarts));
	property_put(p, "NFileDescriptorStore", json_integer(service_stored_count(s)));
	property_put_text(p, "StatusText", s->status_text);
	property_put(p, "StatusErrno", json_integer(s->status_errno));
	property_put_text(p, "InvocationID", s->invocation_id);
	put_clean(p, u);
	property_put(p, "CanFreeze", json_boolean(unit_life(u)->cgroups.fd >= 0));
	property_put_text(p, "FreezerState",
		service_is_freezing(s) ? "freezing"
		: s->frozen	       ? "frozen"
				       : "running");
	put_record(p, "ExecMain", &s->main_record);
}

static void put_diagnostics(struct properties *p, const struct unit *u)
{
	_cleanup_(freep) char *reason = property_is_wanted(p, "Reason") ? unit_reason(u) : NULL;

	property_put_text(p, "Reason", reason);
	if (!property_is_wanted(p, "Diagnostics"))
		return;
	json_t *list = json_array();
	add_diagnostics(list, u);
	property_put(p, "Diagnostics", list);
}

static struct properties begin(char *const *wanted)
{
	return (struct properties){
		.object = json_object(), .wanted = wanted, .wanted_count = strv_length(wanted)};
}

json_t *properties_of_unit(struct manager *m, const struct unit *u, char *const *wanted)
{
	struct properties gathered = begin(wanted), *p = &gathered;

	put_file_state(p, m, u);
	put_unit(p, u);
	put_service(p, u);
	put_cgroup_properties(p, u);
	put_trigger_properties(p, u);
	put_diagnostics(p, u);
	property_put_defaults(p, u);
	return p->object;
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
	struct properties gathered = begin(wanted), *p = &gathered;

	property_put_text(p, "Version", REAPERD_VERSION);
	property_put_text(p, "SystemState", manager_state_name(m));
	property_put(p, "PID", json_integer(getpid()));
	property_put(p, "NNames", json_integer((json_int_t)m->life.units.count));
	property_put(p, "NFailedUnits", count_failed(m));
	property_put(p, "NJobs", json_integer((json_int_t)m->life.jobs.count));
	put_moment(p, "UserspaceTimestamp", &m->start);
	put_moment(p, "FinishTimestamp", &m->ready);
	property_put(p, "UnitPath", property_strings(search_path_dirs(m->life.loader.path)));
	property_put_text(p, "UnitFolder", search_path_writable(m->life.loader.path));
	property_put_text(
		p, "RuntimeUnitFolder", search_path_writable_at(m->life.loader.path, true));
	property_put(p, "Environment", property_strings(m->life.spawn.environment));
	property_put_text(p, "ControlSocket", m->socket);
	property_put_text(p, "LogLevel", enum_to_string(&syslog_level_names, log_get_level()));
	property_put_text(p, "LogTarget", log_target_to_string(log_get_target()));
	property_put(p, "ServiceWatchdogs", json_boolean(!m->life.ignores_watchdogs));
	property_put_text(p, "LogDirectory", m->settings.log_files.directory);
	return p->object;
}
