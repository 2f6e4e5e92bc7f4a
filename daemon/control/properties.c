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
#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/file/dump.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static void put_text(json_t *o, const char *key, const char *text)
{
	_cleanup_(freep) char *escaped = text ? text_escape(text, strlen(text)) : NULL;

	put(o, key, json_string(escaped ? escaped : ""));
}

static json_t *number(uint64_t n)
{
	return n == UINT64_MAX ? json_string("infinity") : json_integer((json_int_t)n);
}

static json_t *strings(char *const *list)
{
	json_t *array = json_array();

	for (char *const *s = list; s && *s; s++)
		json_array_append_new(array, json_string(*s));
	return array;
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

static json_t *commands_value(const struct commands *c)
{
	json_t *array = json_array();

	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(
			array, json_pack("{s:s, s:o, s:b}", "path", c->list[i].path, "argv",
				       strings(c->list[i].argv), "ignore_errors",
				       (c->list[i].flags & COMMAND_IGNORE_FAILURE) != 0));
	return array;
}

static bool is_list(const struct value_type *t)
{
	return t == &type_words || t == &type_lines || t == &type_environment ||
	       t == &type_environment_file || t == &type_names || t == &type_directories ||
	       t == &type_groups;
}

static json_t *setting_value(const struct directive *d, const void *field)
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
		return commands_value(field);
	if (is_list(t))
		return strings(*(char **const *)field);
	_cleanup_(freep) char *text = t->format ? t->format(d, field) : NULL;
	return t->format ? json_string(text ? text : "") : NULL;
}

static void put_limit(json_t *o, const struct directive *d, const void *field)
{
	const struct rlimit *limit = *(struct rlimit *const *)field;
	char soft[64];

	if (!limit)
		return;
	snprintf(soft, sizeof(soft), "%sSoft", d->key);
	put(o, d->key, number(limit->rlim_max));
	put(o, soft, number(limit->rlim_cur));
}

static void put_settings(json_t *o, const struct unit *u)
{
	const struct directive *d;
	char key[64];

	for (size_t i = 0; (d = directive_at(i)); i++) {
		const void *field = directive_field(d, u->config);
		const char *kept = d->group == GROUP_NONE ? kept_get(u->config, d) : NULL;

		if (d->flags & DIRECTIVE_OLD || d->type == &type_timeout_both ||
			strcmp(d->section, "Install") == 0)
			continue;
		if (kept)
			put_text(o, shown_key(d, key, sizeof(key)), kept);
		else if (field && d->type == &type_rlimit)
			put_limit(o, d, field);
		else if (field) {
			json_t *value = setting_value(d, field);
			if (value)
				put(o, shown_key(d, key, sizeof(key)), value);
		}
	}
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

static void put_unit(json_t *o, const struct unit *u)
{
	put_text(o, "Id", u->id);
	put_names(o, u);
	put_dependencies(o, u);
	put_text(o, "LoadState", unit_load_state_to_string(u->load_state));
	put_text(o, "ActiveState", unit_active_state_to_string(u->active));
	put_text(o, "SubState", unit_sub_state_name(u));
	put_text(o, "FragmentPath", u->config->path);
	put(o, "DropInPaths", strings(u->config->dropins));
	put_moment(o, "StateChangeTimestamp", &u->state_change);
	put_moment(o, "InactiveExitTimestamp", &u->inactive_exit);
	put_moment(o, "ActiveEnterTimestamp", &u->active_enter);
	put_moment(o, "ActiveExitTimestamp", &u->active_exit);
	put_moment(o, "InactiveEnterTimestamp", &u->inactive_enter);
	put_moment(o, "ConditionTimestamp", &u->condition_time);
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
	put_settings(o, u);
	put_text(o, "Description", unit_description(u));
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
	put_text(o, "Result", service_result_to_string(s->result));
	put_text(o, "ReloadResult", service_result_to_string(s->reload_result));
	put(o, "NRestarts", json_integer(s->restarts));
	put(o, "NFileDescriptorStore", json_integer(service_stored_count(s)));
	put_text(o, "StatusText", s->status_text);
	put(o, "StatusErrno", json_integer(s->status_errno));
	put_text(o, "InvocationID", s->invocation_id);
	put_record(o, "ExecMain", &s->main_record);
}

static void put_diagnostics(json_t *o, const struct unit *u)
{
	json_t *list = json_array();
	_cleanup_(freep) char *reason = unit_reason(u);

	add_diagnostics(list, u);
	put(o, "Diagnostics", list);
	put_text(o, "Reason", reason);
}

json_t *properties_of_unit(struct manager *m, const struct unit *u)
{
	json_t *o = json_object();

	(void)m;
	put_unit(o, u);
	put_service(o, u);
	put_trigger_properties(o, u);
	put_diagnostics(o, u);
	return o;
}

static json_t *count_failed(const struct manager *m)
{
	json_int_t n = 0;

	for (size_t i = 0; i < m->life.units.count; i++)
		n += m->life.units.list[i]->active == UNIT_FAILED;
	return json_integer(n);
}

json_t *properties_of_manager(struct manager *m)
{
	json_t *o = json_object();

	put_text(o, "Version", REAPERD_VERSION);
	put_text(o, "SystemState", manager_state_name(m));
	put(o, "PID", json_integer(getpid()));
	put(o, "NNames", json_integer((json_int_t)m->life.units.count));
	put(o, "NFailedUnits", count_failed(m));
	put(o, "NJobs", json_integer((json_int_t)m->life.jobs.count));
	put_moment(o, "UserspaceTimestamp", &m->start);
	put_moment(o, "FinishTimestamp", &m->ready);
	put(o, "UnitPath", strings(search_path_dirs(m->life.loader.path)));
	put_text(o, "UnitFolder", search_path_writable(m->life.loader.path));
	put_text(o, "RuntimeUnitFolder", search_path_writable_at(m->life.loader.path, true));
	put(o, "Environment", strings(m->life.spawn.environment));
	put_text(o, "ControlSocket", m->socket);
	put_text(o, "LogDirectory", m->settings.log_files.directory);
	return o;
}
