/* SPDX-License-Identifier: MIT */
/* What needs no running reaperd: unit files are read by the one that stands beside us. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "ctl/ctl.h"

/* In our own folder, in the sbin beside it, else as PATH finds it. The caller frees. */
static char *find_reaperd(void)
{
	static const char *const places[] = {"reaperd", "../sbin/reaperd"};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = 0;
	const char *folder = n > 0 ? dirname(self) : ".";
	for (size_t i = 0; i < ELEMENTS(places); i++) {
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, places[i]) < 0)
			return NULL;
		if (access(path, X_OK) == 0)
			return TAKE_PTR(path);
	}
	return strdup("reaperd");
}

/* Its command line; `option` may be NULL. NULL: out of memory. The caller frees. */
static char **command_line(const char *what, const char *option, char **arguments)
{
	char **argv = NULL;

	if (strv_push(&argv, find_reaperd()) < 0 || strv_push(&argv, strdup(what)) < 0 ||
		(option && strv_push(&argv, strdup(option)) < 0) ||
		strv_extend(&argv, arguments) < 0)
		return strv_free(argv);
	return argv;
}

/* Comes back only when reaperd cannot be run. Takes the vector over. */
static int become_reaperd(char **argv)
{
	if (argv) {
		execvp(*argv, argv);
		fprintf(stderr, "reaperctl: cannot run %s, which reads unit files: %s\n", *argv,
			strerror(errno));
	}
	strv_free(argv);
	return EXIT_FAILED;
}

/* Likewise, and what it writes comes out of *ret. Positive: told. */
static int run_reaperd(char **argv, FILE **ret, pid_t *ret_pid)
{
	int ends[2];

	if (!argv || pipe2(ends, O_CLOEXEC) < 0)
		return EXIT_FAILED;
	pid_t pid = fork();
	if (pid == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		_exit(become_reaperd(argv));
	}
	close(ends[1]);
	*ret = pid < 0 ? NULL : fdopen(ends[0], "r");
	*ret_pid = pid;
	if (!*ret)
		close(ends[0]);
	return *ret ? EXIT_DONE : EXIT_FAILED;
}

int verb_verify(struct ctl *c, char **arguments)
{
	return become_reaperd(
		command_line("--verify", c->options.here ? "--here" : NULL, arguments));
}

/* NULL: told, or out of memory. */
static char **install_command_line(struct ctl *c, char **arguments)
{
	_cleanup_(freep) char *what = NULL, *root = NULL;
	_cleanup_(strv_freep) char **names = NULL;

	if (asprintf(&what, "--install=%s", c->verb->name) < 0 ||
		(c->options.root && asprintf(&root, "--root=%s", c->options.root) < 0))
		return NULL;
	if (c->options.root && access(c->options.root, F_OK) < 0) {
		fprintf(stderr, "reaperctl: --root=%s: %s\n", c->options.root, strerror(errno));
		return NULL;
	}
	for (; *arguments; arguments++)
		if (strv_push(&names, unit_name_mangle(*arguments)) < 0)
			return NULL;
	return command_line(what, root, names);
}

int ctl_install_offline(struct ctl *c, char **arguments)
{
	return become_reaperd(install_command_line(c, arguments));
}

int ctl_list_files_offline(struct ctl *c, json_t **ret)
{
	static char *none[] = {NULL};
	_cleanup_(strv_freep) char **argv = install_command_line(c, none);
	char name[256], state[32], preset[32];
	int status = 0;
	FILE *output;
	pid_t pid;

	if (run_reaperd(argv, &output, &pid))
		return EXIT_FAILED;
	json_t *files = json_array();
	while (fscanf(output, "%255s %31s %31s", name, state, preset) == 3)
		json_array_append_new(files, json_pack("{s:s, s:s, s:s}", "unit_file", name,
						     "state", state, "preset", preset));
	fclose(output);
	if (waitpid(pid, &status, 0) < 0 || status) {
		json_decref(files);
		return EXIT_FAILED;
	}
	*ret = json_pack("{s:o}", "files", files);
	return EXIT_DONE;
}
