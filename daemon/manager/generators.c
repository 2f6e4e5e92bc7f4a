/* SPDX-License-Identifier: MIT */
#include "daemon/manager/generators.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/folder.h"
#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"

#define GENERATOR_TIMEOUT_SEC 20
#define MAX_DEPTH 8

/* Earliest wins: a file of that name, empty or a link to /dev/null, takes one away. */
static const char *const places[] = {"/run/systemd/system-generators",
	"/etc/systemd/system-generators", "/usr/local/lib/systemd/system-generators",
	"/usr/lib/systemd/system-generators"};

/* What they are called with, in this order: for units before all others' place, and after it. */
static const char *const outputs[] = {GENERATED_DIR, GENERATED_EARLY_DIR, GENERATED_LATE_DIR};

/* systemd's own make mounts, consoles and other things of a host out of what they find; but for
 * these, which bring in services. */
static bool is_of_host(const char *name)
{
	return text_after_prefix(name, "systemd-") && strcmp(name, "systemd-sysv-generator") != 0 &&
	       strcmp(name, "systemd-rc-local-generator") != 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	(void)remove(path);
	return 0;
}

static void run_one(const char *path)
{
	char *const words[] = {
		(char *)path, (char *)outputs[0], (char *)outputs[1], (char *)outputs[2], NULL};
	char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"SYSTEMD_SCOPE=system", "SYSTEMD_IN_INITRD=0", "SYSTEMD_FIRST_BOOT=0", NULL};

	if (fork() != 0)
		return;
	execve(path, words, environment);
	_exit(EXIT_FAILURE);
}

static void run_place(const char *place, char ***seen)
{
	DIR *d = opendir(place);

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
		_cleanup_(freep) char *path = NULL;
		struct stat st;

		if (e->d_name[0] == '.' || is_of_host(e->d_name) ||
			strv_contains(*seen, e->d_name) || strv_push(seen, strdup(e->d_name)) < 0 ||
			asprintf(&path, "%s/%s", place, e->d_name) < 0)
			continue;
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
			access(path, X_OK) == 0)
			run_one(path);
	}
	if (d)
		closedir(d);
}

/* In a child of ours: all at once, and then their ends. The alarm ends it if they never do. */
static _Noreturn void be_runner(void)
{
	_cleanup_(strv_freep) char **seen = NULL;

	signal_to_default(SIGNAL_MASK_ALL);
	(void)signal_mask_set(0, NULL);
	(void)setsid();
	(void)alarm(GENERATOR_TIMEOUT_SEC);
	(void)umask(0022);
	for (size_t i = 0; i < ELEMENTS(outputs); i++) {
		(void)nftw(outputs[i], remove_one, MAX_DEPTH, FTW_DEPTH | FTW_PHYS);
		if (folder_make(outputs[i], 0755) < 0)
			_exit(EXIT_FAILURE);
	}
	for (size_t i = 0; i < ELEMENTS(places); i++)
		run_place(places[i], &seen);
	while (wait(NULL) >= 0)
		;
	_exit(EXIT_SUCCESS);
}

static bool is_wanted(const struct manager *m)
{
	struct options const *o = &m->options;

	if (!m->is_pid1 || m->is_user || o->unit_path || (o->command && !o->unit_count))
		return false;
	for (size_t i = 0; i < ELEMENTS(places); i++)
		if (access(places[i], F_OK) == 0)
			return true;
	return false;
}

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid == 0)
		be_runner();
	if (pid < 0)
		(void)log_warning_errno(errno, "cannot run the generators of unit files");
	return pid < 0 ? -errno : pid;
}

void generators_run(struct manager *m)
{
	int status = 0;

	if (!is_wanted(m))
		return;
	pid_t pid = start();
	if (pid < 0)
		return;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		log_warning("generators of unit files did not end within %d s, or %s cannot be "
			    "written; there may be fewer units",
			GENERATOR_TIMEOUT_SEC, outputs[0]);
	if (search_path_add_generated(m->life.loader.path) < 0)
		log_warning("no memory for the folders of generated units");
}

int generators_start(struct manager *m)
{
	if (!is_wanted(m))
		return 0;
	if (m->generators) {
		m->generate_again = true;
		return 1;
	}
	pid_t pid = start();
	if (pid < 0)
		return (int)pid;
	m->generators = process_track(&m->life.processes, pid, PROCESS_HELPER, NULL);
	return m->generators ? 1 : -ENOMEM;
}

void generators_ended(struct manager *m)
{
	m->generators = process_forget(&m->life.processes, m->generators);
	if (m->generate_again) {
		m->generate_again = false;
		if (generators_start(m) > 0)
			return;
	}
	(void)manager_reload(m);
}
