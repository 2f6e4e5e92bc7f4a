/* SPDX-License-Identifier: MIT */
/* Links of [Install]: made and removed, then unit files are read anew. */
#include <errno.h>
#include <stdlib.h>
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

void method_install(struct call *c)
{
	struct loader *l = &c->client->control->manager->life.loader;
	struct install_changes changes = {0};
	_cleanup_(freep) char *why = NULL;
	json_t *names, *name;
	int r = 0;
	size_t i;

	if (call_strings(c, "units", &names) < 0)
		return;
	json_array_foreach (names, i, name) {
		r = install_run(l, (enum install_verb)c->method->argument, json_string_value(name),
			&changes, &why);
		if (r < 0)
			break;
	}
	boot_adopt_units(c->client->control->manager);
	if (changes.count)
		(void)manager_reload(c->client->control->manager);
	if (r < 0)
		call_unit_error(c, r == -ENOENT ? "NoSuchUnit" : "BadUnit",
			json_string_value(json_array_get(names, i)), why ? why : strerror(-r));
	else
		call_reply(c, json_pack("{s:o, s:b}", "changes", change_rows(&changes),
				      "has_information", changes.has_information));
	install_changes_done(&changes);
}

void method_list_unit_files(struct call *c)
{
	struct loader *l = &c->client->control->manager->life.loader;
	struct install_file *files;
	size_t count;
	int r = install_list(l, &files, &count);

	if (r < 0) {
		call_unit_error(c, "BadUnit", "", strerror(-r));
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "unit_file", files[i].name,
						    "state", files[i].state, "preset",
						    files[i].preset ? "enabled" : "disabled"));
	install_files_done(files, count);
	call_reply(c, json_pack("{s:o}", "files", list));
}

void method_get_default(struct call *c)
{
	_cleanup_(freep) char *name = install_default(&c->client->control->manager->life.loader);

	boot_adopt_units(c->client->control->manager);
	call_reply(c, json_pack("{s:s}", "unit", name ? name : "default.target"));
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
