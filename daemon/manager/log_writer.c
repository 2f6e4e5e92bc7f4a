/* SPDX-License-Identifier: MIT */
/*
 * The process that writes log files: lines from a pipe, "UNIT LINE", into DIRECTORY/UNIT.log. It
 * may wait for a disk as long as that takes; what cannot be written is dropped, counted, and told
 * of in the file once it can be written again.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/own.h"
#include "daemon/base/folder.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"
#include "daemon/manager/log_file.h"
#include "daemon/manager/log_files.h"

#define READ_BYTES (256 * 1024)

struct writer {
	const struct log_file_settings *settings;
	struct log_file *files;
	char buffer[READ_BYTES + 2 * LIMIT_OUTPUT_LINE_BYTES];
	size_t used;
};

static struct log_file *file_of(struct writer *w, const char *unit, size_t length)
{
	struct log_file *f = NULL;

	HASH_FIND(hh, w->files, unit, length, f);
	if (!f && (f = log_file_new(unit, length)))
		HASH_ADD_KEYPTR(hh, w->files, f->unit, length, f);
	return f;
}

static void rotate_all(struct writer *w)
{
	for (struct log_file *f = w->files; f; f = f->hh.next)
		log_file_rotate(w->settings, f);
}

static bool is_rotate(const char *line, size_t length)
{
	return length == strlen(LOG_WRITER_ROTATE) && memcmp(line, LOG_WRITER_ROTATE, length) == 0;
}

/* A run of lines of one unit: what is written is moved together in front. */
struct run {
	struct log_file *file;
	char *begin, *end;
};

static void write_run(struct writer *w, struct run *r)
{
	if (r->file && r->end > r->begin)
		log_file_write(w->settings, r->file, r->begin, (size_t)(r->end - r->begin));
	r->file = NULL;
}

static void take_line(struct writer *w, struct run *r, char *line, size_t length)
{
	char *space = memchr(line, ' ', length);

	if (is_rotate(line, length)) {
		write_run(w, r);
		rotate_all(w);
		return;
	}
	if (!space)
		return;
	size_t unit = (size_t)(space - line), rest = length - unit - 1;
	if (!r->file || strlen(r->file->unit) != unit || memcmp(r->file->unit, line, unit) != 0) {
		write_run(w, r);
		*r = (struct run){file_of(w, line, unit), line, line};
	}
	memmove(r->end, space + 1, rest + 1); /* its newline too */
	r->end += rest + 1;
}

/* Whole lines are taken; the beginning of the next one moves to the front. */
static void take(struct writer *w)
{
	char *line = w->buffer, *end = w->buffer + w->used, *newline;
	struct run run = {0};

	while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
		take_line(w, &run, line, (size_t)(newline - line));
		line = newline + 1;
	}
	write_run(w, &run);
	w->used = (size_t)(end - line);
	memmove(w->buffer, line, w->used);
}

/* A TERM for everyone is not for us; whoever compresses is nobody that is waited for. */
static void set_up(const struct log_file_settings *settings)
{
	signal_all_to_default();
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal_mask_set(0, NULL);
	(void)prctl(PR_SET_NAME, "reaperd-logs");
	int r = folder_make(settings->directory, 0755);
	if (r < 0)
		(void)log_warning_errno(r, "cannot make %s for log files", settings->directory);
}

void log_writer_run(const struct log_file_settings *settings, int fd)
{
	static struct writer w;
	ssize_t n;

	w.settings = settings;
	set_up(settings);
	while ((n = read(fd, w.buffer + w.used, sizeof(w.buffer) - w.used)) > 0 ||
		(n < 0 && errno == EINTR))
		if (n > 0) {
			w.used += (size_t)n;
			take(&w);
		}
	_exit(EXIT_SUCCESS);
}
