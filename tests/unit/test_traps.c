/* SPDX-License-Identifier: MIT */
/* The traps of systemd's unit syntax, each as systemd 252 was seen to read it. */
#include <string.h>

#include "tests/unit/house.h"

static struct house h;

static void open_house(void)
{
	house_open(&h);
}

static void close_house(void)
{
	house_close(&h);
}

TestSuite(traps, .init = open_house, .fini = close_house);

#define RUN "[Service]\nExecStart=/bin/true\n"
#define ONESHOT "[Service]\nType=oneshot\n"

Test(traps, no_comment_inside_a_line)
{
	struct unit *u = house_unit(
		&h, "a.service", "[Unit]\nDescription=a ; b # c\n  # a comment\n;another\n" RUN);

	cr_expect_str_eq(unit_description(u), "a ; b # c");
	cr_expect_eq(u->diags.count, 0);
}

Test(traps, continuation_becomes_one_blank)
{
	struct unit *u = house_unit(
		&h, "a.service", "[Service]\nExecStart=/bin/echo one\\\ntwo \\\n  three\n");

	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "/bin/echo|one|two|three");
}

Test(traps, comments_inside_a_continuation_are_skipped)
{
	struct unit *u = house_unit(&h, "a.service",
		"[Service]\nExecStart=/bin/echo one \\\n# no \\\n; no\n two\nExecStop=/bin/true\n");

	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "/bin/echo|one|two");
	cr_expect_str_eq(house_argv(u, COMMANDS_STOP, 0), "/bin/true");
}

Test(traps, an_empty_line_ends_a_continuation)
{
	struct unit *u = house_unit(
		&h, "a.service", "[Service]\nExecStart=/bin/echo one \\\n\nExecStop=/bin/true\n");

	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "/bin/echo|one");
	cr_expect_str_eq(house_argv(u, COMMANDS_STOP, 0), "/bin/true");
}

Test(traps, a_backslash_before_a_blank_continues_nothing)
{
	struct unit *u = house_unit(&h, "a.service",
		"[Service]\nExecStart=/bin/true\n[Unit]\nDescription=x\\ \nAfter=b.service\n");

	cr_expect_str_eq(unit_description(u), "x\\");
	cr_expect(unit_has_edge(u, DEP_AFTER, unit_table_find(&h.units, "b.service")));
}

Test(traps, blanks_around_the_sign_and_before_the_key)
{
	struct unit *u = house_unit(&h, "a.service", "[Unit]\n  Description  =  x y  \n" RUN);

	cr_expect_str_eq(unit_description(u), "x y");
}

Test(traps, dependencies_know_no_quotes)
{
	struct unit *u = house_unit(&h, "a.service",
		"[Unit]\nWants=\"b.service\"\nAfter=x\\x2dy.service\nAfter=\n" RUN);

	cr_expect(house_said(u, 2, "b.service"));
	cr_expect_null(unit_table_find(&h.units, "b.service"));
	struct unit *escaped = unit_table_find(&h.units, "x\\x2dy.service");
	cr_assert(escaped != NULL);
	cr_expect(unit_has_edge(u, DEP_AFTER, escaped), "an empty After= resets nothing");
}

Test(traps, empty_values_reset_commands_and_environment)
{
	struct unit *u = house_unit(&h, "a.service",
		"[Service]\nExecStart=/bin/one\nExecStart=\nExecStart=/bin/"
		"two\nEnvironment=A=1\nEnvironment=\n"
		"Environment=B=2\n");

	cr_expect_eq(u->config->commands.count, 1);
	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "/bin/two");
	cr_expect_str_eq(u->config->exec->environment[0], "B=2");
	cr_expect_null(u->config->exec->environment[1]);
}

Test(traps, a_semicolon_alone_parts_commands)
{
	struct unit *u = house_unit(&h, "a.service",
		ONESHOT "ExecStart=/bin/echo a ; /bin/echo nosplit; x \\; y \";\" z ; \\\n  "
			"-/bin/echo last\n");

	cr_assert_eq(u->config->commands.count, 3);
	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "/bin/echo|a");
	cr_expect_str_eq(house_argv(u, COMMANDS_START, 1), "/bin/echo|nosplit;|x|;|y|;|z");
	cr_expect_str_eq(house_argv(u, COMMANDS_START, 2), "/bin/echo|last");
	cr_expect(u->config->commands.list[2].flags & COMMAND_IGNORE_FAILURE);
}

Test(traps, quotes_and_escapes_in_words)
{
	struct unit *u = house_unit(&h, "a.service",
		"[Service]\nExecStart=/bin/echo \"mid\"dle 'a b' \"\" \"\\x41\\t\" \\q \"it's\"\n");

	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "/bin/echo|middle|a b||A\t|\\q|it's");
}

Test(traps, an_open_quote_refuses_the_unit)
{
	struct unit *u = house_unit(&h, "a.service", "[Service]\nExecStart=/bin/echo \"open\n");

	cr_expect_eq(u->load_state, LOAD_BAD_SETTING);
	cr_expect(house_said(u, 2, "ExecStart"));
}

Test(traps, prefixes_combine)
{
	struct unit *u = house_unit(&h, "a.service",
		ONESHOT "ExecStart=-@/bin/sh name -c x\nExecStart=:!/bin/a\nExecStart=@-/bin/b "
			"c\nExecStart=- /bin/x\n");
	const struct commands *c = &u->config->commands;

	cr_assert_eq(c->count, 3);
	cr_expect_str_eq(c->list[0].path, "/bin/sh");
	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0), "name|-c|x");
	cr_expect(c->list[0].flags & COMMAND_IGNORE_FAILURE);
	cr_expect((c->list[1].flags & COMMAND_NO_EXPANSION) != 0);
	cr_expect_str_eq(house_argv(u, COMMANDS_START, 2), "c");
	cr_expect(house_said(u, 6, "ExecStart"));
}

Test(traps, paths_of_commands)
{
	struct unit *u = house_unit(&h, "a.service", "[Service]\nExecStart=\"/bin/ec ho\" x\n");
	struct unit *bare = house_unit(&h, "b.service", "[Service]\nExecStart=echo x\n");
	struct unit *relative = house_unit(&h, "c.service", "[Service]\nExecStart=bin/rel\n");

	cr_expect_str_eq(u->config->commands.list[0].path, "/bin/ec ho");
	cr_expect_eq(bare->load_state, LOAD_LOADED);
	cr_expect_eq(relative->load_state, LOAD_BAD_SETTING);
}

Test(traps, specifiers)
{
	house_write(&h, "t@.service",
		"[Service]\nExecStart=/bin/echo %i %I %n %p %%d "
		"100%\nEnvironment=X=%i\nPIDFile=/run/%p.pid\n");
	struct unit *u = house_load(&h, "t@foo-bar\\x2dbaz.service");

	cr_expect_str_eq(house_argv(u, COMMANDS_START, 0),
		"/bin/echo|foo-bar\\x2dbaz|foo/bar-baz|t@foo-bar\\x2dbaz.service|t|%d|100%");
	cr_expect_str_eq(u->config->exec->environment[0], "X=foo-bar\\x2dbaz");
	cr_expect_str_eq(u->config->service->pid_file, "/run/t.pid");
	struct unit *bad = house_unit(&h, "b.service", "[Service]\nExecStart=/bin/echo %z\n");
	cr_expect_eq(bad->load_state, LOAD_BAD_SETTING);
}

Test(traps, bad_values_are_ignored_one_by_one)
{
	struct unit *u = house_unit(&h, "a.service",
		RUN "Nice=-30\nRestart=sometimes\nRuntimeDirectory=../d /abs "
		    "fine\nEnvironmentFile=relative\n"
		    "Environment=NOSIGN\nLimitNOFILE=1K:2K\nNosuch=1\nX-Mine=2\n[X-Other]\na=b\n["
		    "service]\n");

	cr_expect_eq(u->load_state, LOAD_LOADED);
	for (unsigned line = 3; line <= 9; line++)
		cr_expect(house_said(u, line, ""), "line %u", line);
	cr_expect_not(house_said(u, 10, ""));
	cr_expect_not(house_said(u, 12, ""));
	cr_expect(house_said(u, 13, "service"));
	cr_expect_eq(u->config->service->restart, RESTART_NO);
	cr_expect_str_eq(u->config->exec->directories[DIRECTORY_RUNTIME].paths[0], "fine");
}

Test(traps, an_unknown_key_names_the_nearest)
{
	struct unit *u = house_unit(&h, "a.service", RUN "Restrat=always\n[Instal]\n");

	cr_expect(house_said(u, 3, "Restart"));
	cr_expect(house_said(u, 4, "Install"));
}

Test(traps, units_that_are_refused_as_a_whole)
{
	cr_expect_eq(house_unit(&h, "a.service", "[Service]\n")->load_state, LOAD_BAD_SETTING);
	cr_expect_eq(house_unit(&h, "b.service", RUN "ExecStart=/bin/true\n")->load_state,
		LOAD_BAD_SETTING);
	cr_expect_eq(house_unit(&h, "c.service", ONESHOT "ExecStart=/bin/true\nRestart=always\n")
			     ->load_state,
		LOAD_BAD_SETTING);
	cr_expect_eq(house_unit(&h, "d.service", ONESHOT "ExecStop=/bin/true\n")->load_state,
		LOAD_BAD_SETTING);
	cr_expect_eq(
		house_unit(&h, "e.service", ONESHOT "ExecStop=/bin/true\nRemainAfterExit=yes\n")
			->load_state,
		LOAD_LOADED);
}

Test(traps, crlf_bom_and_no_last_newline)
{
	struct unit *u = house_unit(&h, "a.service",
		"\xef\xbb\xbf[Unit]\r\nDescription=x\r\n[Service]\r\nExecStart=/bin/"
		"true\r\n[Unit]\r\nAfter=b.service");

	cr_expect_str_eq(unit_description(u), "x");
	cr_expect(unit_table_find(&h.units, "b.service") != NULL);
	cr_expect_eq(u->diags.count, 0);
}

Test(traps, defaults)
{
	struct unit *u = house_unit(&h, "a.service", ONESHOT "ExecStart=/bin/true\n");
	struct unit *n = house_unit(&h, "b.service", RUN "Type=notify\nTimeoutSec=0\n");

	cr_expect_eq(u->config->service->timeout_start_usec, USEC_INFINITY);
	cr_expect_eq(n->config->service->timeout_start_usec, USEC_INFINITY);
	cr_expect_eq(n->config->service->timeout_stop_usec, USEC_INFINITY);
	cr_expect_eq(n->config->service->restart_usec, 100 * USEC_PER_MSEC);
	cr_expect_eq(n->config->service->notify_access, NOTIFY_MAIN);
}

Test(traps, drop_ins_of_types_prefixes_and_instances)
{
	house_write(&h, "foo-bar@.service", RUN);
	house_write(&h, "service.d/a.conf", "[Service]\nEnvironment=A=1\n");
	house_write(&h, "foo-.service.d/b.conf", "[Service]\nEnvironment=B=1\n");
	house_write(&h, "foo-bar@x.service.d/c.conf", "[Service]\nEnvironment=C=1\n");
	house_write(&h, "foo-bar@.service.d/d.conf", "[Service]\nEnvironment=D=1\n");
	struct unit *u = house_load(&h, "foo-bar@x.service");
	char **e = u->config->exec->environment;

	cr_assert(e != NULL && e[0] && e[1] && e[2] && e[3]);
	cr_expect_str_eq(e[0], "A=1");
	cr_expect_str_eq(e[1], "B=1");
	cr_expect_str_eq(e[2], "C=1");
	cr_expect_str_eq(e[3], "D=1");
}

Test(traps, a_very_long_line_is_whole)
{
	char text[20000] = "[Service]\nExecStart=/bin/echo";

	for (int i = 0; i < 1000; i++)
		strcat(text, " word;x");
	strcat(text, "\n");
	struct unit *u = house_unit(&h, "a.service", text);

	cr_expect_eq(u->diags.count, 0);
	char **argv = u->config->commands.list[0].argv;
	size_t n = 0;
	for (; argv[n]; n++)
		cr_expect(n == 0 || strcmp(argv[n], "word;x") == 0);
	cr_expect_eq(n, 1001);
}
