/* SPDX-License-Identifier: MIT */
/* Any bytes as what a client of the control socket sends, run by every method over a folder of
 * units; nothing is started. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/control/server.h"
#include "tests/fuzz/fuzz.h"

#define ROUNDS 64	   /* of what one input may have to say, and its answers */
#define INPUTS_A_HOUSE 256 /* then it is built anew, for names that were asked for stay known */

static struct manager manager;
static struct control control;
static char folder[] = "/tmp/reaperd-fuzz-XXXXXX";
static int listen_fd = -1;
static struct sockaddr_un address;
static socklen_t address_length = sizeof(address);

static const struct {
	const char *name, *text;
} files[] = {
	{"a.service", "[Unit]\nRequires=b.target\nAfter=b.target\n[Service]\nExecStart=/bin/true\n"
		      "[Install]\nWantedBy=b.target\n"},
	{"b.target", "[Unit]\nAllowIsolate=yes\nConflicts=c.service\n"},
	{"c.service", "[Service]\nType=oneshot\nExecStart=/bin/true\nRemainAfterExit=yes\n"},
	{"d@.service", "[Service]\nExecStart=/bin/echo %i\n[Install]\nDefaultInstance=x\n"},
	{"e.timer", "[Timer]\nOnActiveSec=1h\nUnit=c.service\n"},
	{"f.service", "[Service]\nExecStart=relative\n"},
};

static void write_files(void)
{
	char path[128];

	for (size_t i = 0; i < ELEMENTS(files); i++) {
		size_t length = strlen(files[i].text);

		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || write(fd, files[i].text, length) != (ssize_t)length)
			abort();
		close(fd);
	}
}

static void build_house(void)
{
	struct options options = {.unit_path = folder, .socket = folder, .log_level = -1};

	log_set_target(LOG_TARGET_NULL);
	if (manager_open(&manager, &options) < 0)
		abort();
	outside_open(&manager);
	/* The fuzzer's own alarm wants to be heard. */
	inherited_restore(&manager.inherited);
	manager.life.loader.path = search_path_new(folder, false);
	manager.life.loader.host = specifier_host_local();
	manager.life.killing = true;
	control = (struct control){
		.manager = &manager, .uid = geteuid(), .lock_fd = -1, .source.fd = listen_fd};
	manager.control = &control;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void remove_folder(void)
{
	(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void set_up(void)
{
	if (!mkdtemp(folder))
		abort();
	(void)atexit(remove_folder);
	write_files();
	address.sun_family = AF_UNIX;
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listen_fd < 0 ||
		bind(listen_fd, (struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
		getsockname(listen_fd, (struct sockaddr *)&address, &address_length) < 0 ||
		listen(listen_fd, 1) < 0)
		abort();
	build_house();
}

/* What was answered is JSON, message by message. */
static void read_answers(int fd, struct varlink_buffer *b)
{
	json_t *message;
	int r;

	while (varlink_read(b, fd, LIMIT_REPLY_QUEUE_BYTES) > 0)
		while ((r = varlink_next(b, &message)) != 0) {
			if (r < 0)
				abort();
			json_decref(message);
		}
}

static void speak(const uint8_t *data, size_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct varlink_buffer answers = {0};

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, address_length) < 0)
		abort();
	client_accept(&control);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		abort();
	(void)!write(fd, data, size);
	(void)shutdown(fd, SHUT_WR);
	for (int i = 0; i < ROUNDS && control.clients; i++) {
		struct loop_source *source = &control.clients->source;

		source->fn(source, EPOLLIN | EPOLLRDHUP);
		life_turn(&manager.life);
		read_answers(fd, &answers);
	}
	while (control.clients)
		client_close(control.clients);
	varlink_buffer_done(&answers);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned inputs;

	if (size > LIMIT_REQUEST_BYTES)
		return 0;
	if (listen_fd < 0)
		set_up();
	if (++inputs % INPUTS_A_HOUSE == 0) {
		manager_close(&manager);
		build_house();
	}
	speak(data, size);
	manager.state = MANAGER_RUNNING;
	manager.stop_phase = STOP_NOT;
	manager.life.stopping = false;
	return 0;
}
