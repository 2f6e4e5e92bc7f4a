/* SPDX-License-Identifier: MIT */
/* What units share of their configuration, and what each has for itself. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "daemon/file/apply.h"
#include "daemon/file/load.h"
#include "daemon/plan/restart.h"

/* As the loader does it. */
static struct config *read_service(const char *text)
{
	struct config *c = config_new(UNIT_SERVICE);
	struct specifier_context specifiers = {.unit = "a.service"};
	struct diags diags = {0};
	struct apply_context apply = {
		.type = UNIT_SERVICE, .config = c, .diags = &diags, .specifiers = &specifiers};

	cr_assert_geq(apply_text(&apply, "a.service", text, strlen(text)), 0);
	cr_assert_geq(config_complete(c, UNIT_SERVICE, "a.service", "a.service", &diags), 0);
	config_share(c);
	diags_done(&diags);
	return c;
}

Test(config, what_no_file_changes_is_kept_once)
{
	struct config *a = read_service("[Service]\nExecStart=/bin/a\nRestart=always\n");
	struct config *b = read_service("[Service]\nExecStart=/bin/b\nType=exec\n");

	cr_expect_eq(a->exec, b->exec);
	cr_expect_eq(a->kill, b->kill);
	cr_expect_neq(a->service, b->service);
	cr_expect_eq(a->exec->output.kind, STDIO_JOURNAL);
	cr_expect_eq(a->exec->directories[DIRECTORY_CACHE].mode, 0755);
	cr_expect_eq(a->kill->restart_signal, SIGTERM);
	config_free(a);
	cr_expect_eq(b->exec->umask, 0022, "it outlives one of its users");
	config_free(b);
}

Test(config, what_two_units_say_alike_is_kept_once)
{
	const char *text = "[Unit]\nJobTimeoutSec=5\n[Service]\nExecStart=/bin/a\nNice=5\n"
			   "KillSignal=INT\nRestart=always\n";
	struct config *a = read_service(text), *b = read_service(text);
	struct config *named = read_service("[Service]\nExecStart=/bin/a\nUser=nobody\n");
	struct config *alike = read_service("[Service]\nExecStart=/bin/a\nUser=nobody\n");

	cr_expect_eq(a->unit, b->unit);
	cr_expect_eq(a->exec, b->exec);
	cr_expect_eq(a->kill, b->kill);
	cr_expect_eq(a->service, b->service);
	cr_expect_neq(named->exec, alike->exec, "each owns the name");
	config_free(a);
	config_free(named);
	cr_expect_eq(b->exec->nice, 5);
	cr_expect_str_eq(alike->exec->user, "nobody");
	struct config *c = read_service(text);
	cr_expect_eq(b->service, c->service, "it is found while one has it");
	config_free(b);
	config_free(c);
	config_free(alike);
}

Test(config, what_a_file_changes_is_its_units_own)
{
	struct config *usual = read_service("[Service]\nExecStart=/bin/a\n");
	struct config *named = read_service("[Service]\nExecStart=/bin/a\nUser=nobody\n");
	struct config *masked =
		read_service("[Service]\nExecStart=/bin/a\nUMask=0077\nKillSignal=INT\n");

	cr_expect_neq(named->exec, usual->exec);
	cr_expect_eq(named->kill, usual->kill);
	cr_expect_neq(masked->exec, usual->exec);
	cr_expect_neq(masked->kill, usual->kill);
	cr_expect_eq(masked->kill->restart_signal, SIGINT);
	cr_expect_eq(usual->exec->umask, 0022);
	cr_expect_eq(masked->exec->umask, 0077);
	config_free(usual);
	config_free(named);
	config_free(masked);
}

Test(config, exit_statuses_are_there_when_said)
{
	struct config *c = read_service("[Service]\nExecStart=/bin/a\nSuccessExitStatus=1 KILL\n"
					"RestartPreventExitStatus=5\nRestartPreventExitStatus=\n");

	cr_expect(exit_set_has(c->service->success_status, CLD_EXITED, 1));
	cr_expect(exit_set_has(c->service->success_status, CLD_KILLED, SIGKILL));
	cr_expect_not(exit_set_has(c->service->success_status, CLD_EXITED, 2));
	cr_expect_null(c->service->restart_prevent_status, "an empty value resets it");
	cr_expect_not(exit_set_has(c->service->restart_force_status, CLD_EXITED, 1));
	config_free(c);
}

Test(edges, each_is_there_once_and_in_order)
{
	struct unit_table t = {0};
	struct unit *u, *others[40];
	size_t count;

	cr_assert_geq(unit_table_get(&t, "u.target", &u), 0);
	for (size_t i = 0; i < ELEMENTS(others); i++) {
		char name[32];

		snprintf(name, sizeof(name), "o%zu.target", i);
		cr_assert_geq(unit_table_get(&t, name, &others[i]), 0);
	}
	for (size_t i = ELEMENTS(others); i-- > 0;) {
		cr_assert_geq(unit_add_edge(u, DEP_AFTER, others[i], ORIGIN_DEFAULT), 0);
		cr_assert_geq(unit_add_edge(u, DEP_WANTS, others[i], ORIGIN_FILE), 0);
		cr_assert_geq(unit_add_edge(u, DEP_AFTER, others[i], ORIGIN_FILE), 0);
		if (i == 20) /* asked in between */
			cr_expect(unit_has_edge(u, DEP_AFTER, others[30]));
	}
	const struct edge *after = unit_edges(u, DEP_AFTER, &count);
	cr_assert_eq(count, ELEMENTS(others));
	for (size_t i = 0; i < count; i++) {
		cr_expect_eq(unit_at(&t, after[i].to), others[i]);
		cr_expect_eq(after[i].origin, ORIGIN_DEFAULT | ORIGIN_FILE);
	}
	cr_expect(unit_has_edge(others[3], DEP_BEFORE, u));
	cr_expect_not(unit_has_edge(u, DEP_BEFORE, others[3]));
	cr_expect_eq(unit_add_edge(u, DEP_WANTS, u, ORIGIN_FILE), 0, "to itself: none");
	(void)unit_edges(u, DEP_WANTS, &count);
	cr_expect_eq(count, ELEMENTS(others));
	unit_drop_edges(u);
	(void)unit_edges(u, DEP_WANTS, &count);
	cr_expect_eq(count, 0);
	(void)unit_edges(others[3], DEP_BEFORE, &count);
	cr_expect_eq(count, 0);
	unit_table_done(&t);
}
