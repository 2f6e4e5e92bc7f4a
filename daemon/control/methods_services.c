/* SPDX-License-Identifier: MIT */
/* What is done to services without a job: processes frozen and thawed, folders removed. */
#include <errno.h>
#include <string.h>

#include "common/interface.h"
#include "daemon/control/server.h"
#include "daemon/life/service.h"

/* Why it cannot be frozen or thawed; NULL: it can. As systemd asks it, and in that order. */
static const char *freeze_refusal(const struct unit *u)
{
	if (u->load_state == LOAD_NOT_FOUND)
		return "there is no unit of that name";
	if (u->active != UNIT_ACTIVE)
		return "it is not active";
	if (u->job)
		return "it has a job";
	if (u->type != UNIT_SERVICE || !u->service)
		return "only services can be frozen";
	if (!u->service->cgroup)
		return "it has no cgroup here";
	return NULL;
}

/* Answers the call with the reason, if there is one. */
static bool is_refused(struct call *c, const struct unit *u, const char *why_not)
{
	if (why_not)
		call_unit_error(c, "NotApplicable", u->id, why_not);
	return why_not;
}

void method_freeze_units(struct call *c)
{
	json_t *names, *name;
	size_t i;

	if (call_unit_names(c, &names) < 0)
		return;
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		const char *why_not = u ? freeze_refusal(u) : NULL;

		if (!u || is_refused(c, u, why_not))
			return;
		int r = service_freeze(u->service, c->method->argument);
		if (r < 0 && is_refused(c, u, strerror(-r)))
			return;
	}
	call_reply(c, json_object());
}

/* Bits of enum exec_directory_kind; 0: no such kind. */
static unsigned parse_kind(const char *name)
{
	unsigned kinds = 0;

	for (int kind = 0; kind < DIRECTORY_MAX; kind++)
		if (strcmp(name, service_clean_names[kind]) == 0 || strcmp(name, "all") == 0)
			kinds |= 1U << kind;
	return kinds;
}

/* What is to be removed; 0: the call is answered. */
static unsigned parse_kinds(struct call *c)
{
	unsigned kinds = 0;
	json_t *list, *item;
	size_t i;

	if (call_strings(c, "what", &list) < 0)
		return 0;
	if (!json_array_size(list))
		return 1U << DIRECTORY_RUNTIME | 1U << DIRECTORY_CACHE;
	json_array_foreach (list, i, item) {
		unsigned more = parse_kind(json_string_value(item));

		if (!more) {
			call_invalid(c, "what");
			return 0;
		}
		kinds |= more;
	}
	return kinds;
}

static const char *clean_refusal(const struct unit *u, unsigned kinds)
{
	if (u->load_state == LOAD_NOT_FOUND)
		return "there is no unit of that name";
	if (u->active != UNIT_INACTIVE || u->job || (u->service && u->service->cleaner))
		return "it is not inactive, or has a job";
	if (u->type != UNIT_SERVICE || !(service_can_clean(u) & kinds))
		return "it has no such folder";
	return NULL;
}

static bool is_being_cleaned(const struct service *s)
{
	return s->cleaner != NULL;
}

static bool is_left_unclean(const struct service *s)
{
	return s->clean_failed;
}

/* The first of the call's units of which that is true, or NULL. */
static const struct unit *find_named(const struct call *c, bool (*is_so)(const struct service *s))
{
	const struct unit_table *t = &c->client->control->manager->life.units;
	json_t *name;
	size_t i;

	json_array_foreach (c->units, i, name) {
		const struct unit *u = unit_table_find(t, json_string_value(name));

		if (u && u->service && is_so(u->service))
			return u;
	}
	return NULL;
}

static void answer_clean(struct call *c)
{
	const struct unit *u = find_named(c, is_left_unclean);

	if (u)
		call_unit_error(c, "CleanFailed", u->id, "not all could be removed");
	else
		call_reply(c, json_object());
}

void method_clean_units(struct call *c)
{
	unsigned kinds = parse_kinds(c);
	json_t *names, *name;
	size_t i;

	if (!kinds || call_unit_names(c, &names) < 0)
		return;
	c->units = json_incref(names);
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		const char *why_not = u ? clean_refusal(u, kinds) : NULL;

		if (!u || is_refused(c, u, why_not))
			return;
		int r = service_clean(u, kinds & service_can_clean(u));
		if (r < 0 && is_refused(c, u, strerror(-r)))
			return;
	}
	c->awaits_clean = true;
	call_wait(c);
}

void services_on_news(struct control *control, const struct life_news *n)
{
	struct client *next;

	for (struct client *k = n->kind == NEWS_CLEANED ? control->clients : NULL; k; k = next) {
		next = k->next;
		if (!k->busy || !k->call.awaits_clean || find_named(&k->call, is_being_cleaned))
			continue;
		answer_clean(&k->call);
		client_wake(k);
	}
}
