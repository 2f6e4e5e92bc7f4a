/* SPDX-License-Identifier: MIT */
/*
 * The process that writes log files: blocks of lines from a pipe, "UNIT LENGTH" and then so many
 * bytes, into DIRECTORY/UNIT.log. It may wait for a disk as long as that takes; what cannot be
 * written is dropped, counted, and told of in the file once it can be written again.
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
	struct log_file *file; /* of the block that is being read */
	size_t left;	       /* how much of it is yet to come */
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

/* What comes next: so many bytes of a unit, or something to do. Ended by a NUL in place of its
 * newline. */
static void take_head(struct writer *w, char *line)
{
	char *space = strchr(line, ' ');

	if (strcmp(line, LOG_WRITER_ROTATE) == 0)
		rotate_all(w);
	if (!space)
		return;
	w->left = strtoul(space + 1, NULL, 10);
	w->file = file_of(w, line, (size_t)(space - line));
}

/* Whole lines of the block: how much that was. */
static size_t take_lines(struct writer *w, const char *text, size_t size)
{
	size_t there = size < w->left ? size : w->left;
	const char *last = memrchr(text, '\n', there);
	size_t whole = last ? (size_t)(last + 1 - text) : 0;

	if (whole && w->file)
		log_file_write(w->settings, w->file, text, whole);
	w->left -= whole;
	return whole;
}

/* What is not whole moves to the front. */
static void take(struct writer *w)
{
	char *text = w->buffer, *end = w->buffer + w->used;
	size_t taken = 1;

	while (text < end && taken) {
		char *newline = w->left ? NULL : memchr(text, '\n', (size_t)(end - text));

		taken = w->left	  ? take_lines(w, text, (size_t)(end - text))
			: newline ? (size_t)(newline + 1 - text)
				  : 0;
		if (newline) {
			*newline = 0;
			take_head(w, text);
		}
		text += taken;
	}
	w->used = (size_t)(end - text);
	memmove(w->buffer, text, w->used);
}

/* A TERM for everyone is not for us; whoever compresses is nobody that is waited for. */
static void set_up(const struct log_file_settings *settings)
{
	signal_to_default(SIGNAL_MASK_ALL);
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
