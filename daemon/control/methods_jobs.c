/* SPDX-License-Identifier: MIT */
/* What is asked of units: jobs, signals, and the end of everything. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "common/interface.h"
#include "common/text.h"
#include "daemon/control/server.h"
#include "daemon/life/service.h"
#include "daemon/process/tree_kill.h"

/* Names of jobs as systemctl's verbs have them. */
static const struct {
	const char *name;
	enum job_type if_reloadable, otherwise;
} verbs[] = {
	{"start", JOB_START, JOB_START},
	{"stop", JOB_STOP, JOB_STOP},
	{"restart", JOB_RESTART, JOB_RESTART},
	{"try-restart", JOB_TRY_RESTART, JOB_TRY_RESTART},
	{"reload", JOB_RELOAD, JOB_RELOAD},
	{"reload-or-restart", JOB_RELOAD_OR_START, JOB_RESTART},
	{"try-reload-or-restart", JOB_TRY_RELOAD, JOB_TRY_RESTART},
	{"isolate", JOB_START, JOB_START},
};

static int find_verb(const char *name)
{
	for (size_t i = 0; name && i < ELEMENTS(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return (int)i;
	return -EINVAL;
}

/* What a person may not do by hand; of what is up nothing is started by a reload. */
static const char *refusal(const struct unit *u, enum job_type type)
{
	bool restarts = type == JOB_RESTART || type == JOB_TRY_RESTART;
	bool starts = restarts || type == JOB_START ||
		      (type == JOB_RELOAD_OR_START && job_type_collapse(type, u) == JOB_START);
	bool stops = restarts || type == JOB_STOP;

	if (starts && u->config->unit->refuse_manual_start)
		return "it may be started by dependencies only: RefuseManualStart=yes";
	if (stops && u->config->unit->refuse_manual_stop)
		return "it may be stopped by dependencies only: RefuseManualStop=yes";
	return NULL;
}

static void add_row(struct call *c, json_t *row)
{
	c->lost_row |= json_array_append_new(c->jobs, row) < 0;
}

static void set_row(struct call *c, json_t *row, const char *key, const char *text)
{
	c->lost_row |= json_object_set_new(row, key, json_string(text)) < 0;
}

/* A job that could not be asked for: a row with the error's name; the others go on. */
static void add_refusal(struct call *c, const char *unit, const char *error, const char *reason)
{
	add_row(c, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "job", "", "unit", unit, "id",
			   (json_int_t)0, "result", "refused", "error", error, "reason", reason));
}

static const char *refusal_name(int r)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{-ENOENT, "NoSuchUnit"},
		{-EOPNOTSUPP, "NotApplicable"},
		{-ENOEXEC, "BadUnit"},
		{-ESHUTDOWN, "BadUnit"},
		{-EEXIST, "TransactionIsDestructive"},
		{-EINVAL, "NoIsolation"},
	};

	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (names[i].error == r)
			return names[i].name;
	return "TransactionRefused";
}

/* Asks for one job; its row goes into c->jobs. */
static void ask(struct call *c, struct unit *u, enum job_type type, enum job_mode mode)
{
	struct life *life = &c->client->control->manager->life;
	const char *why_not = refusal(u, type);
	struct transaction_error error = {0};
	struct job *job;

	if (why_not) {
		add_refusal(c, u->id, "OnlyByDependency", why_not);
		return;
	}
	if (type != JOB_START && u->active == UNIT_INACTIVE && u->load_state != LOAD_LOADED &&
		u->load_state != LOAD_MASKED) {
		bool is_unknown = type == JOB_STOP || u->load_state == LOAD_NOT_FOUND;
		add_refusal(c, u->id, is_unknown ? "NoSuchUnit" : "BadUnit",
			u->load_state == LOAD_NOT_FOUND ? "there is no unit of that name"
							: "it could not be loaded");
		return;
	}
	int r = transaction_run(&life->jobs, &life->units, u, type, mode, &job, &error);
	if (r < 0) {
		add_refusal(c, error.unit ? error.unit : u->id, refusal_name(r),
			error.reason ? error.reason : strerror(-r));
		transaction_error_done(&error);
		return;
	}
	transaction_error_done(&error);
	add_row(c, json_pack("{s:s, s:s, s:I, s:s}", "job", job_type_to_string(type), "unit", u->id,
			   "id", job ? (json_int_t)job->id : (json_int_t)0, "result",
			   job ? "" : "done"));
	c->waiting += job && !c->lost_row;
}

/* The first row that went wrong is the error's name; all rows are in its parameters. */
static void answer(struct call *c)
{
	json_t *row;
	size_t i;

	if (c->lost_row) {
		call_unit_error(c, "JobFailed", "",
			"no memory is left to tell what became of the jobs; see \"reaperctl "
			"status\"");
		return;
	}
	json_array_foreach (c->jobs, i, row) {
		const char *result = json_string_value(json_object_get(row, "result"));
		const char *reason = json_string_value(json_object_get(row, "reason"));
		const char *name = json_string_value(json_object_get(row, "error"));
		char error[64];

		if (strcmp(result, "done") == 0 || strcmp(result, "skipped") == 0 || !*result)
			continue;
		snprintf(error, sizeof(error), INTERFACE_NAME ".%s", name ? name : "JobFailed");
		call_error(c, error,
			json_pack("{s:s, s:s, s:s, s:O}", "unit",
				json_string_value(json_object_get(row, "unit")), "result", result,
				"reason", reason ? reason : "", "jobs", c->jobs));
		return;
	}
	call_reply(c, json_pack("{s:O, s:O}", "jobs", c->jobs, "diagnostics", c->diagnostics));
}

/* With `wait`: whether a unit that came up is still up. One that failed since counts as such. */
static bool is_awaited(struct call *c)
{
	const struct unit_table *t = &c->client->control->manager->life.units;
	json_t *row;
	size_t i;

	json_array_foreach (c->jobs, i, row) {
		const char *result = json_string_value(json_object_get(row, "result"));
		const struct unit *u =
			unit_table_find(t, json_string_value(json_object_get(row, "unit")));

		if (!c->until_down || !u || strcmp(result, "done") != 0)
			continue;
		if (!unit_is_inactive_or_failed(u))
			return true;
		if (u->active != UNIT_FAILED)
			continue;
		_cleanup_(freep) char *reason = unit_reason(u);
		set_row(c, row, "result", "failed");
		set_row(c, row, "reason", reason ? reason : "");
	}
	return false;
}

void method_run_job(struct call *c)
{
	struct manager *m = c->client->control->manager;
	const char *verb_name = NULL, *mode_name = "replace";
	json_t *names, *name;
	bool no_block = false, wait = false;
	size_t i;

	if (call_string(c, "job", &verb_name) < 0 || call_string(c, "mode", &mode_name) < 0 ||
		call_strings(c, "units", &names) < 0 || call_bool(c, "no_block", &no_block) < 0 ||
		call_bool(c, "wait", &wait) < 0)
		return;
	int verb = find_verb(verb_name);
	int mode = verb >= 0 && strcmp(verb_name, "isolate") == 0 ? JOB_MODE_ISOLATE
								  : job_mode_from_string(mode_name);
	if (verb < 0 || mode < 0 || !json_array_size(names)) {
		call_invalid(c, verb < 0 ? "job" : mode < 0 ? "mode" : "units");
		return;
	}
	if (m->state == MANAGER_STOPPING && verbs[verb].otherwise != JOB_STOP) {
		call_unit_error(c, "TransactionRefused",
			json_string_value(json_array_get(names, 0)), "everything is being stopped");
		return;
	}
	c->until_down = wait && !no_block;
	c->jobs = json_array();
	c->diagnostics = json_array();
	json_array_foreach (names, i, name) {
		struct unit *u = call_unit(c, json_string_value(name));
		if (!u)
			return;
		enum job_type type = job_type_is_applicable(JOB_RELOAD, u)
					     ? verbs[verb].if_reloadable
					     : verbs[verb].otherwise;
		add_diagnostics(c->diagnostics, u);
		ask(c, u, type, (enum job_mode)mode);
	}
	loop_turn_again(m->loop);
	if (no_block || (!c->waiting && !is_awaited(c)))
		answer(c);
	else
		call_wait(c);
}

static void job_ended(struct call *c, const struct life_news *n)
{
	json_t *row;
	size_t i;

	json_array_foreach (c->jobs, i, row) {
		if (json_integer_value(json_object_get(row, "id")) != n->job->id)
			continue;
		set_row(c, row, "result", job_result_to_string(n->result));
		if (n->result != JOB_DONE) {
			_cleanup_(freep) char *reason =
				n->result == JOB_CANCELED
					? strdup("another job took its place, or it was asked for")
					: unit_reason(n->unit);
			set_row(c, row, "reason", reason ? reason : "");
		}
		c->waiting--;
	}
}

/* One, or all of them. */
void method_cancel_job(struct call *c)
{
	struct job_table *jobs = &c->client->control->manager->life.jobs;
	json_int_t id = 0;
	struct job *job = jobs->first;

	if (call_int(c, "id", &id) < 0)
		return;
	while (job && job->id != id)
		job = job->next;
	if (id && !job) {
		call_error(c, INTERFACE_NAME ".NoSuchJob",
			json_pack("{s:I, s:s}", "id", id, "reason", "there is no such job"));
		return;
	}
	if (id)
		job_finish(jobs, job, JOB_CANCELED);
	else
		job_cancel_all(jobs);
	loop_turn_again(c->client->control->manager->loop);
	call_reply(c, json_object());
}

static void answer_reload(struct call *c, int error)
{
	const struct unit_table *t = &c->client->control->manager->life.units;

	if (error < 0) {
		call_unit_error(c, "BadUnit", "", "unit files could not be read anew");
		return;
	}
	json_t *list = json_array();
	for (size_t i = 0; i < t->count; i++)
		add_diagnostics(list, t->list[i]);
	call_reply(c, json_pack("{s:o}", "diagnostics", list));
}

static void reload_ended(struct control *control, int error)
{
	struct client *next;

	for (struct client *k = control->clients; k; k = next) {
		next = k->next;
		if (!k->busy || !k->call.awaits_reload)
			continue;
		answer_reload(&k->call, error);
		client_wake(k);
	}
}

void jobs_on_news(struct control *control, const struct life_news *n)
{
	struct client *next;

	if (n->kind == NEWS_RELOADED)
		reload_ended(control, n->status);
	if (n->kind != NEWS_JOB && n->kind != NEWS_STATE)
		return;
	for (struct client *k = control->clients; k; k = next) {
		next = k->next;
		if (!k->busy || !k->call.jobs || !(k->call.waiting || k->call.until_down))
			continue;
		if (n->kind == NEWS_JOB)
			job_ended(&k->call, n);
		if (k->call.waiting || is_awaited(&k->call))
			continue;
		answer(&k->call);
		client_wake(k);
	}
}

/* Why it cannot be signalled so; NULL: it can, if only because nothing is there. */
static const char *kill_refusal(const struct unit *u, const char *whom)
{
	const struct service *s = u->service;

	if (!u->config->kill)
		return "it has no processes";
	if (strcmp(whom, "main") == 0 && !(s && s->main))
		return "it has no main process to be signalled";
	if (strcmp(whom, "control") == 0 && !(s && s->control))
		return "it has no control process to be signalled";
	return NULL;
}

/* How many it was. */
static int kill_one(struct life *life, const struct unit *u, const char *whom, int sig)
{
	struct service *s = u->service;
	bool all = strcmp(whom, "all") == 0;
	int n = 0;

	if (!s)
		return 0;
	if (s->main && (all || strcmp(whom, "main") == 0))
		n += process_signal(s->main, sig) == 0;
	if (s->control && (all || strcmp(whom, "control") == 0))
		n += process_signal(s->control, sig) == 0;
	if (all)
		n += service_signal_cgroup(s, sig);
	if (all && s->mark) {
		int others = tree_kill_mark(&life->marks, &life->processes, s->mark, sig);
		n += others > 0 ? others : 0;
	}
	return n;
}

static bool is_whom(const char *whom)
{
	return strcmp(whom, "all") == 0 || strcmp(whom, "main") == 0 ||
	       strcmp(whom, "control") == 0;
}

void method_kill_units(struct call *c)
{
	struct life *life = &c->client->control->manager->life;
	const char *whom = "all";
	json_int_t sig = SIGTERM;
	json_t *names, *name;
	int signalled = 0;
	size_t i;

	if (call_unit_names(c, &names) < 0 || call_string(c, "whom", &whom) < 0 ||
		call_int(c, "signal", &sig) < 0)
		return;
	if (sig < 0 || sig >= NSIG || !is_whom(whom)) {
		call_invalid(c, is_whom(whom) ? "signal" : "whom");
		return;
	}
	json_array_foreach (names, i, name) {
		struct unit *u = call_loaded_unit(c, json_string_value(name));
		const char *why_not = u ? kill_refusal(u, whom) : NULL;

		if (!u)
			return;
		if (why_not) {
			call_unit_error(c, "NotApplicable", u->id, why_not);
			return;
		}
		signalled += kill_one(life, u, whom, (int)sig);
	}
	call_reply(c, json_pack("{s:i}", "signalled", signalled));
}

void method_reset_failed(struct call *c)
{
	struct unit_table *t = &c->client->control->manager->life.units;
	json_t *names, *name;
	size_t i;

	if (call_strings(c, "units", &names) < 0)
		return;
	json_array_foreach (names, i, name) {
		struct unit *u = unit_table_find(t, json_string_value(name));
		if (u)
			unit_reset_failed(u);
	}
	json_array_foreach (names, i, name)
		if (!call_loaded_unit(c, json_string_value(name)))
			return;
	for (size_t k = 0; !json_array_size(names) && k < t->count; k++)
		unit_reset_failed(t->list[k]);
	call_reply(c, json_object());
}

/* Answered by reload_ended(), at once or when the generators ended. */
void method_reload(struct call *c)
{
	c->awaits_reload = true;
	if (manager_request_reload(c->client->control->manager) > 0)
		call_wait(c);
}

void method_exit(struct call *c)
{
	struct manager *m = c->client->control->manager;
	const char *action = "exit";
	json_int_t code = m->exit_status;

	if (call_string(c, "action", &action) < 0 || call_int(c, "code", &code) < 0)
		return;
	if (code < 0 || code > 255) {
		call_invalid(c, "code");
		return;
	}
	call_reply(c, json_object());
	if (strcmp(action, "exit") != 0)
		m->final_verb = strcmp(action, "poweroff") == 0 ? "poweroff"
				: strcmp(action, "reboot") == 0 ? "reboot"
								: "halt";
	manager_stop(m, (int)code, "asked for on the control socket");
}
