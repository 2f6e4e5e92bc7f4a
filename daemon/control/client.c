/* SPDX-License-Identifier: MIT */
/* Connections: what does it ask, has it patience, does it read. Who may connect: admission.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/interface.h"
#include "daemon/base/limits.h"
#include "daemon/base/log.h"
#include "daemon/control/server.h"

static struct loop *loop_of(const struct client *client)
{
	return client->control->manager->loop;
}

/* To the second is near enough: who asks several things in a row costs no timer for each. */
static void set_timer(struct client *client, uint64_t at_usec)
{
	uint64_t now_at_usec = client->timer.at_usec;

	if (now_at_usec > at_usec || at_usec - now_at_usec > USEC_PER_SEC)
		(void)loop_timer_set(loop_of(client), &client->timer, at_usec);
}

/* A request has its time from its first byte on, however many follow; an idle client, or one that
 * reads, has more. A call that waits has as long as it takes. */
static void arm(struct client *client)
{
	bool asking = client->in.used && !client->out_used && !client->busy;
	uint64_t span = asking ? LIMIT_REQUEST_USEC : LIMIT_CLIENT_IDLE_USEC;

	if (client->busy)
		loop_timer_clear(loop_of(client), &client->timer);
	else if (!asking || !client->asking)
		set_timer(client, usec_add(clock_monotonic_usec(), span));
	client->asking = asking;
}

/* Who does not read what it asked for is not asked for more. */
static bool may_ask(const struct client *client)
{
	return !client->busy && !client->closing && client->out_used < LIMIT_REQUEST_BYTES;
}

static void on_timer(struct loop_timer *t)
{
	client_close(t->data);
}

static void watch(struct client *client, bool soon)
{
	uint32_t events = client->busy && !client->closing ? EPOLLRDHUP : 0;

	if (may_ask(client))
		events |= EPOLLIN;
	if (client->out_used || soon)
		events |= EPOLLOUT;
	if (events == client->watched)
		return;
	if (loop_modify(loop_of(client), &client->source, events) >= 0)
		client->watched = events;
	else /* nothing would wake it */
		(void)loop_timer_set(loop_of(client), &client->timer, clock_monotonic_usec());
}

/* Its answer is written from the loop: a method that tells of news must not run another one. */
void client_wake(struct client *client)
{
	watch(client, true);
}

void client_close(struct client *client)
{
	struct control *c = client->control;

	for (struct client **p = &c->clients; *p; p = &(*p)->next)
		if (*p == client) {
			*p = client->next;
			break;
		}
	c->client_count--;
	if (client->busy)
		call_forget(&client->call);
	loop_timer_clear(loop_of(client), &client->timer);
	loop_remove(loop_of(client), &client->source);
	close(client->source.fd);
	varlink_buffer_done(&client->in);
	free(client->out);
	free(client);
}

/* false: the client is gone. */
static bool write_out(struct client *client)
{
	while (client->out_used) {
		ssize_t n = send(client->source.fd, client->out, client->out_used,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0)
			return false;
		memmove(client->out, client->out + n, client->out_used - (size_t)n);
		client->out_used -= (size_t)n;
	}
	return !client->closing;
}

static int queue_bytes(struct client *client, const char *bytes, size_t size)
{
	if (client->out_used + size > LIMIT_REPLY_QUEUE_BYTES)
		return -EMSGSIZE;
	if (client->out_used + size > client->out_room) {
		char *grown = realloc(client->out, client->out_used + size);
		if (!grown)
			return -ENOMEM;
		client->out = grown;
		client->out_room = client->out_used + size;
	}
	memcpy(client->out + client->out_used, bytes, size);
	client->out_used += size;
	return 0;
}

static int queue(struct client *client, json_t *message)
{
	size_t size;
	_cleanup_(freep) char *text = message ? varlink_encode(message, &size) : NULL;

	json_decref(message);
	return text ? queue_bytes(client, text, size) : -ENOMEM;
}

static void finish(struct call *c)
{
	c->client->busy = false;
	call_forget(c);
}

void call_forget(struct call *c)
{
	json_decref(c->parameters);
	json_decref(c->jobs);
	json_decref(c->diagnostics);
	json_decref(c->units);
	*c = (struct call){.client = c->client};
}

/* The call is over; `r` is what became of queueing its answer. */
static void end_reply(struct call *c, int r)
{
	struct client *client = c->client;

	finish(c);
	if (r == -EMSGSIZE)
		r = queue(client,
			json_pack("{s:s, s:{s:s}}", "error", INTERFACE_NAME ".TooLarge",
				"parameters", "reason", "the answer is too large; ask for less"));
	if (r < 0)
		client->closing = true;
}

void call_reply(struct call *c, json_t *parameters)
{
	int r = 0;

	if (!c->oneway)
		r = parameters ? queue(c->client, json_pack("{s:o}", "parameters", parameters))
			       : -ENOMEM;
	else
		json_decref(parameters);
	end_reply(c, r);
}

void call_reply_text(struct call *c, struct json_text *reply)
{
	int r = 0;

	json_text_raw(reply, "}");
	json_text_end(reply);
	if (!c->oneway)
		r = reply->failed ? -ENOMEM : queue_bytes(c->client, reply->data, reply->used);
	free(reply->data);
	end_reply(c, r);
}

void call_continue(struct call *c, json_t *parameters)
{
	struct client *client = c->client;

	if (client->out_used > LIMIT_REPLY_QUEUE_BYTES / 16) {
		client->lost++;
		json_decref(parameters);
		return;
	}
	if (queue(client, json_pack("{s:o, s:b}", "parameters", parameters, "continues", 1)) < 0)
		client->lost++;
}

void call_error(struct call *c, const char *error, json_t *parameters)
{
	if (!parameters)
		parameters = json_object();
	if (c->oneway)
		json_decref(parameters);
	else if (queue(c->client,
			 json_pack("{s:s, s:o}", "error", error, "parameters", parameters)) < 0)
		c->client->closing = true;
	finish(c);
}

void call_unit_error(struct call *c, const char *name, const char *unit, const char *reason)
{
	char error[64];

	snprintf(error, sizeof(error), INTERFACE_NAME ".%s", name);
	call_error(c, error, json_pack("{s:s, s:s}", "unit", unit, "reason", reason));
}

void call_invalid(struct call *c, const char *parameter)
{
	call_error(c, SERVICE_INTERFACE_NAME ".InvalidParameter",
		json_pack("{s:s}", "parameter", parameter));
}

void call_wait(struct call *c)
{
	c->client->busy = true;
}

static void run(struct client *client, json_t *message)
{
	struct call *c = &client->call;
	const json_t *name = json_object_get(message, "method");
	json_t *parameters = json_object_get(message, "parameters");

	client->since_usec = clock_monotonic_usec();
	client->asking = false;
	*c = (struct call){.client = client,
		.more = json_is_true(json_object_get(message, "more")),
		.oneway = json_is_true(json_object_get(message, "oneway")),
		.parameters = json_is_object(parameters) ? json_incref(parameters) : json_object()};
	client->busy = true;
	c->method = json_is_string(name) ? method_find(json_string_value(name)) : NULL;
	if (!json_is_string(name))
		client->closing = true, finish(c);
	else if (!c->method)
		call_error(c, SERVICE_INTERFACE_NAME ".MethodNotFound",
			json_pack("{s:s}", "method", json_string_value(name)));
	else if (!client->may_read)
		client_denied(client), call_error(c, INTERFACE_NAME ".PermissionDenied",
					       json_pack("{s:s}", "reason",
						       "reading needs root, reaperd's own user, or "
						       "the group of its "
						       "socket"));
	else if (c->method->changes && !client->may_change)
		call_error(c, INTERFACE_NAME ".PermissionDenied",
			json_pack("{s:s}", "reason", "this needs root or reaperd's own user"));
	else
		c->method->run(c);
}

/* Runs what was asked, until a call has to wait. */
static void serve(struct client *client)
{
	for (int i = 0; i < LIMIT_REQUESTS_PER_TURN && may_ask(client); i++) {
		json_t *message;
		int r = varlink_next(&client->in, &message);

		if (r == 0)
			break;
		if (r < 0) {
			client->closing = true;
			break;
		}
		run(client, message);
		json_decref(message);
	}
}

static void client_flush(struct client *client)
{
	serve(client);
	if (!write_out(client)) {
		client_close(client);
		return;
	}
	arm(client);
	/* What is left in the buffer comes next turn: a socket that can be written wakes us. */
	watch(client, !client->busy && varlink_has_message(&client->in));
}

static void on_event(struct loop_source *s, uint32_t events)
{
	struct client *client = s->data;

	if (events & (EPOLLERR | EPOLLHUP)) {
		client_close(client);
		return;
	}
	if (events & EPOLLIN && !client->busy) {
		ssize_t n = varlink_read(&client->in, s->fd, LIMIT_REQUEST_BYTES);
		if (n == -EMSGSIZE || (n < 0 && n != -EAGAIN && n != -EINTR)) {
			client_close(client);
			return;
		}
		if (n == 0 && !varlink_has_message(&client->in))
			client->closing =
				true; /* nothing more comes; what is queued still goes out */
	} else if (events & EPOLLRDHUP && client->busy) {
		/* Whoever waits for a job and goes away does not want the answer any more. */
		client_close(client);
		return;
	}
	client_flush(client);
}

int client_new(struct control *c, int fd, uid_t uid, bool may_read, bool may_change)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	*client = (struct client){.control = c,
		.next = c->clients,
		.uid = uid,
		.may_read = may_read,
		.may_change = may_change,
		.since_usec = clock_monotonic_usec(),
		.watched = EPOLLIN,
		.timer = {.fn = on_timer, .data = client},
		.source = {.fd = fd, .priority = LOOP_CONTROL, .fn = on_event, .data = client}};
	int r = loop_add(c->manager->loop, &client->source, EPOLLIN);
	if (r < 0) {
		free(client);
		return r;
	}
	c->clients = client;
	c->client_count++;
	arm(client);
	return 0;
}
