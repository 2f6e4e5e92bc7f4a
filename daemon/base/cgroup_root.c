/* SPDX-License-Identifier: MIT */
#include "daemon/base/cgroup_root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/own.h"
#include "common/text.h"
#include "daemon/base/word.h"

#define FIRST_PID_NAMESPACE 0xEFFFFFFCU /* PROC_PID_INIT_INO of the kernel */

DEFINE_ENUM_TABLE(cgroup_controller,
	CONTROLLER_MAX, [CONTROLLER_CPU] = "cpu", [CONTROLLER_CPUSET] = "cpuset",
	[CONTROLLER_IO] = "io", [CONTROLLER_MEMORY] = "memory", [CONTROLLER_PIDS] = "pids", );

static bool asks_for_init;

void cgroup_root_ask_for_init(void)
{
	asks_for_init = true;
}

unsigned cgroup_controllers_parse(const char *text)
{
	unsigned found = 0;
	char *word;

	while (word_next(&text, &word, 0) > 0) {
		int controller = cgroup_controller_from_string(word);

		if (controller >= 0)
			found |= 1U << controller;
		free(word);
	}
	return found;
}

/* The text of a small file without its line end, cut where it does not fit; false: not to be read.
 */
static bool read_text(const char *folder, const char *name, char *text, size_t size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	if (n < 0)
		return false;
	text[n] = 0;
	text[n && text[n - 1] == '\n' ? n - 1 : n] = 0;
	return true;
}

/* Where cgroup2 is mounted: alone, or beside the older trees. */
static const char *find_mount(void)
{
	static const char *const places[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

	for (size_t i = 0; i < ELEMENTS(places); i++) {
		struct statfs fs;

		if (statfs(places[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return places[i];
	}
	return NULL;
}

/* Our own cgroup, or that of the init that is asked for, above the leaf that it made: "" is the
 * root. The caller frees. */
static char *own_name(void)
{
	_cleanup_(fclosep) FILE *f =
		fopen(asks_for_init ? "/proc/1/cgroup" : "/proc/self/cgroup", "re");
	char line[4096];

	while (f && fgets(line, sizeof(line), f)) {
		const char *name = text_after_prefix(line, "0::");

		if (!name)
			continue;
		line[strcspn(line, "\n")] = 0;
		if (text_ends_with(line, "/" CGROUP_OWN_LEAF))
			line[strlen(line) - strlen("/" CGROUP_OWN_LEAF)] = 0;
		return strdup(strcmp(name, "/") == 0 ? "" : name);
	}
	return NULL;
}

static bool is_delegated(const char *folder)
{
	char value = 0;

	return (getxattr(folder, "trusted.delegate", &value, 1) == 1 ||
		       getxattr(folder, "user.delegate", &value, 1) == 1) &&
	       value == '1';
}

/* Whether nobody but us is in it: PIDs of other namespaces read as 0. */
static bool is_alone(const char *folder)
{
	char text[64], own[16];

	snprintf(own, sizeof(own), "%d", (int)getpid());
	return read_text(folder, "cgroup.procs", text, sizeof(text)) && strcmp(text, own) == 0;
}

static bool is_first_pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

/* The tree belongs to one manager: to the init of the machine, to that of a cgroup namespace, to
 * whom it was delegated, or to whom it was given with nobody else in it. */
static bool is_ours(const char *folder, const char *name)
{
	bool is_init = asks_for_init || getpid() == 1;
	struct stat st;
	char type[32];

	if (!read_text(folder, "cgroup.type", type, sizeof(type))) /* the root of all */
		return is_init && is_first_pid_namespace();
	if (is_delegated(folder) || (is_init && !*name))
		return true;
	bool was_given =
		is_init || (geteuid() != 0 && stat(folder, &st) == 0 && st.st_uid == geteuid());
	return was_given && is_alone(folder);
}

static bool can_write(const char *folder)
{
	static const char *const files[] = {"", "cgroup.procs", "cgroup.subtree_control"};

	for (size_t i = 0; i < ELEMENTS(files); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		if (access(path, W_OK) < 0)
			return false;
	}
	return true;
}

static void find(struct cgroup_root *root)
{
	const char *mount = find_mount();
	_cleanup_(freep) char *name = mount ? own_name() : NULL, *folder = NULL;
	char text[256];

	root->why_not = "there is no cgroup2 tree here";
	if (!name || asprintf(&folder, "%s%s", mount, name) < 0)
		return;
	root->why_not = "the cgroup2 tree is read-only here";
	if (!can_write(folder))
		return;
	root->why_not = "the cgroup2 tree is not ours to divide (Delegate=)";
	if (!is_ours(folder, name))
		return;
	if (read_text(folder, "cgroup.controllers", text, sizeof(text)))
		root->controllers = cgroup_controllers_parse(text);
	root->folder = TAKE_PTR(folder);
	root->name = TAKE_PTR(name);
	root->why_not = NULL;
}

const struct cgroup_root *cgroup_root(void)
{
	static struct cgroup_root root;
	static bool is_known;

	if (!is_known)
		find(&root);
	is_known = true;
	return &root;
}
