/* SPDX-License-Identifier: MIT */
/* The connection to reaperd: one varlink call after another over the control socket. */
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/interface.h"
#include "common/text.h"
#include "ctl/ctl.h"

/* A reply of a big machine fits; a peer that is no reaperd does not fill our memory. */
#define LIMIT_REPLY_BYTES (64 * 1024 * 1024)

/* The places where reaperd opens its socket, as reaperd(8) has them. The caller frees. */
static char *default_socket(const struct options *o)
{
	const char *environment = getenv("REAPERD_SOCKET"), *runtime = getenv("XDG_RUNTIME_DIR");
	char *path = NULL;

	if (o->socket)
		return strdup(o->socket);
	if (environment && *environment)
		return strdup(environment);
	if (geteuid() != 0 && runtime && *runtime) {
		if (asprintf(&path, "%s/reaperd/io.reaperd", runtime) < 0)
			return NULL;
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return strdup("/run/reaperd/io.reaperd");
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_(closep) int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

bool ctl_is_offline(struct ctl *c)
{
	_cleanup_(freep) char *path = default_socket(&c->options);
	const char *environment = getenv("REAPERD_SOCKET");

	if (c->options.root)
		return true;
	if (c->options.socket || (environment && *environment) || !path)
		return false;
	c->fd = connect_to(path);
	return c->fd < 0;
}

static int open_connection(struct ctl *c)
{
	_cleanup_(freep) char *path = NULL;

	if (c->fd >= 0)
		return 0;
	path = default_socket(&c->options);
	c->fd = path ? connect_to(path) : -ENOMEM;
	if (c->fd >= 0)
		return 0;
	fprintf(stderr, "reaperctl: no reaperd answers at %s: %s\n", path ? path : "?",
		strerror(-c->fd));
	if (c->fd == -ENOENT && !c->options.socket)
		fprintf(stderr, "Is it running, and where is its socket? --socket=PATH or "
				"REAPERD_SOCKET say so.\n");
	c->fd = -1;
	return EXIT_NO_REAPERD;
}

static int lost(int error)
{
	fprintf(stderr, "reaperctl: the connection to reaperd was lost: %s\n",
		error ? strerror(error) : "it closed the socket");
	return EXIT_NO_REAPERD;
}

static int send_request(struct ctl *c, const char *method, json_t *parameters, bool more)
{
	char name[128];
	size_t size, sent = 0;

	snprintf(name, sizeof(name), "%s.%s", INTERFACE_NAME, method);
	json_t *message = json_pack("{s:s, s:o}", "method", name, "parameters",
		parameters ? parameters : json_object());
	if (more)
		json_object_set_new(message, "more", json_true());
	_cleanup_(freep) char *text = varlink_encode(message, &size);
	json_decref(message);
	while (text && sent < size) {
		ssize_t n = send(c->fd, text + sent, size - sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return lost(errno);
		sent += (size_t)n;
	}
	return text ? 0 : lost(ENOMEM);
}

/* Opens the connection where it is not, and sends. Takes over the parameters. */
static int ask(struct ctl *c, const char *method, json_t *parameters, bool more)
{
	int r = open_connection(c);

	if (!r)
		return send_request(c, method, parameters, more);
	json_decref(parameters);
	return r;
}

/* Until there is something to read; who wants to is told of the time. */
static void await(struct ctl *c)
{
	struct pollfd readable = {.fd = c->fd, .events = POLLIN};
	uint64_t begin = clock_monotonic_usec();

	while (c->tell_every_msec && poll(&readable, 1, c->tell_every_msec) == 0)
		c->tell(c, clock_monotonic_usec() - begin);
}

/* Until a whole message is there. */
static int fill(struct ctl *c)
{
	while (!varlink_has_message(&c->in)) {
		await(c);
		ssize_t n = varlink_read(&c->in, c->fd, LIMIT_REPLY_BYTES);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return lost((int)-n);
	}
	return 0;
}

static int receive(struct ctl *c, json_t **ret)
{
	int r = fill(c);

	if (r)
		return r;
	return varlink_next(&c->in, ret) < 0 ? lost(EBADMSG) : 0;
}

/* The name of an error without its interface; the caller frees. */
static char *short_name(const json_t *reply)
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	const char *dot = error ? strrchr(error, '.') : NULL;

	return error ? strdup(dot ? dot + 1 : error) : NULL;
}

int ctl_ask(struct ctl *c, const char *method, json_t *parameters)
{
	return ask(c, method, parameters, false);
}

/* The next answer, whatever it says. */
static int take(struct ctl *c, json_t **ret, char **ret_error)
{
	json_t *reply;
	int r = receive(c, &reply);

	if (r)
		return r;
	*ret = json_incref(json_object_get(reply, "parameters"));
	*ret_error = short_name(reply);
	json_decref(reply);
	return 0;
}

int ctl_try(struct ctl *c, const char *method, json_t *parameters, json_t **ret, char **ret_error)
{
	int r = ctl_ask(c, method, parameters);

	return r ? r : take(c, ret, ret_error);
}

int ctl_call_text(struct ctl *c, const char *method, json_t *parameters, char **ret)
{
	json_t *reply;
	int r = ask(c, method, parameters, false);

	if (!r)
		r = fill(c);
	if (r)
		return r;
	if (text_after_prefix(c->in.data, "{\"parameters\":")) {
		*ret = TAKE_PTR(c->in.data);
		c->in.used = c->in.room = 0;
		return 0;
	}
	r = receive(c, &reply);
	if (r)
		return r;
	_cleanup_(freep) char *error = short_name(reply);
	r = error ? ctl_explain(error, json_object_get(reply, "parameters")) : lost(EBADMSG);
	json_decref(reply);
	return r;
}

int ctl_explain(const char *error, const json_t *parameters)
{
	const char *unit = get_string(parameters, "unit"),
		   *reason = get_string(parameters, "reason");

	if (strcmp(error, "InvalidUnitName") == 0)
		fprintf(stderr, "reaperctl: \"%s\" cannot be the name of a unit\n", unit);
	else if (strcmp(error, "NoSuchUnit") == 0)
		fprintf(stderr, "reaperctl: there is no unit %s: %s\n", unit, reason);
	else if (strcmp(error, "PermissionDenied") == 0)
		fprintf(stderr, "reaperctl: not allowed: %s\n", reason);
	else if (strcmp(error, "MethodNotFound") == 0)
		fprintf(stderr,
			"reaperctl: that reaperd does not know %s; it is of another version\n",
			get_string(parameters, "method"));
	else if (strcmp(error, "InvalidParameter") == 0)
		fprintf(stderr, "reaperctl: reaperd does not accept this \"%s\"\n",
			get_string(parameters, "parameter"));
	else if (strcmp(error, "NoSuchJob") == 0)
		fprintf(stderr, "reaperctl: job %d: %s\n", (int)get_int(parameters, "id"), reason);
	else if (*unit)
		fprintf(stderr, "reaperctl: %s: %s\n", unit, reason);
	else
		fprintf(stderr, "reaperctl: %s\n", *reason ? reason : error);
	return EXIT_FAILED;
}

int ctl_answer(struct ctl *c, json_t **ret)
{
	_cleanup_(freep) char *error = NULL;
	int r = take(c, ret, &error);

	if (r || !error)
		return r;
	r = ctl_explain(error, *ret);
	json_decref(*ret);
	*ret = NULL;
	return r;
}

int ctl_call(struct ctl *c, const char *method, json_t *parameters, json_t **ret)
{
	int r = ctl_ask(c, method, parameters);

	return r ? r : ctl_answer(c, ret);
}

int ctl_stream(struct ctl *c, const char *method, json_t *parameters,
	bool (*fn)(const json_t *parameters, void *data), void *data)
{
	bool goes_on = true;
	int r = ask(c, method, parameters, true);

	while (!r && goes_on) {
		json_t *reply;

		r = receive(c, &reply);
		if (r)
			return r;
		_cleanup_(freep) char *error = short_name(reply);
		if (error)
			r = ctl_explain(error, json_object_get(reply, "parameters"));
		else
			goes_on = fn(json_object_get(reply, "parameters"), data) &&
				  get_bool(reply, "continues");
		json_decref(reply);
	}
	return r;
}

const char *get_string(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

json_int_t get_int(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

bool get_bool(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

int ctl_call_quietly(struct ctl *c, const char *method, json_t *parameters)
{
	json_t *reply;
	int r = ctl_call(c, method, parameters, &reply);

	if (!r)
		json_decref(reply);
	return r;
}
