/* SPDX-License-Identifier: MIT */
/* reaperctl: options and a verb in, one row of the table run. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "ctl/ctl.h"

/* systemctl and journalctl are names of ours too, with their own habits; invoke-rc.d(8) asks for a
 * runlevel before it starts anything. */
static enum program program_of(const char *name)
{
	static const struct {
		const char *name;
		enum program program;
	} names[] = {{"systemctl", PROGRAM_SYSTEMCTL}, {"journalctl", PROGRAM_JOURNALCTL},
		{"runlevel", PROGRAM_RUNLEVEL}};

	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].program;
	return PROGRAM_REAPERCTL;
}

/* Scripts look for a version of systemd behind the name systemctl. */
static void print_version(enum program program)
{
	if (program == PROGRAM_REAPERCTL)
		puts("reaperctl " REAPERD_VERSION);
	else
		puts("systemd 252 (reaperd " REAPERD_VERSION ")");
}

static int unknown(const char *name)
{
	struct hint hint = {.wanted = name};

	for (const struct verb *v = verbs; v->name; v++)
		hint_try(&hint, v->name);
	fprintf(stderr, "reaperctl: there is no verb \"%s\"%s; reaperctl --help lists them\n", name,
		hint_text(&hint));
	return EXIT_USAGE;
}

/* What is done where there is no verb; who chooses among units wants a list of them. */
static const char *usual_verb(const struct options *o)
{
	if (o->program == PROGRAM_JOURNALCTL)
		return "logs";
	return o->program == PROGRAM_SYSTEMCTL || o->failed || o->states || o->types || o->all
		       ? "list-units"
		       : "status";
}

static int run(struct ctl *c, char **words)
{
	static char *none[] = {NULL};
	enum program program = c->options.program;
	bool has_verb = words && program != PROGRAM_JOURNALCTL;
	const char *name = has_verb ? *words : usual_verb(&c->options);
	char **arguments = has_verb ? words + 1 : words ? words : none;
	int count = (int)strv_length(arguments);

	if (program == PROGRAM_RUNLEVEL) {
		puts("N 5");
		return EXIT_DONE;
	}
	if (c->options.help || c->options.version) {
		if (!c->options.version)
			return help_print(program, words ? *words : NULL);
		print_version(program);
		return EXIT_DONE;
	}
	c->verb = verb_find(name);
	if (!c->verb)
		return unknown(name);
	if (count < c->verb->min || (c->verb->max >= 0 && count > c->verb->max)) {
		fprintf(stderr, "reaperctl: usage: reaperctl %s %s\n", name, c->verb->arguments);
		return EXIT_USAGE;
	}
	if (c->options.root && !c->verb->offline) {
		fprintf(stderr, "reaperctl: %s does not work with --root=: it is about what runs\n",
			name);
		return EXIT_USAGE;
	}
	return c->verb->run(c, arguments);
}

/* musl writes a kilobyte at a time, and glibc a few; what goes to no terminal may be long. */
static void enlarge_output(void)
{
	static char buffer[64 * 1024];

	if (!isatty(STDOUT_FILENO))
		(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
}

static int read_and_run(struct ctl *c, int argc, char **argv, char ***ret_words)
{
	int r = options_read(&c->options, argc, argv, ret_words);

	return r < 0 ? EXIT_USAGE : r > 0 ? EXIT_DONE : run(c, *ret_words);
}

int main(int argc, char **argv)
{
	struct ctl c = {.fd = -1,
		.in.trusts_keys = true,
		.options.program = program_of(program_invocation_short_name)};
	char **words = NULL;

	setlocale(LC_CTYPE, "");
	enlarge_output();
	int r = argc > 1 && strcmp(argv[1], "__complete") == 0
			? ctl_complete(&c, argv + 2, (size_t)argc - 2)
			: read_and_run(&c, argc, argv, &words);
	if (c.fd >= 0)
		close(c.fd);
	varlink_buffer_done(&c.in);
	options_done(&c.options);
	strv_free(words);
	if (fflush(stdout) == EOF && !r)
		r = EXIT_FAILED;
	return r;
}
