/* SPDX-License-Identifier: MIT */
/* What units there are, and what is known of them. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/control/server.h"
#include "daemon/file/install_links.h"
#include "daemon/file/reader.h"
#include "daemon/life/service.h"

static bool matches(const struct unit *u, const json_t *patterns)
{
	const json_t *p;
	size_t i;

	if (!json_array_size(patterns))
		return true;
	json_array_foreach (patterns, i, p) {
		if (fnmatch(json_string_value(p), u->id, 0) == 0)
			return true;
		for (char **a = u->aliases; a && *a; a++)
			if (fnmatch(json_string_value(p), *a, 0) == 0)
				return true;
	}
	return false;
}

static bool is_worth_listing(const struct unit *u)
{
	return u->job || u->active != UNIT_INACTIVE;
}

static void put_field(struct json_text *t, const char *name, const char *value)
{
	json_text_raw(t, name);
	json_text_string(t, value);
}

static void put_row(struct json_text *t, const struct unit *u)
{
	put_field(t, "{\"unit\":", u->id);
	put_field(t, ",\"load\":", unit_load_state_to_string(u->load_state));
	put_field(t, ",\"active\":", unit_active_state_to_string(u->active));
	put_field(t, ",\"sub\":", unit_sub_state_name(u));
	put_field(t, ",\"description\":", unit_description(u));
	if (u->job)
		put_field(t, ",\"job\":", job_type_to_string(u->job->type));
	json_text_raw(t, "}");
}

/* Written at once: of all answers this is the one that grows with the number of units. */
void method_list_units(struct call *c)
{
	struct unit_table *t = &c->client->control->manager->life.units;
	struct json_text text = {0};
	json_t *patterns;
	bool all = false, first = true;

	if (call_strings(c, "patterns", &patterns) < 0 || call_bool(c, "all", &all) < 0)
		return;
	json_text_raw(&text, REPLY_HEAD "{\"units\":[");
	for (size_t i = 0; i < t->count; i++) {
		const struct unit *u = t->list[i];

		if (!matches(u, patterns) || !(all || is_worth_listing(u)))
			continue;
		if (!first)
			json_text_raw(&text, ",");
		first = false;
		put_row(&text, u);
	}
	json_text_raw(&text, "]}");
	call_reply_text(c, &text);
}

void method_show(struct call *c)
{
	struct manager *m = c->client->control->manager;
	_cleanup_(strv_freep) char **wanted = NULL;
	json_t *names, *name;
	size_t i;

	if (call_strings(c, "units", &names) < 0 || call_vector(c, "properties", &wanted) < 0)
		return;
	strv_sort(wanted);
	json_t *list = json_array();
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		if (!u) {
			json_decref(list);
			return;
		}
		json_array_append_new(list, properties_of_unit(m, u, wanted));
	}
	if (!json_array_size(names))
		json_array_append_new(list, properties_of_manager(m, wanted));
	call_reply(c, json_pack("{s:o}", "units", list));
}

static void add_file(json_t *list, const struct unit *u, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	size_t length;

	if (reader_load(path, &text, &length) >= 0)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s}", "unit", u->id, "path", path, "text", text));
}

static void add_files(json_t *list, const struct unit *u)
{
	const char *builtin = builtin_unit_text(u->id);

	if (u->load_state == LOAD_MASKED)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "unit", u->id, "path",
						    u->config->path, "text", "", "masked", 1));
	else if (u->config->path)
		add_file(list, u, u->config->path);
	else if (builtin)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "unit", u->id, "path",
						    "(built into reaperd)", "text", builtin));
	for (char **d = u->config->dropins; d && *d; d++)
		add_file(list, u, *d);
}

/* Files of one unit, or of a template, which is never loaded. 0, or the call is answered. */
static int add_files_of(struct call *c, json_t *list, const char *name)
{
	struct install_reader reader;
	struct unit *u = NULL;
	bool is_template = unit_name_is_valid(name) && unit_name_is_template(name);

	install_reader_init(&reader, &c->client->control->manager->life.loader);
	if (is_template ? install_load(&reader.loader, name, &u) < 0 : !(u = call_unit(c, name))) {
		install_reader_done(&reader);
		return -EINVAL;
	}
	bool is_there = u->load_state != LOAD_NOT_FOUND;
	if (is_there)
		add_files(list, u);
	else
		call_unit_error(c, "NoSuchUnit", name, "no file of that name in the unit path");
	install_reader_done(&reader);
	return is_there ? 0 : -ENOENT;
}

void method_cat(struct call *c)
{
	json_t *names, *name;
	size_t i;

	if (call_strings(c, "units", &names) < 0)
		return;
	json_t *list = json_array();
	json_array_foreach (names, i, name)
		if (add_files_of(c, list, json_string_value(name)) < 0) {
			json_decref(list);
			return;
		}
	call_reply(c, json_pack("{s:o}", "files", list));
}

/* A job, what its unit is at, and how long that has taken and may yet take. */
static json_t *job_row(const struct job *j, uint64_t now_usec)
{
	const struct service *s = j->unit->service;
	json_t *row = json_pack("{s:I, s:s, s:s, s:s}", "id", (json_int_t)j->id, "unit",
		j->unit->id, "type", job_type_to_string(j->type), "state",
		job_state_to_string(j->state));

	if (j->state != JOB_RUNNING)
		return row;
	json_object_set_new(row, "sub", json_string(unit_sub_state_name(j->unit)));
	json_object_set_new(
		row, "elapsed_usec", json_integer((json_int_t)(now_usec - j->running_usec)));
	if (s && s->timer.at_usec > now_usec)
		json_object_set_new(
			row, "left_usec", json_integer((json_int_t)(s->timer.at_usec - now_usec)));
	return row;
}

void method_list_jobs(struct call *c)
{
	const struct job_table *t = &c->client->control->manager->life.jobs;
	uint64_t now_usec = clock_monotonic_usec();
	json_t *list = json_array();

	for (const struct job *j = t->first; j; j = j->next)
		json_array_append_new(list, job_row(j, now_usec));
	call_reply(c, json_pack("{s:o}", "jobs", list));
}
