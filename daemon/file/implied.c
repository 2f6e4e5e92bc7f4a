/* SPDX-License-Identifier: MIT */
/*
 * What settings imply (systemd.exec(5), "Implicit Dependencies"): paths that have to be mounted,
 * and the order after what provides output, temporary folders, the bus.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/file/load.h"
#include "daemon/file/types.h"

static int add_path(struct config *c, const char *path)
{
	_cleanup_(freep) char *copy = strdup(path);
	size_t n = copy ? strlen(copy) : 0;

	if (!copy)
		return -ENOMEM;
	while (n > 1 && copy[n - 1] == '/')
		copy[--n] = 0;
	return strv_contains(c->mounts_for, copy) ? 0 : strv_push(&c->mounts_for, TAKE_PTR(copy));
}

static int add_directories(struct config *c)
{
	static const char *const prefixes[DIRECTORY_MAX] = {
		"/run", "/var/lib", "/var/cache", "/var/log", "/etc"};

	for (int kind = 0; kind < DIRECTORY_MAX; kind++)
		for (char **d = c->exec->directories[kind].paths; d && *d; d++) {
			_cleanup_(freep) char *path = NULL;
			int n = (int)strcspn(*d, ":");

			if (asprintf(&path, "%s/%.*s", prefixes[kind], n, *d) < 0)
				return -ENOMEM;
			int r = add_path(c, path);
			if (r < 0)
				return r;
		}
	return 0;
}

static int imply_of_exec(struct config *c)
{
	const char *folder = c->exec->working_directory;
	int r = 0;

	if (folder && *folder == '/' && !c->exec->working_directory_missing_ok)
		r = add_path(c, folder);
	if (r >= 0 && c->exec->root_directory)
		r = add_path(c, c->exec->root_directory);
	if (r >= 0)
		r = add_directories(c);
	if (r >= 0 && kept_says_yes(c, "Service", "PrivateTmp")) {
		r = add_path(c, "/var/tmp");
		if (r >= 0)
			r = config_add_static_dep(
				c, DEP_AFTER, "systemd-tmpfiles-setup.service", ORIGIN_FILE);
	}
	if (r >= 0 && exec_logs(c->exec))
		r = config_add_static_dep(c, DEP_AFTER, "systemd-journald.socket", ORIGIN_FILE);
	if (r >= 0 && c->service && c->service->type == SERVICE_DBUS)
		r = config_add_static_dep(c, DEP_AFTER, "dbus.socket", ORIGIN_FILE);
	return r;
}

static int imply_of_socket(struct config *c)
{
	for (size_t i = 0; i < c->socket->count; i++) {
		const char *path = listen_path(&c->socket->ports[i]);
		int r = path ? add_path(c, path) : 0;
		if (r < 0)
			return r;
	}
	return c->commands.count ? imply_of_exec(c) : 0;
}

static int imply_of_path(struct config *c)
{
	for (size_t i = 0; i < c->path_watches->count; i++) {
		int r = add_path(c, c->path_watches->watches[i].path);
		if (r < 0)
			return r;
	}
	return 0;
}

static int imply_of_type(struct config *c, enum unit_type type)
{
	switch (type) {
	case UNIT_SERVICE:
		return imply_of_exec(c);
	case UNIT_SOCKET:
		return imply_of_socket(c);
	case UNIT_MOUNT: /* what mounts it may write */
		return c->path ? config_add_static_dep(
					 c, DEP_AFTER, "systemd-journald.socket", ORIGIN_FILE)
			       : 0;
	case UNIT_PATH:
		return imply_of_path(c);
	case UNIT_TIMER:
		return c->timer->persistent ? add_path(c, "/var/lib/systemd/timers") : 0;
	default:
		return 0;
	}
}

int config_add_implied(struct config *c, enum unit_type type)
{
	int r = imply_of_type(c, type);

	if (r < 0 || !c->mounts_for)
		return r;
	return config_add_static_dep(
		c, DEP_AFTER, "-.mount", c->unit->default_dependencies ? ORIGIN_FILE : ORIGIN_PATH);
}
