/* SPDX-License-Identifier: MIT */
#include "ctl/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log_stamp.h"
#include "common/own.h"
#include "common/text.h"
#include "ctl/ctl.h"

struct entry {
	uint64_t realtime_usec;
	json_int_t sequence; /* 0: from a file */
	uint64_t order;	     /* of those: older files first, then as they stand */
	json_t *row;
};

struct entries {
	struct entry *list;
	size_t count, room;
};

static void add(struct entries *e, const struct entry *entry)
{
	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : 256;
		struct entry *grown = reallocarray(e->list, room, sizeof(*grown));
		if (!grown)
			return;
		e->list = grown;
		e->room = room;
	}
	e->list[e->count++] = *entry;
}

static int by_time(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->realtime_usec != y->realtime_usec)
		return x->realtime_usec < y->realtime_usec ? -1 : 1;
	if (x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* What a file, or zstd about one, gives; the caller frees. NULL: nothing (errno says why). */
static char *read_all(int fd, size_t *ret_length)
{
	size_t used = 0, room = 0;
	char *text = NULL;

	for (;;) {
		if (used == room) {
			char *grown = realloc(text, room = room ? 2 * room : 64 * 1024);
			if (!grown)
				break;
			text = grown;
		}
		ssize_t n = read(fd, text + used, room - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	*ret_length = used;
	return text;
}

static char *read_compressed(const char *path, size_t *ret_length)
{
	char *text = NULL;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return NULL;
	pid_t pid = fork();
	if (pid == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		execlp("zstd", "zstd", "-dcq", "--", path, (char *)NULL);
		fprintf(stderr, "reaperctl: %s is left out: the program zstd is not there\n", path);
		_exit(127);
	}
	close(fds[1]);
	if (pid > 0) {
		text = read_all(fds[0], ret_length);
		(void)waitpid(pid, NULL, 0);
	}
	close(fds[0]);
	return text;
}

static char *read_file(const char *path, size_t *ret_length)
{
	if (text_ends_with(path, ".zst"))
		return read_compressed(path, ret_length);
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		if (errno != ENOENT)
			fprintf(stderr, "reaperctl: cannot read %s: %s\n", path, strerror(errno));
		return NULL;
	}
	return read_all(fd, ret_length);
}

/* What is looked for in the files of one unit. */
struct search {
	const struct log_query *query;
	const char *unit;
	uint64_t before_usec; /* reaperd keeps what is newer */
	uint64_t order;	      /* of the next line; each file has LINES_OF_FILE of them */
	struct entries found;
};

#define LINES_OF_FILE (1ULL << 40)
#define NEWEST_FILE (1ULL << 62)

/* "2026-11-27T22:04:30.123456Z 6 text" */
static void take_line(struct search *s, const char *line, size_t length)
{
	const size_t head = LOG_STAMP_LENGTH + strlen(" 6 ");
	struct entry e = {.order = s->order++};

	if (length < head || log_stamp_parse(line, &e.realtime_usec) < 0)
		return;
	int priority = line[LOG_STAMP_LENGTH + 1] - '0';
	if (e.realtime_usec > s->before_usec || e.realtime_usec < s->query->since_usec ||
		e.realtime_usec > s->query->until_usec || priority > s->query->max_priority)
		return;
	_cleanup_(freep) char *text = text_escape(line + head, length - head);
	e.row = json_pack("{s:s, s:I, s:I, s:i, s:s}", "unit", s->unit, "realtime_usec",
		(json_int_t)e.realtime_usec, "sequence", (json_int_t)0, "priority", priority,
		"text", text ? text : "");
	if (e.row)
		add(&s->found, &e);
}

static void take_file(struct search *s, const char *path)
{
	size_t length = 0;
	_cleanup_(freep) char *text = read_file(path, &length);
	const char *line = text, *end = text ? text + length : NULL, *newline;

	while (line && line < end && (newline = memchr(line, '\n', (size_t)(end - line)))) {
		take_line(s, line, (size_t)(newline - line));
		line = newline + 1;
	}
}

static int is_name(const struct dirent *e)
{
	return strstr(e->d_name, ".log") && !text_ends_with(e->d_name, ".part");
}

/* The unit's present file stands in front of its rotated ones, which are named after the time. */
static bool is_of_unit(const char *name, const char *unit)
{
	const char *rest = text_after_prefix(name, unit);
	uint64_t usec;

	rest = rest ? text_after_prefix(rest, ".log") : NULL;
	return rest && (!*rest || (*rest == '.' && log_name_parse(rest + 1, &usec) == 0));
}

/* Newest first, until there is enough. What was rotated before `since` has nothing newer. */
static void search_files(struct search *s, struct dirent **names, int count)
{
	const struct log_query *q = s->query;
	_cleanup_(freep) char *present = NULL;
	uint64_t usec;

	if (asprintf(&present, "%s/%s.log", q->directory, s->unit) < 0)
		return;
	s->order = NEWEST_FILE;
	take_file(s, present);
	for (int i = count - 1; i >= 0 && s->found.count < q->count; i--) {
		_cleanup_(freep) char *path = NULL;
		const char *name = names[i]->d_name;

		if (!is_of_unit(name, s->unit) || text_ends_with(name, ".log"))
			continue;
		const char *time = name + strlen(s->unit) + strlen(".log.");
		if (log_name_parse(time, &usec) == 0 && usec < q->since_usec)
			break;
		s->order = (s->order & ~(LINES_OF_FILE - 1)) - LINES_OF_FILE;
		if (asprintf(&path, "%s/%s", q->directory, name) >= 0)
			take_file(s, path);
	}
}

/* When the oldest of a unit's lines that reaperd keeps was written, and how many are of that time.
 */
static uint64_t oldest_kept(const json_t *kept, size_t *ret_count)
{
	uint64_t oldest = UINT64_MAX;
	json_t *row;
	size_t i;

	*ret_count = 0;
	json_array_foreach (kept, i, row) {
		uint64_t usec = (uint64_t)get_int(row, "realtime_usec");

		if (usec < oldest) {
			oldest = usec;
			*ret_count = 0;
		}
		*ret_count += usec == oldest;
	}
	return oldest;
}

static void add_unit(
	struct entries *all, struct search *s, const json_t *kept, struct dirent **names, int count)
{
	size_t kept_count, i, at_border = 0;
	json_t *row;

	s->before_usec = oldest_kept(kept, &kept_count);
	search_files(s, names, count);
	for (i = 0; i < s->found.count; i++)
		at_border += s->found.list[i].realtime_usec == s->before_usec;
	/* Lines of one time may be there in part: the larger part counts. */
	bool file_wins = at_border >= kept_count;
	for (i = 0; i < s->found.count; i++)
		if (file_wins || s->found.list[i].realtime_usec != s->before_usec)
			add(all, &s->found.list[i]);
		else
			json_decref(s->found.list[i].row);
	free(s->found.list);
	json_array_foreach (kept, i, row) {
		uint64_t usec = (uint64_t)get_int(row, "realtime_usec");

		if (!file_wins || usec != s->before_usec)
			add(all, &(struct entry){.realtime_usec = usec,
					 .sequence = get_int(row, "sequence"),
					 .row = json_incref(row)});
	}
}

/* What is kept, by unit; units that were asked for, or that have a file, are there too. */
static json_t *by_unit(const json_t *kept, const json_t *units, struct dirent **names, int count)
{
	json_t *found = json_object(), *row, *name;
	size_t k;

	json_array_foreach (units, k, name)
		json_object_set_new(found, json_string_value(name), json_array());
	for (int i = 0; i < count && !json_array_size(units); i++) {
		const char *end = strstr(names[i]->d_name, ".log");
		_cleanup_(freep) char *unit =
			strndup(names[i]->d_name, (size_t)(end - names[i]->d_name));
		if (unit && is_of_unit(names[i]->d_name, unit))
			json_object_set_new(found, unit, json_array());
	}
	json_array_foreach (kept, k, row) {
		const char *unit = get_string(row, "unit");

		if (!json_object_get(found, unit))
			json_object_set_new(found, unit, json_array());
		json_array_append(json_object_get(found, unit), row);
	}
	return found;
}

uint64_t log_files_size(const char *directory)
{
	struct dirent **names;
	int count = scandir(directory, &names, is_name, alphasort);
	uint64_t bytes = 0;
	struct stat st;

	for (int i = 0; i < count; i++) {
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/%s", directory, names[i]->d_name) >= 0 &&
			lstat(path, &st) == 0)
			bytes += (uint64_t)st.st_blocks * 512;
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return bytes;
}

json_t *log_files_add(const struct log_query *q, const json_t *units, const json_t *kept)
{
	struct entries all = {0};
	json_t *lines = json_array(), *rows;
	const char *unit;
	struct dirent **names;
	int count = scandir(q->directory, &names, is_name, alphasort);

	if (count < 0)
		fprintf(stderr, "reaperctl: cannot look for log files in %s: %s\n", q->directory,
			strerror(errno));
	json_t *found = by_unit(kept, units, names, count);
	json_object_foreach (found, unit, rows)
		add_unit(&all, &(struct search){.query = q, .unit = unit}, rows, names, count);
	if (all.count)
		qsort(all.list, all.count, sizeof(*all.list), by_time);
	for (size_t i = 0; i < all.count; i++)
		json_array_append_new(lines, all.list[i].row);
	for (int i = 0; i < count; i++)
		free(names[i]);
	if (count >= 0)
		free(names);
	free(all.list);
	json_decref(found);
	return lines;
}
