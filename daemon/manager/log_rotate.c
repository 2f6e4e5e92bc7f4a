/* SPDX-License-Identifier: MIT */
#include "daemon/manager/log_rotate.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log_stamp.h"
#include "common/own.h"
#include "common/text.h"
#include "daemon/base/log.h"

#define UNFINISHED ".part"

/* A process of its own: nobody waits for it but who asked it, in a process of its own too. */
static int run_zstd(const char *from, const char *to)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("zstd", "zstd", "-q", "-f", "-o", to, "--", from, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return pid > 0 ? status : -1;
}

static _Noreturn void compress(const char *path)
{
	_cleanup_(freep) char *part = NULL, *whole = NULL;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)!nice(10);
	if (asprintf(&part, "%s.zst" UNFINISHED, path) < 0 || asprintf(&whole, "%s.zst", path) < 0)
		_exit(1);
	if (run_zstd(path, part) == 0 && rename(part, whole) == 0)
		(void)unlink(path);
	else {
		log_warning("%s is not compressed: is the program zstd there?", path);
		(void)unlink(part);
	}
	_exit(0);
}

/* What is compared by alphasort is the time. */
static int prune(const struct log_file_settings *s, const char *unit)
{
	_cleanup_(freep) char *prefix = NULL;
	struct dirent **entries;
	uint64_t kept = 0, usec, now = clock_realtime_usec();

	if (asprintf(&prefix, "%s.log.", unit) < 0)
		return -ENOMEM;
	int n = scandir(s->directory, &entries, NULL, alphasort);
	for (int i = n - 1; i >= 0; i--) {
		_cleanup_(freep) char *path = NULL;
		const char *time = text_after_prefix(entries[i]->d_name, prefix);

		if (!time || log_name_parse(time, &usec) < 0 ||
			asprintf(&path, "%s/%s", s->directory, entries[i]->d_name) < 0)
			continue;
		bool is_old = s->max_age_usec != USEC_INFINITY && now > usec &&
			      now - usec > s->max_age_usec;
		if (kept >= s->max_files || is_old)
			(void)unlink(path);
		else
			kept++;
	}
	for (int i = 0; i < n; i++)
		free(entries[i]);
	if (n >= 0)
		free(entries);
	return n < 0 ? -errno : 0;
}

void log_rotate(const struct log_file_settings *s, const char *unit, const char *path)
{
	_cleanup_(freep) char *rotated = NULL;
	char time[LOG_NAME_LENGTH + 1] = "";

	log_name_format(time, clock_realtime_usec());
	if (asprintf(&rotated, "%s.%s", path, time) < 0)
		return;
	if (rename(path, rotated) < 0) {
		if (errno != ENOENT)
			log_line(LOG_WARNING, errno, unit, "cannot rotate its log file");
		return;
	}
	if (prune(s, unit) < 0)
		log_line(LOG_WARNING, 0, unit, "cannot look for old log files of it in %s",
			s->directory);
	if (s->compress && access(rotated, F_OK) == 0 && fork() == 0)
		compress(rotated);
}
