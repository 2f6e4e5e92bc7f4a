/* SPDX-License-Identifier: MIT */
/* The table of methods, what every varlink service answers, and how parameters are read. */
#include <errno.h>
#include <string.h>

#include "common/interface.h"
#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/file/install.h"
#include "daemon/life/collect.h"

static void method_get_info(struct call *c)
{
	call_reply(c, json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "reaperd", "product",
			      "reaperd", "version", REAPERD_VERSION, "url", "", "interfaces",
			      SERVICE_INTERFACE_NAME, INTERFACE_NAME));
}

static void method_get_description(struct call *c)
{
	const char *name = NULL;

	if (call_string(c, "interface", &name) < 0)
		return;
	if (!name)
		call_invalid(c, "interface");
	else if (strcmp(name, INTERFACE_NAME) == 0)
		call_reply(c, json_pack("{s:s}", "description", interface_description));
	else if (strcmp(name, SERVICE_INTERFACE_NAME) == 0)
		call_reply(c, json_pack("{s:s}", "description", service_interface_description));
	else
		call_error(c, SERVICE_INTERFACE_NAME ".InterfaceNotFound",
			json_pack("{s:s}", "interface", name));
}

/* clang-format off */
#define READ(method_name, function) {.name = INTERFACE_NAME "." method_name, .run = function}
#define CHANGE(method_name, function) {.name = INTERFACE_NAME "." method_name, .changes = true, .run = function}
#define INSTALL(method_name, verb) \
	{.name = INTERFACE_NAME "." method_name, .changes = true, .run = method_install, .argument = verb}

static const struct method methods[] = {
	{.name = SERVICE_INTERFACE_NAME ".GetInfo", .run = method_get_info},
	{.name = SERVICE_INTERFACE_NAME ".GetInterfaceDescription", .run = method_get_description},
	CHANGE("CancelJob", method_cancel_job),
	READ("Cat", method_cat),
	CHANGE("CleanUnits", method_clean_units),
	CHANGE("Configure", method_configure),
	INSTALL("AddRequires", INSTALL_ADD_REQUIRES),
	INSTALL("AddWants", INSTALL_ADD_WANTS),
	INSTALL("Disable", INSTALL_DISABLE),
	INSTALL("Enable", INSTALL_ENABLE),
	READ("Events", method_events),
	CHANGE("Exit", method_exit),
	{.name = INTERFACE_NAME ".FreezeUnits", .changes = true, .run = method_freeze_units, .argument = true},
	READ("GetDefault", method_get_default),
	CHANGE("KillUnits", method_kill_units),
	INSTALL("Link", INSTALL_LINK),
	READ("ListJobs", method_list_jobs),
	READ("ListSockets", method_list_sockets),
	READ("ListTimers", method_list_timers),
	READ("ListUnitFiles", method_list_unit_files),
	READ("ListUnits", method_list_units),
	READ("Logs", method_logs),
	INSTALL("Mask", INSTALL_MASK),
	READ("Orphans", method_orphans),
	INSTALL("Preset", INSTALL_PRESET),
	CHANGE("Reap", method_reap),
	INSTALL("Reenable", INSTALL_REENABLE),
	CHANGE("Reload", method_reload),
	CHANGE("ResetFailed", method_reset_failed),
	INSTALL("Revert", INSTALL_REVERT),
	CHANGE("RotateLogs", method_rotate_logs),
	CHANGE("RunJob", method_run_job),
	INSTALL("SetDefault", INSTALL_SET_DEFAULT),
	CHANGE("SetEnvironment", method_set_environment),
	CHANGE("SetProperties", method_set_properties),
	READ("Show", method_show),
	READ("Stats", method_stats),
	{.name = INTERFACE_NAME ".ThawUnits", .changes = true, .run = method_freeze_units, .argument = false},
	READ("Tree", method_tree),
	READ("UnitFileStates", method_unit_file_states),
	INSTALL("Unmask", INSTALL_UNMASK),
	CHANGE("UnsetEnvironment", method_unset_environment),
	READ("Usage", method_usage),
	READ("Zombies", method_zombies),
};
/* clang-format on */

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* The parameter, or NULL when it is absent or null. */
static json_t *get(const struct call *c, const char *name)
{
	json_t *value = json_object_get(c->parameters, name);

	return json_is_null(value) ? NULL : value;
}

static int wrong(struct call *c, const char *name)
{
	call_invalid(c, name);
	return -EINVAL;
}

int call_string(struct call *c, const char *name, const char **ret)
{
	const json_t *value = get(c, name);

	if (value && !json_is_string(value))
		return wrong(c, name);
	if (value)
		*ret = json_string_value(value);
	return 0;
}

int call_bool(struct call *c, const char *name, bool *ret)
{
	const json_t *value = get(c, name);

	if (value && !json_is_boolean(value))
		return wrong(c, name);
	if (value)
		*ret = json_is_true(value);
	return 0;
}

int call_int(struct call *c, const char *name, json_int_t *ret)
{
	const json_t *value = get(c, name);

	if (value && !json_is_integer(value))
		return wrong(c, name);
	if (value)
		*ret = json_integer_value(value);
	return 0;
}

int call_strings(struct call *c, const char *name, json_t **ret)
{
	json_t *value = get(c, name), *one;
	size_t i;

	*ret = value;
	if (value && !json_is_array(value))
		return wrong(c, name);
	json_array_foreach (value, i, one)
		if (!json_is_string(one))
			return wrong(c, name);
	return 0;
}

int call_unit_names(struct call *c, json_t **ret)
{
	int r = call_strings(c, "units", ret);

	return r < 0 || json_array_size(*ret) ? r : wrong(c, "units");
}

int call_vector(struct call *c, const char *name, char ***ret)
{
	json_t *list, *one;
	size_t i;
	int r = call_strings(c, name, &list);

	*ret = NULL;
	if (r < 0)
		return r;
	json_array_foreach (list, i, one)
		if (strv_push(ret, strdup(json_string_value(one))) < 0) {
			*ret = strv_free(*ret);
			return wrong(c, name);
		}
	return 0;
}

struct unit *call_unit(struct call *c, const char *name)
{
	struct manager *m = c->client->control->manager;
	size_t before = m->life.units.count;
	struct unit *u;
	int r = load_unit(&m->life.loader, name, &u);

	if (m->life.units.count != before)
		boot_check_units(m);
	collect_later(&m->life, before);
	if (r == -EINVAL)
		call_error(c, INTERFACE_NAME ".InvalidUnitName", json_pack("{s:s}", "unit", name));
	else if (r < 0)
		call_unit_error(c, "BadUnit", name, strerror(-r));
	return r < 0 ? NULL : u;
}

struct unit *call_loaded_unit(struct call *c, const char *name)
{
	struct unit *u = call_unit(c, name);

	if (!u || !u->passing)
		return u;
	call_unit_error(c, "NoSuchUnit", u->id, "it is not loaded");
	return NULL;
}
