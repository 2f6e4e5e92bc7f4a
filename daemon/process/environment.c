/* SPDX-License-Identifier: MIT */
/* In the child: what the command finds in its environment (systemd.exec(5), "Environment variables
 * in spawned processes"). */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/file/environment_file.h"
#include "daemon/file/reader.h"
#include "daemon/process/child.h"

static int set_all(char ***list, char *const *more)
{
	for (char *const *v = more; v && *v; v++) {
		int r = environment_set(list, *v);
		if (r < 0)
			return r;
	}
	return 0;
}

static int set_one(char ***list, const char *name, const char *value)
{
	_cleanup_(freep) char *text = NULL;

	if (!value)
		return 0;
	return asprintf(&text, "%s=%s", name, value) < 0 ? -ENOMEM : environment_set(list, text);
}

static int add_user(struct child *c)
{
	const char *name = c->user_name ? c->user_name : c->invented_name;
	int r = 0;

	if (!c->has_user)
		return 0;
	r = set_one(&c->environment, "HOME", c->home);
	if (r >= 0)
		r = set_one(&c->environment, "LOGNAME", name);
	if (r >= 0)
		r = set_one(&c->environment, "USER", name);
	return r >= 0 ? set_one(&c->environment, "SHELL", c->shell) : r;
}

static int add_directories(struct child *c)
{
	for (int kind = 0; kind < DIRECTORY_MAX; kind++) {
		_cleanup_(freep) char *text =
			child_directory_variable(c, (enum exec_directory_kind)kind);
		int r = text ? environment_set(&c->environment, text) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

/* sd_listen_fds(3): they are for this process alone, so its own PID is said. */
static int add_descriptors(struct child *c)
{
	const struct spawn_request *request = c->request;
	_cleanup_(freep) char *names = NULL;
	char number[32];
	int r;

	if (!request->fd_count)
		return 0;
	names = strv_join(request->fd_names, ":");
	snprintf(number, sizeof(number), "%d", (int)getpid());
	r = set_one(&c->environment, "LISTEN_PID", number);
	snprintf(number, sizeof(number), "%zu", request->fd_count);
	if (r >= 0)
		r = set_one(&c->environment, "LISTEN_FDS", number);
	return r >= 0 ? set_one(&c->environment, "LISTEN_FDNAMES", names) : r;
}

/* By which a program knows that it was not started by somebody in between. */
static int add_own_pid(struct child *c)
{
	char number[32];

	snprintf(number, sizeof(number), "%d", (int)getpid());
	return set_one(&c->environment, "SYSTEMD_EXEC_PID", number);
}

static int add_passed(struct child *c)
{
	for (char **n = c->exec->pass_environment; n && *n; n++) {
		int r = set_one(&c->environment, *n, getenv(*n));
		if (r < 0)
			return r;
	}
	return 0;
}

/* Ours is no service's: what ExecSearchPath= says stands instead of the usual one. */
static int add_search_path(struct child *c)
{
	_cleanup_(freep) char *path = NULL;

	if (!c->exec->search_path)
		return 0;
	path = strv_join(c->exec->search_path, ":");
	return path ? set_one(&c->environment, "PATH", path) : -ENOMEM;
}

static int add_file(struct child *c, const char *path, bool may_be_missing)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(strv_freep) char **list = NULL;
	size_t length;
	int r = reader_load(path, &text, &length);

	if (r < 0)
		return may_be_missing ? 0 : r;
	r = environment_parse_file(text, length, &list);
	return r < 0 ? r : set_all(&c->environment, list);
}

/* A path, or a pattern for several; `-` in front: there may be none. */
static int add_files(struct child *c, const char *pattern)
{
	bool may_be_missing = *pattern == '-';
	glob_t found = {0};
	int r = 0;

	pattern += may_be_missing;
	if (glob(pattern, 0, NULL, &found) != 0)
		r = add_file(c, pattern, may_be_missing); /* tells why not */
	for (size_t i = 0; i < found.gl_pathc && r >= 0; i++)
		r = add_file(c, found.gl_pathv[i], may_be_missing);
	globfree(&found);
	return r;
}

int child_build_environment(struct child *c)
{
	int r = set_one(&c->environment, "PATH", DEFAULT_PATH);

	if (r >= 0)
		r = set_all(&c->environment, c->request->context->environment);
	if (r >= 0)
		r = add_user(c);
	if (r >= 0)
		r = add_directories(c);
	if (r >= 0)
		r = set_all(&c->environment, c->request->variables);
	if (r >= 0 && c->credentials)
		r = set_one(&c->environment, "CREDENTIALS_DIRECTORY", c->credentials);
	if (r >= 0 && c->request->unit_id)
		r = add_own_pid(c);
	if (r >= 0)
		r = add_descriptors(c);
	if (r >= 0)
		r = add_search_path(c);
	if (r >= 0)
		r = add_passed(c);
	if (r >= 0)
		r = set_all(&c->environment, c->exec->environment);
	for (char **f = c->exec->environment_files; f && *f && r >= 0; f++)
		r = add_files(c, *f);
	for (char **n = c->exec->unset_environment; n && *n; n++)
		environment_unset(c->environment, *n);
	return r;
}
