/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#ifndef REAPERD_STATIC
#include <dlfcn.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/base/signal_mask.h"
#include "daemon/manager/manager.h"
#include "daemon/manager/outside.h"

#define FIELDS_BYTES 4096 /* of LogExtraFields= and kin; more is left out */
#define FIELDS_MAX 64

/* One line on its way: the priority, the unit's name, further fields, the text behind them. */
struct record {
	char priority; /* '0' ... '7' */
	char unit[LIMIT_UNIT_NAME + 1];
	uint16_t fields_size;
	char text[FIELDS_BYTES + LIMIT_OUTPUT_LINE_BYTES];
};

typedef int journal_send_fn(const struct iovec *iov, int count);

static struct iovec field(
	char *buffer, size_t size, const char *name, const char *value, int length)
{
	int n = snprintf(buffer, size, "%s=%.*s", name, length, value);

	return (struct iovec){buffer, n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1};
}

static void send_record(journal_send_fn *send_fields, const struct record *r, size_t length)
{
	static char message[LIMIT_OUTPUT_LINE_BYTES + 16];
	char priority[16], identifier[LIMIT_UNIT_NAME + 32], unit[LIMIT_UNIT_NAME + 32];
	int name = (int)strlen(r->unit);
	int bare = text_ends_with(r->unit, ".service") ? name - (int)strlen(".service") : name;
	struct iovec fields[FIELDS_MAX] = {
		field(priority, sizeof(priority), "PRIORITY", &r->priority, 1),
		field(unit, sizeof(unit), "REAPERD_UNIT", r->unit, name),
		{message, strlen("MESSAGE=") + length - r->fields_size},
	};
	int count = 3;
	bool is_named = false;

	for (size_t at = 0; at < r->fields_size && count < FIELDS_MAX - 1;) {
		const char *text = r->text + at;

		fields[count++] = (struct iovec){(char *)text, strlen(text)};
		is_named |= text_after_prefix(text, "SYSLOG_IDENTIFIER=") != NULL;
		at += strlen(text) + 1;
	}
	if (!is_named)
		fields[count++] =
			field(identifier, sizeof(identifier), "SYSLOG_IDENTIFIER", r->unit, bare);
	memcpy(message, "MESSAGE=", strlen("MESSAGE="));
	memcpy(message + strlen("MESSAGE="), r->text + r->fields_size, length - r->fields_size);
	(void)send_fields(fields, count);
}

/* Until the other end closes; a TERM for everyone is not for us. */
static _Noreturn void be_writer(int fd, journal_send_fn *send_fields)
{
	static struct record record;
	ssize_t n;

	signal_to_default(SIGNAL_MASK_ALL);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal_mask_set(0, NULL);
	(void)prctl(PR_SET_NAME, "reaperd-journal");
	while ((n = recv(fd, &record, sizeof(record), 0)) > 0 || (n < 0 && errno == EINTR))
		if (n > (ssize_t)offsetof(struct record, text))
			send_record(
				send_fields, &record, (size_t)n - offsetof(struct record, text));
	_exit(EXIT_SUCCESS);
}

static bool take_line(const char *unit_id, const struct output_line *line,
	const struct output_fields *fields, void *data)
{
	struct manager *m = data;
	static struct record record;

	record.priority = (char)('0' + line->priority);
	snprintf(record.unit, sizeof(record.unit), "%s", unit_id);
	record.fields_size = fields->size < FIELDS_BYTES ? (uint16_t)fields->size : 0;
	if (record.fields_size)
		memcpy(record.text, fields->text, record.fields_size);
	memcpy(record.text + record.fields_size, line->text, line->length);
	return send(m->journal_fd, &record,
		       offsetof(struct record, text) + record.fields_size + line->length,
		       MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* JOURNAL_STREAM says which descriptor is the journal's: that of our standard error? */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &st) == 0 &&
	       st.st_dev == device && st.st_ino == inode;
}

static journal_send_fn *find_send(const struct manager *m)
{
#ifdef REAPERD_STATIC
	(void)m;
	return NULL;
#else
	return (journal_send_fn *)dlsym(m->outside.library, "sd_journal_sendv");
#endif
}

void journal_open(struct manager *m)
{
	journal_send_fn *send_fields = find_send(m);
	int fds[2];

	if (is_journal(STDERR_FILENO))
		log_set_target(LOG_TARGET_JOURNAL);
	if (!send_fields || !m->life.output || !is_journal(STDOUT_FILENO))
		return;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		(void)log_warning_errno(errno, "services' lines go to our own output");
		return;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		be_writer(fds[1], send_fields);
	}
	close(fds[1]);
	m->journal = pid < 0 ? NULL : process_track(&m->life.processes, pid, PROCESS_HELPER, NULL);
	if (!m->journal) {
		close(fds[0]);
		return;
	}
	m->journal_fd = fds[0];
	output_hub_set_sink(m->life.output, take_line, m);
}

void journal_close(struct manager *m)
{
	if (m->life.output)
		output_hub_set_sink(m->life.output, NULL, NULL);
	if (m->journal_fd > 0)
		close(m->journal_fd);
	m->journal_fd = -1;
}

void journal_ended(struct manager *m)
{
	m->journal = process_forget(&m->life.processes, m->journal);
	journal_close(m);
}
