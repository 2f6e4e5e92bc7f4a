/* SPDX-License-Identifier: MIT */
/* Reaperd's own settings while it runs: the environment that services get, properties of units. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/interface.h"
#include "common/syslog_level.h"
#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/control/server.h"
#include "daemon/file/apply.h"
#include "daemon/file/environment_file.h"

static bool is_good_name(const char *text)
{
	return environment_is_valid_name(text) || environment_is_valid_assignment(text);
}

/* The strings of the parameter, all of which are good; NULL: the call is answered. */
static json_t *assignments(struct call *c, bool (*is_good)(const char *text))
{
	json_t *list, *item;
	size_t i;

	if (call_strings(c, "variables", &list) < 0)
		return NULL;
	if (!json_array_size(list)) {
		call_invalid(c, "variables");
		return NULL;
	}
	json_array_foreach (list, i, item)
		if (!is_good(json_string_value(item))) {
			call_invalid(c, "variables");
			return NULL;
		}
	return list;
}

void method_set_environment(struct call *c)
{
	struct manager *m = c->client->control->manager;
	json_t *list = assignments(c, environment_is_valid_assignment), *item;
	size_t i;

	if (!list)
		return;
	json_array_foreach (list, i, item) {
		if (strv_length(m->set_environment) >= LIMIT_ENVIRONMENT_VARIABLES ||
			manager_environment_add(m, json_string_value(item)) < 0) {
			call_error(c, INTERFACE_NAME ".TooLarge",
				json_pack("{s:s}", "reason", "too many variables"));
			return;
		}
	}
	call_reply(c, json_object());
}

void method_unset_environment(struct call *c)
{
	struct manager *m = c->client->control->manager;
	json_t *list = assignments(c, is_good_name), *item;
	size_t i;

	json_array_foreach (list, i, item)
		(void)manager_environment_remove(m, json_string_value(item));
	if (list)
		call_reply(c, json_object());
}

/* Of ourselves, until we end. */
void method_configure(struct call *c)
{
	struct life *life = &c->client->control->manager->life;
	const char *level_name = NULL, *target_name = NULL;
	bool watchdogs = !life->ignores_watchdogs;

	if (call_string(c, "log_level", &level_name) < 0 ||
		call_string(c, "log_target", &target_name) < 0 ||
		call_bool(c, "service_watchdogs", &watchdogs) < 0)
		return;
	int level = level_name ? syslog_level_from_string(level_name) : log_get_level();
	int target = target_name ? log_target_from_string(target_name) : (int)log_get_target();
	if (level < 0 || target < 0) {
		call_invalid(c, level < 0 ? "log_level" : "log_target");
		return;
	}
	log_set_level(level);
	log_set_target((enum log_target)target);
	life->ignores_watchdogs = !watchdogs;
	call_reply(c, json_object());
}

/* What can be set while a unit runs: resource control, as systemctl's set-property. */
static const struct directive *settable(struct call *c, const struct unit *u, const char *text)
{
	_cleanup_(freep) char *key = strndup(text, strcspn(text, "="));
	const char *section = unit_type_section(u->type);
	const struct directive *d = key ? directive_find(section, key) : NULL;
	char reason[256];

	if (d && strcmp(d->section, "CGroup") == 0 && strchr(text, '=') && !strchr(text, '\n'))
		return d;
	snprintf(reason, sizeof(reason), "%s: %s", key ? key : text,
		!d || !strchr(text, '=')
			? "there is no such property to be set"
			: "it is read when the unit starts; write a drop-in, e.g. by "
			  "\"reaperctl edit\"");
	call_unit_error(c, "BadUnit", u->id, reason);
	return NULL;
}

static int write_drop_in(const char *folder, const struct unit *u, const char *text)
{
	_cleanup_(freep) char *path = NULL, *content = NULL;
	int n = (int)strcspn(text, "=");

	if (asprintf(&path, "%s/%s.d/50-%.*s.conf", folder, u->id, n, text) < 0 ||
		asprintf(&content,
			"# Written by set-property; disable it by removing the file.\n[%s]\n%s\n",
			unit_type_section(u->type), text) < 0)
		return -ENOMEM;
	int r = folder_make_parents(path, 0755);
	if (r < 0)
		return r;
	_cleanup_(closep) int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644);
	if (fd < 0)
		return -errno;
	size_t size = strlen(content);
	return write(fd, content, size) == (ssize_t)size ? 0 : -EIO;
}

void method_set_properties(struct call *c)
{
	struct manager *m = c->client->control->manager;
	const char *name = NULL;
	bool runtime = false;
	json_t *list, *item;
	size_t i;

	if (call_string(c, "unit", &name) < 0 || call_bool(c, "runtime", &runtime) < 0 ||
		call_strings(c, "properties", &list) < 0)
		return;
	if (!name || !json_array_size(list)) {
		call_invalid(c, name ? "properties" : "unit");
		return;
	}
	const struct unit *u = call_unit(c, name);
	json_array_foreach (list, i, item)
		if (!u || !settable(c, u, json_string_value(item)))
			return;
	if (!u)
		return;
	const char *folder = search_path_writable_at(m->life.loader.path, runtime);
	json_array_foreach (list, i, item) {
		int r = write_drop_in(folder, u, json_string_value(item));
		if (r < 0) {
			call_unit_error(c, "BadUnit", u->id, strerror(-r));
			return;
		}
	}
	(void)manager_reload(m);
	call_reply(c, json_object());
}
