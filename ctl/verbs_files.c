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

int verb_verify(struct ctl *c, char **arguments)
{
	_cleanup_(freep) char *program = find_reaperd();
	_cleanup_(strv_freep) char **argv = NULL;

	(void)c;
	if (!program || strv_push(&argv, strdup(program)) < 0 ||
		strv_push(&argv, strdup("--verify")) < 0 || strv_extend(&argv, arguments) < 0)
		return EXIT_FAILED;
	execvp(program, argv);
	fprintf(stderr, "reaperctl: cannot run %s, which reads unit files: %s\n", program,
		strerror(errno));
	return EXIT_FAILED;
}
