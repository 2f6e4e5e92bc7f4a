/* SPDX-License-Identifier: MIT */
/* Links of [Install]: made and removed, then unit files are read anew. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/interface.h"
#include "common/text.h"
#include "common/unit_name.h"
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
	struct manager *m = c->client->control->manager;
	struct install_request request = {.verb = (enum install_verb)c->method->argument};
	struct install_changes changes = {0};
	_cleanup_(freep) char *why = NULL;
	_cleanup_(strv_freep) char **units = NULL;
	const char *name = "";

	if (call_vector(c, "units", &units) < 0 || call_bool(c, "runtime", &request.runtime) < 0 ||
		call_bool(c, "force", &request.force) < 0 ||
		call_string(c, "target", &request.target) < 0)
		return;
	bool is_added = request.verb == INSTALL_ADD_WANTS || request.verb == INSTALL_ADD_REQUIRES;
	if (is_added && (!request.target || !unit_name_is_valid(request.target))) {
		call_invalid(c, "target");
		return;
	}
	int r = install_run(&m->life.loader, &request, units, &changes, &name, &why);
	if (changes.count)
		(void)manager_reload(m);
	if (r < 0)
		call_unit_error(
			c, r == -ENOENT ? "NoSuchUnit" : "BadUnit", name, why ? why : strerror(-r));
	else
		call_reply(c, json_pack("{s:o, s:o, s:b}", "changes", change_rows(&changes),
				      "notes", property_strings(changes.notes), "has_information",
				      changes.has_information));
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
		const char *text = json_string_value(name);

		if (!unit_name_is_valid(text)) {
			json_decref(states);
			call_error(c, INTERFACE_NAME ".InvalidUnitName",
				json_pack("{s:s}", "unit", text));
			return;
		}
		json_array_append_new(states, json_string(install_state_of(l, text)));
	}
	call_reply(c, json_pack("{s:o}", "states", states));
}
