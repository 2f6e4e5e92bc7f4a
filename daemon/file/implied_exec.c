/* SPDX-License-Identifier: MIT */
/*
 * What one setting of the exec group says of others (systemd.exec(5)): DynamicUser= asks for a
 * sandbox, and protections take the capabilities away that would undo them.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "daemon/file/load.h"
#include "daemon/file/types.h"

#define BIT(capability) (1ULL << (capability))

/* Unless the unit says otherwise. */
static int ask_for(struct config *c, const char *key, const char *value)
{
	const struct directive *d = directive_find("Service", key);
	const char *said = kept_get(c, d);

	return said && *said && strcmp(said, "no") != 0 ? 0 : kept_put(c, d, value);
}

/* The unit's prefix where it can be a user's name, else one made of a hash of it. */
static char *user_of_unit(const char *id)
{
	_cleanup_(freep) char *prefix = NULL, *instance = NULL;
	char *name;

	if (unit_name_split(id, &prefix, &instance) < 0)
		return NULL;
	if (user_name_is_strict(prefix))
		return TAKE_PTR(prefix);
	return asprintf(&name, "_du%016llx", (unsigned long long)text_hash(prefix)) < 0 ? NULL
											: name;
}

static int complete_dynamic_user(struct config *c, const char *id)
{
	static const char *const asked[][2] = {{"PrivateTmp", "yes"}, {"RemoveIPC", "yes"},
		{"RestrictSUIDSGID", "yes"}, {"ProtectHome", "read-only"}};
	struct exec_settings *e = c->exec;

	if (!e->user && !(e->user = user_of_unit(id)))
		return -ENOMEM;
	if (!e->group && !(e->group = strdup(e->user)))
		return -ENOMEM;
	e->no_new_privileges = true;
	int error = kept_put(c, directive_find("Service", "ProtectSystem"), "strict");
	if (error < 0)
		return error;
	for (size_t i = 0; i < ELEMENTS(asked); i++) {
		int r = ask_for(c, asked[i][0], asked[i][1]);
		if (r < 0)
			return r;
	}
	return 0;
}

static uint64_t implied_drops(const struct config *c)
{
	static const struct {
		const char *key;
		uint64_t drops;
	} rows[] = {
		{"PrivateDevices", BIT(CAP_MKNOD) | BIT(CAP_SYS_RAWIO)},
		{"ProtectKernelModules", BIT(CAP_SYS_MODULE)},
		{"ProtectKernelLogs", BIT(CAP_SYSLOG)},
		{"ProtectClock", BIT(CAP_SYS_TIME) | BIT(CAP_WAKE_ALARM)},
	};
	uint64_t set = 0;

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (kept_says_yes(c, "Service", rows[i].key))
			set |= rows[i].drops;
	return set;
}

/* Where devices are listed the clock may be read besides. */
static int complete_devices(struct config *c)
{
	const struct directive *allow = directive_find("Service", "DeviceAllow");
	const char *said = kept_get(c, allow);
	_cleanup_(freep) char *joined = NULL;

	if (!kept_says_yes(c, "Service", "ProtectClock") ||
		(!said && !kept_get(c, directive_find("Service", "DevicePolicy"))))
		return 0;
	if (asprintf(&joined, "char-rtc r%s%s", said && *said ? "\n" : "", said ? said : "") < 0)
		return -ENOMEM;
	return kept_put(c, allow, joined);
}

int config_complete_exec(struct config *c, const char *id)
{
	int r = c->exec->dynamic_user ? complete_dynamic_user(c, id) : 0;

	const char *root = c->exec->root_directory;
	const struct directive *apivfs = directive_find("Service", "MountAPIVFS");
	if (r >= 0 && root && strcmp(root, "/") != 0 && !kept_get(c, apivfs))
		r = kept_put(c, apivfs, "yes");
	c->exec->implied_drops = implied_drops(c);
	return r < 0 ? r : complete_devices(c);
}
