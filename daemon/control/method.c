/* SPDX-License-Identifier: MIT */
/* The table of methods, what every varlink service answers, and how parameters are read. */
#include <errno.h>
#include <string.h>

#include "common/interface.h"
#include "daemon/control/server.h"

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

static const struct method methods[] = {
	{SERVICE_INTERFACE_NAME ".GetInfo", false, method_get_info},
	{SERVICE_INTERFACE_NAME ".GetInterfaceDescription", false, method_get_description},
	{INTERFACE_NAME ".Cat", false, method_cat},
	{INTERFACE_NAME ".Disable", true, method_disable},
	{INTERFACE_NAME ".Enable", true, method_enable},
	{INTERFACE_NAME ".Events", false, method_events},
	{INTERFACE_NAME ".Exit", true, method_exit},
	{INTERFACE_NAME ".GetDefault", false, method_get_default},
	{INTERFACE_NAME ".KillUnits", true, method_kill_units},
	{INTERFACE_NAME ".ListJobs", false, method_list_jobs},
	{INTERFACE_NAME ".ListSockets", false, method_list_sockets},
	{INTERFACE_NAME ".ListTimers", false, method_list_timers},
	{INTERFACE_NAME ".ListUnitFiles", false, method_list_unit_files},
	{INTERFACE_NAME ".ListUnits", false, method_list_units},
	{INTERFACE_NAME ".Mask", true, method_mask},
	{INTERFACE_NAME ".Reenable", true, method_reenable},
	{INTERFACE_NAME ".UnitFileStates", false, method_unit_file_states},
	{INTERFACE_NAME ".Unmask", true, method_unmask},
	{INTERFACE_NAME ".Logs", false, method_logs},
	{INTERFACE_NAME ".Orphans", false, method_orphans},
	{INTERFACE_NAME ".Preset", true, method_preset},
	{INTERFACE_NAME ".Reap", true, method_reap},
	{INTERFACE_NAME ".Reload", true, method_reload},
	{INTERFACE_NAME ".ResetFailed", true, method_reset_failed},
	{INTERFACE_NAME ".RunJob", true, method_run_job},
	{INTERFACE_NAME ".SetDefault", true, method_set_default},
	{INTERFACE_NAME ".Show", false, method_show},
	{INTERFACE_NAME ".Stats", false, method_stats},
	{INTERFACE_NAME ".Tree", false, method_tree},
	{INTERFACE_NAME ".Zombies", false, method_zombies},
};

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

struct unit *call_unit(struct call *c, const char *name)
{
	struct manager *m = c->client->control->manager;
	struct unit *u;
	int r = load_unit(&m->life.loader, name, &u);

	boot_adopt_units(m);
	if (r == -EINVAL)
		call_error(c, INTERFACE_NAME ".InvalidUnitName", json_pack("{s:s}", "unit", name));
	else if (r < 0)
		call_unit_error(c, "BadUnit", name, strerror(-r));
	return r < 0 ? NULL : u;
}
