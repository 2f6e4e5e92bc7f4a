/* SPDX-License-Identifier: MIT */
#include "daemon/manager/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log_stamp.h"
#include "common/own.h"
#include "daemon/base/log.h"
#include "daemon/manager/log_rotate.h"

#define FIRST_BACK_OFF_USEC USEC_PER_SEC
#define LAST_BACK_OFF_USEC (30 * USEC_PER_SEC)

struct log_file *log_file_new(const char *unit, size_t length)
{
	struct log_file *f = calloc(1, sizeof(*f));

	if (!f || !(f->unit = strndup(unit, length))) {
		free(f);
		return NULL;
	}
	f->fd = -1;
	f->back_off_usec = FIRST_BACK_OFF_USEC;
	return f;
}

/* The caller frees; NULL: out of memory. */
static char *path_of(const struct log_file_settings *s, const struct log_file *f)
{
	char *path;

	return asprintf(&path, "%s/%s.log", s->directory, f->unit) < 0 ? NULL : path;
}

static void close_file(struct log_file *f)
{
	closep(&f->fd);
	f->fd = -1;
}

static uint64_t count_lines(const char *text, size_t length)
{
	uint64_t n = 0;

	for (const char *end = text + length; (text = memchr(text, '\n', (size_t)(end - text)));
		text++)
		n++;
	return n;
}

/* These lines are lost; the first loss is told, and the file left alone for a while. */
static void fail(struct log_file *f, int error, const char *lines, size_t length)
{
	if (error && !f->dropped)
		log_line(LOG_WARNING, error, f->unit,
			"cannot write its log file; lines are dropped until that is possible "
			"again");
	f->dropped += count_lines(lines, length);
	close_file(f);
	if (!error)
		return;
	f->error = error;
	f->retry_usec = usec_add(clock_monotonic_usec(), f->back_off_usec);
	f->back_off_usec *= f->back_off_usec < LAST_BACK_OFF_USEC ? 2 : 1;
}

/* When its first line was written; now, if it has none. */
static uint64_t begin_of(int fd)
{
	char text[LOG_STAMP_LENGTH];
	uint64_t usec;

	if (pread(fd, text, sizeof(text), 0) == sizeof(text) && log_stamp_parse(text, &usec) >= 0)
		return usec;
	return clock_realtime_usec();
}

static int open_file(const struct log_file_settings *s, struct log_file *f)
{
	_cleanup_(freep) char *path = path_of(s, f);
	_cleanup_(closep) int fd = -1;
	struct stat st;

	if (!path)
		return -ENOMEM;
	fd = open(path,
		O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADF;
	f->size = (uint64_t)st.st_size;
	f->begin_usec = begin_of(fd);
	f->fd = TAKE_FD(fd);
	return 0;
}

/* Whether the name still leads to the file that is open: else somebody took it away. */
static bool is_in_place(const struct log_file_settings *s, const struct log_file *f)
{
	_cleanup_(freep) char *path = path_of(s, f);
	struct stat there, open_one;

	return path && stat(path, &there) == 0 && fstat(f->fd, &open_one) == 0 &&
	       there.st_dev == open_one.st_dev && there.st_ino == open_one.st_ino;
}

/* Bytes written; fewer than `length`: `errno` says why, and no line is left half. */
static size_t append(struct log_file *f, const char *text, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = write(f->fd, text + done, length - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (done < length) {
		int error = errno;
		const char *last = memrchr(text, '\n', done);
		done = last ? (size_t)(last + 1 - text) : 0;
		(void)!ftruncate(f->fd, (off_t)(f->size + done));
		errno = error;
	}
	f->size += done;
	return done;
}

static bool tell_dropped(struct log_file *f)
{
	char text[160], stamp[LOG_STAMP_LENGTH + 1] = "";

	log_stamp_format(stamp, clock_realtime_usec());
	int n = snprintf(text, sizeof(text), "%s 4 reaperd: %llu lines were dropped here: %s\n",
		stamp, (unsigned long long)f->dropped, strerror(f->error));
	if (append(f, text, (size_t)n) != (size_t)n)
		return false;
	log_line(LOG_NOTICE, 0, f->unit,
		"its log file can be written again; %llu lines were dropped",
		(unsigned long long)f->dropped);
	f->dropped = 0;
	return true;
}

static bool is_due(const struct log_file_settings *s, const struct log_file *f, size_t more)
{
	uint64_t now = clock_realtime_usec();

	return f->size && (f->size + more > s->max_bytes ||
				  (s->max_age_usec != USEC_INFINITY && now > f->begin_usec &&
					  now - f->begin_usec > s->max_age_usec));
}

void log_file_write(
	const struct log_file_settings *s, struct log_file *f, const char *lines, size_t length)
{
	if (f->fd >= 0 && !is_in_place(s, f))
		close_file(f);
	if (f->fd >= 0 && is_due(s, f, length))
		log_file_rotate(s, f);
	if (f->fd < 0 && f->retry_usec > clock_monotonic_usec()) {
		fail(f, 0, lines, length);
		return;
	}
	int r = f->fd < 0 ? open_file(s, f) : 0;
	if (r < 0 || (f->dropped && !tell_dropped(f))) {
		fail(f, r < 0 ? -r : errno, lines, length);
		return;
	}
	size_t done = append(f, lines, length);
	if (done < length)
		fail(f, errno, lines + done, length - done);
	else
		f->back_off_usec = FIRST_BACK_OFF_USEC;
}

void log_file_rotate(const struct log_file_settings *s, struct log_file *f)
{
	_cleanup_(freep) char *path = path_of(s, f);

	close_file(f);
	if (path)
		log_rotate(s, f->unit, path);
}
