/* SPDX-License-Identifier: MIT */
/* What a child could not do before exec, in words that name the setting to mend. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/exit_name.h"
#include "daemon/process/spawn.h"

/* One row for each step that a setting asks for. */
struct step {
	int stage; /* enum exit_code */
	const char *key;
	size_t offset; /* of its text in struct exec_settings */
};

static const struct step steps[] = {
	{EXIT_USER, "User", offsetof(struct exec_settings, user)},
	{EXIT_GROUP, "Group", offsetof(struct exec_settings, group)},
	{EXIT_CHDIR, "WorkingDirectory", offsetof(struct exec_settings, working_directory)},
	{EXIT_STDIN, "StandardInput", offsetof(struct exec_settings, input.argument)},
	{EXIT_STDOUT, "StandardOutput", offsetof(struct exec_settings, output.argument)},
	{EXIT_STDERR, "StandardError", offsetof(struct exec_settings, error.argument)},
};

/* Settings that hold more than one text. */
static const struct {
	int stage;
	const char *keys;
} others[] = {
	{EXIT_RUNTIME_DIRECTORY, "RuntimeDirectory="},
	{EXIT_STATE_DIRECTORY, "StateDirectory="},
	{EXIT_CACHE_DIRECTORY, "CacheDirectory="},
	{EXIT_LOGS_DIRECTORY, "LogsDirectory="},
	{EXIT_CONFIGURATION_DIRECTORY, "ConfigurationDirectory="},
	{EXIT_CREDENTIALS, "LoadCredential= or SetCredential="},
	{EXIT_LIMITS, "its limits (Limit...=)"},
};

/* What failed: a setting, or the step as systemd names it. */
static const char *name_of(int stage)
{
	const char *name = exit_name_to_string(stage);

	for (size_t i = 0; i < ELEMENTS(others); i++)
		if (others[i].stage == stage)
			return others[i].keys;
	return name ? name : "?";
}

static const char *meaning(const struct spawn_failure *f, const char *path)
{
	if (f->error == ESRCH && f->stage == EXIT_USER)
		return "there is no such user";
	if (f->error == ESRCH && f->stage == EXIT_GROUP)
		return "there is no such group";
	if (f->error == ENOENT && f->stage == EXIT_EXEC && *path == '/' && access(path, F_OK) == 0)
		return "the file is there, but what it is run by (its #! line, its loader) is not";
	if (f->error == EPERM && f->stage == EXIT_CAPABILITIES)
		return "Operation not permitted: capabilities are dropped and given with "
		       "CAP_SETPCAP alone; CapabilityBoundingSet= does without it where "
		       "NoNewPrivileges=yes is set too";
	if (f->error == EPERM && (f->stage == EXIT_USER || f->stage == EXIT_GROUP))
		return "Operation not permitted: only root can become another user";
	return strerror(f->error);
}

char *spawn_failure_text(const struct spawn_failure *f, const struct exec_settings *exec,
	const struct command *command)
{
	const char *why = meaning(f, command->path);
	char *text;
	int n;

	if (f->stage == EXIT_EXEC)
		return asprintf(&text, "cannot run %s (line %u): %s", command->path, command->line,
			       why) < 0
			       ? NULL
			       : text;
	for (size_t i = 0; i < ELEMENTS(steps); i++) {
		const char *value = *(char *const *)((const char *)exec + steps[i].offset);
		if (steps[i].stage != f->stage || !value)
			continue;
		n = asprintf(&text, "cannot run %s (line %u): %s=%s: %s", command->path,
			command->line, steps[i].key, value, why);
		return n < 0 ? NULL : text;
	}
	n = asprintf(&text, "cannot run %s (line %u): %s failed: %s", command->path, command->line,
		name_of(f->stage), why);
	return n < 0 ? NULL : text;
}
