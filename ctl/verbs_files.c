/* SPDX-License-Identifier: MIT */
/* What needs no running reaperd: unit files are read by the one that stands beside us. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* `option` may be NULL. Comes back only when reaperd cannot be run. */
static int become_reaperd(const char *what, const char *option, char **arguments)
{
	_cleanup_(freep) char *program = find_reaperd();
	_cleanup_(strv_freep) char **argv = NULL;

	if (!program || strv_push(&argv, strdup(program)) < 0 ||
		strv_push(&argv, strdup(what)) < 0 ||
		(option && strv_push(&argv, strdup(option)) < 0) ||
		strv_extend(&argv, arguments) < 0)
		return EXIT_FAILED;
	execvp(program, argv);
	fprintf(stderr, "reaperctl: cannot run %s, which reads unit files: %s\n", program,
		strerror(errno));
	return EXIT_FAILED;
}

int verb_verify(struct ctl *c, char **arguments)
{
	return become_reaperd("--verify", c->options.here ? "--here" : NULL, arguments);
}

int ctl_install_offline(struct ctl *c, char **arguments)
{
	_cleanup_(freep) char *what = NULL, *root = NULL;
	_cleanup_(strv_freep) char **names = NULL;

	if (asprintf(&what, "--install=%s", c->verb->name) < 0 ||
		(c->options.root && asprintf(&root, "--root=%s", c->options.root) < 0))
		return EXIT_FAILED;
	for (; *arguments; arguments++)
		if (strv_push(&names, unit_name_mangle(*arguments)) < 0)
			return EXIT_FAILED;
	return become_reaperd(what, root, names);
}
