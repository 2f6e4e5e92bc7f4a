/* SPDX-License-Identifier: MIT */
/* Timers, sockets and paths: what each waits for, and what it starts. */
#include <stdlib.h>

#include "daemon/control/server.h"
#include "daemon/life/socket.h"

static json_t *target_name(const struct unit *u)
{
	const struct unit *target = trigger_target(u);

	return target ? json_string(target->id) : json_null();
}

static json_t *usec_or_null(uint64_t usec)
{
	return usec ? json_integer((json_int_t)usec) : json_null();
}

static bool is_listed(const struct unit *u, enum unit_type type, bool all)
{
	return u->type == type && u->load_state == LOAD_LOADED &&
	       (all || !unit_is_inactive_or_failed(u));
}

void method_list_timers(struct call *c)
{
	struct unit_table *t = &c->client->control->manager->life.units;
	bool all = false;

	if (call_bool(c, "all", &all) < 0)
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < t->count; i++)
		if (is_listed(t->list[i], UNIT_TIMER, all))
			json_array_append_new(list,
				json_pack("{s:s, s:o, s:o, s:o}", "unit", t->list[i]->id,
					"activates", target_name(t->list[i]), "next_usec",
					usec_or_null(timer_next_usec(t->list[i])), "last_usec",
					usec_or_null(timer_last_usec(t->list[i]))));
	call_reply(c, json_pack("{s:o}", "timers", list));
}

static void add_ports(json_t *list, const struct unit *u)
{
	const struct socket_settings *s = u->config->socket;

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:o}", "unit", u->id, "type",
				      listen_kind_to_string(s->ports[i].kind), "listen",
				      s->ports[i].text, "activates", target_name(u)));
}

void method_list_sockets(struct call *c)
{
	struct unit_table *t = &c->client->control->manager->life.units;
	bool all = false;

	if (call_bool(c, "all", &all) < 0)
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < t->count; i++)
		if (is_listed(t->list[i], UNIT_SOCKET, all))
			add_ports(list, t->list[i]);
	call_reply(c, json_pack("{s:o}", "sockets", list));
}

static json_t *listen_property(const struct unit *u)
{
	const struct socket_settings *s = u->config->socket;
	json_t *list = json_array();

	for (size_t i = 0; i < s->count; i++) {
		char text[256];

		snprintf(text, sizeof(text), "%s (%s)", s->ports[i].text,
			listen_kind_to_string(s->ports[i].kind));
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static json_t *paths_property(const struct unit *u)
{
	static const char *const kinds[PATH_KIND_MAX] = {
		[PATH_EXISTS] = "PathExists",
		[PATH_EXISTS_GLOB] = "PathExistsGlob",
		[PATH_CHANGED] = "PathChanged",
		[PATH_MODIFIED] = "PathModified",
		[PATH_DIRECTORY_NOT_EMPTY] = "DirectoryNotEmpty",
	};
	const struct path_settings *s = u->config->path_watches;
	json_t *list = json_array();

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(list,
			json_sprintf("%s (%s)", s->watches[i].path, kinds[s->watches[i].kind]));
	return list;
}

void put_trigger_properties(struct properties *p, const struct unit *u)
{
	unsigned accepted, connections, refused;

	switch (u->type) {
	case UNIT_TIMER:
		property_put(
			p, "NextElapseUSecRealtime", json_integer((json_int_t)timer_next_usec(u)));
		property_put(p, "AccuracyUSec",
			json_integer((json_int_t)u->config->timer->accuracy_usec));
		property_put(p, "LastTriggerUSec", json_integer((json_int_t)timer_last_usec(u)));
		property_put(p, "Result", json_string(trigger_result_to_string(timer_result(u))));
		break;
	case UNIT_PATH:
		property_put(p, "Paths", paths_property(u));
		property_put(p, "Result", json_string(trigger_result_to_string(path_result(u))));
		break;
	case UNIT_SOCKET:
		socket_counts(u, &accepted, &connections, &refused);
		property_put(p, "Listen", listen_property(u));
		property_put(p, "NAccepted", json_integer(accepted));
		property_put(p, "NConnections", json_integer(connections));
		property_put(p, "NRefused", json_integer(refused));
		property_put(p, "ControlPID", json_integer(socket_control_pid(u)));
		property_put(p, "Result", json_string(trigger_result_to_string(socket_result(u))));
		break;
	default:
		break;
	}
}
