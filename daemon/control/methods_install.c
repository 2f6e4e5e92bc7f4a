/* SPDX-License-Identifier: MIT */
/* Links of [Install]: made and removed, then unit files are read anew. */
#include <errno.h>
#include <string.h>

#include "daemon/control/server.h"
#include "daemon/file/install.h"

static json_t *change_rows(const struct install_changes *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s*}", "path", c->list[i].path,
						    "target", c->list[i].target));
	return list;
}

enum install_step {
	STEP_ENABLE = 1 << 0,
	STEP_DISABLE = 1 << 1,
	STEP_MASK = 1 << 2,
	STEP_UNMASK = 1 << 3,
};

static int run_steps(
	struct call *c, unsigned steps, const char *name, struct install_changes *changes)
{
	struct loader *l = &c->client->control->manager->life.loader;
	int r = 0;

	if (steps & STEP_MASK)
		return install_mask(l, name, changes);
	if (steps & STEP_UNMASK)
		return install_unmask(l, name, changes);
	struct unit *u = call_unit(c, name);
	if (!u)
		return -EINVAL;
	if (u->load_state == LOAD_NOT_FOUND) {
		call_unit_error(c, "NoSuchUnit", name, "there is no unit file of that name");
		return -ENOENT;
	}
	if (steps & STEP_DISABLE)
		r = install_disable(l, u, changes);
	if (r >= 0 && steps & STEP_ENABLE)
		r = install_enable(l, u, changes);
	return r;
}

static void install(struct call *c, unsigned steps)
{
	struct install_changes changes = {0};
	json_t *names, *name;
	int r = 0;
	size_t i;

	if (call_strings(c, "units", &names) < 0)
		return;
	json_array_foreach (names, i, name) {
		r = run_steps(c, steps, json_string_value(name), &changes);
		if (r < 0)
			break;
	}
	if (changes.count)
		(void)manager_reload(c->client->control->manager);
	if (!c->client->busy) /* it is answered */
		r = 0;
	else if (r < 0)
		call_unit_error(
			c, "BadUnit", json_string_value(json_array_get(names, i)), strerror(-r));
	else
		call_reply(c, json_pack("{s:o, s:b}", "changes", change_rows(&changes),
				      "has_information", changes.has_information));
	install_changes_done(&changes);
}

void method_enable(struct call *c)
{
	install(c, STEP_ENABLE);
}

void method_disable(struct call *c)
{
	install(c, STEP_DISABLE);
}

void method_reenable(struct call *c)
{
	install(c, STEP_DISABLE | STEP_ENABLE);
}

void method_mask(struct call *c)
{
	install(c, STEP_MASK);
}

void method_unmask(struct call *c)
{
	install(c, STEP_UNMASK);
}

void method_unit_file_states(struct call *c)
{
	struct loader *l = &c->client->control->manager->life.loader;
	json_t *names, *name, *states = json_array();
	size_t i;

	if (call_strings(c, "units", &names) < 0) {
		json_decref(states);
		return;
	}
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		if (!u) {
			json_decref(states);
			return;
		}
		json_array_append_new(
			states, json_string(install_state(l, u, json_string_value(name))));
	}
	call_reply(c, json_pack("{s:o}", "states", states));
}
