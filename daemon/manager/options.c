/* SPDX-License-Identifier: MIT */
#include "daemon/manager/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/syslog_level.h"
#include "common/clock.h"
#include "common/signal_name.h"
#include "common/value.h"
#include "daemon/file/directive.h"

typedef int option_fn(struct options *o, const char *value);

struct option_row {
	char short_name;      /* 0: none */
	const char *name;     /* NULL: short only */
	const char *argument; /* NULL: takes none */
	option_fn *fn;
	const char *help;
};

static int set_unit_path(struct options *o, const char *value)
{
	o->unit_path = (char *)value;
	return 0;
}

static int set_socket(struct options *o, const char *value)
{
	o->socket = (char *)value;
	return 0;
}

static int set_config(struct options *o, const char *value)
{
	o->config = (char *)value;
	return 0;
}

static int set_check(struct options *o, const char *value)
{
	(void)value;
	o->check = true;
	return 0;
}

static int set_verify(struct options *o, const char *value)
{
	(void)value;
	o->verify = true;
	return 0;
}

static int set_install(struct options *o, const char *value)
{
	o->install = value;
	return 0;
}

static int set_root(struct options *o, const char *value)
{
	o->root = value;
	return 0;
}

static int set_here(struct options *o, const char *value)
{
	(void)value;
	o->here = true;
	return 0;
}

static int set_dump(struct options *o, const char *value)
{
	(void)value;
	o->dump = true;
	return 0;
}

static int set_log_level(struct options *o, const char *value)
{
	o->log_level = syslog_level_from_string(value);
	return o->log_level;
}

static int set_log_target(struct options *o, const char *value)
{
	o->log_target = log_target_from_string(value);
	return o->log_target;
}

static int set_stop_budget(struct options *o, const char *value)
{
	int r = value_parse_usec(value, &o->stop_budget_usec);

	return r < 0 ? r : o->stop_budget_usec ? 0 : (o->stop_budget_usec = 1, 0);
}

static int set_clean_environment(struct options *o, const char *value)
{
	(void)value;
	o->clean_environment = true;
	return 0;
}

static int set_kill_group(struct options *o, const char *value)
{
	(void)value;
	o->kill_group = true;
	return 0;
}

static int set_parent_death_signal(struct options *o, const char *value)
{
	o->parent_death_signal = signal_from_string(value);
	return o->parent_death_signal;
}

/* FROM:TO, names or numbers; TO 0 drops the signal. */
static int add_rewrite(struct options *o, const char *value)
{
	char from[32];
	const char *colon = strchr(value, ':');

	if (!colon || (size_t)(colon - value) >= sizeof(from))
		return -EINVAL;
	memcpy(from, value, (size_t)(colon - value));
	from[colon - value] = 0;
	int f = signal_from_string(from);
	int t = strcmp(colon + 1, "0") == 0 ? 0 : signal_from_string(colon + 1);
	if (f <= 0 || t < 0)
		return -EINVAL;
	o->rewrite[f] = t;
	return 0;
}

static int add_expected_exit(struct options *o, const char *value)
{
	uint64_t code;
	int r = value_parse_u64(value, 255, &code);

	if (r >= 0)
		o->expect_exit[code] = true;
	return r;
}

static int set_session(struct options *o, const char *value)
{
	(void)value;
	o->new_session = true;
	return 0;
}

static int set_single_child(struct options *o, const char *value)
{
	(void)value;
	o->single_child = true;
	return 0;
}

static int set_warn_reaped(struct options *o, const char *value)
{
	(void)value;
	o->warn_reaped = true;
	return 0;
}

static int accept_subreaper(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	return 0;
}

static int set_verbose(struct options *o, const char *value)
{
	(void)value;
	o->verbose++;
	return 0;
}

static int print_help(struct options *o, const char *value);
static int print_version(struct options *o, const char *value);
static int print_directives(struct options *o, const char *value);

/* clang-format off */
static const struct option_row rows[] = {
	{0,   "unit-path",           "DIR[:DIR...]", set_unit_path,     "where unit files are looked for, earliest wins"},
	{0,   "socket",              "PATH",   set_socket,              "control socket"},
	{0, "config", "FILE", set_config, "settings, instead of /etc/reaperd/reaperd.conf"},
	{0,   "check",               NULL,     set_check,               "load what would start, print what is wrong, start nothing"},
	{0,   "verify",              NULL,     set_verify,              "check unit files that are named by their paths"},
	{0,   "here",                NULL,     set_here,                "of --verify: what this place would make of each directive"},
	{0,   "directives",          NULL,     print_directives,        "every directive: section, key, value, default, why it is not applied"},
	{0,   "install",             "VERB",   set_install,             "enable, disable, mask ... these units, and start nothing"},
	{0,   "root",                "DIR",    set_root,                "of --install: the root file system to work on"},
	{0,   "dump",                NULL,     set_dump,                "load units, print what they resolve to, start nothing"},
	{0,   "log-level",           "LEVEL",  set_log_level,           "emerg ... debug, or 0 to 7"},
	{0,   "log-target",          "TARGET", set_log_target,          "console, journal or null"},
	{0,   "stop-budget",         "TIME",   set_stop_budget,         "one deadline for the whole ordered stop"},
	{0,   "clean-environment",   NULL,     set_clean_environment,   "services do not inherit our environment"},
	{'g', "kill-group",          NULL,     set_kill_group,          "forward signals to the command's process group"},
	{'p', "parent-death-signal", "SIG",    set_parent_death_signal, "SIG to us when our parent dies"},
	{'r', "rewrite-signal",      "FROM:TO",add_rewrite,             "forward TO where FROM came in; TO 0 drops it"},
	{'e', "expect-exit",         "CODE",   add_expected_exit,       "CODE counts as 0; may repeat"},
	{0,   "setsid",              NULL,     set_session,             "the command gets a session of its own"},
	{'c', "single-child",        NULL,     set_single_child,        "the command stays in our session and group"},
	{'w', "warn-reaped",         NULL,     set_warn_reaped,         "say so for each orphan reaped"},
	{'s', "subreaper",           NULL,     accept_subreaper,        "be a subreaper: always so; accepted"},
	{'v', "verbose",             NULL,     set_verbose,             "say more; twice: everything"},
	{'h', "help",                NULL,     print_help,              "this text"},
	{0,   "version",             NULL,     print_version,           "the version, and what this build holds"},
};
/* clang-format on */

static int print_help(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	puts("reaperd [OPTION...] [UNIT...] [-- COMMAND [ARG...]]\n\n"
	     "Runs services from systemd's unit files, or one command, as PID 1 or below it.\n");
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", rows[i].short_name ? '-' : ' ',
			rows[i].short_name ? rows[i].short_name : ' ',
			rows[i].short_name ? ", " : "  ", rows[i].name, rows[i].argument ? "=" : "",
			rows[i].argument ? rows[i].argument : "");
		printf("  %-34s %s\n", left, rows[i].help);
	}
	puts("\nWithout UNIT and COMMAND it starts default.target. See reaperd(8).");
	return 1;
}

static int print_directives(struct options *o, const char *value)
{
	const struct directive *d;

	(void)o;
	(void)value;
	for (size_t i = 0; (d = directive_at(i)); i++)
		if (!(d->flags & DIRECTIVE_OLD))
			printf("%s\t%s\t%s\t%s\t%s\t%s\n", d->section, d->key, d->type->name,
				d->fallback ? d->fallback : "",
				d->not_applied ? d->not_applied : "",
				d->need ? place_requirement(d->need) : "");
	return 1;
}

static int print_version(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	puts("reaperd " REAPERD_VERSION);
#ifdef REAPERD_STATIC
	puts("static build (musl): users and groups come from /etc/passwd and /etc/group alone; "
	     "ConditionPathExistsGlob= knows no braces");
#endif
	return 1;
}

static const struct option_row *find_long(const char *name, size_t length)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (strlen(rows[i].name) == length && strncmp(rows[i].name, name, length) == 0)
			return &rows[i];
	return NULL;
}

static const struct option_row *find_short(char c)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (rows[i].short_name == c)
			return &rows[i];
	return NULL;
}

static enum options_result apply(struct options *o, const struct option_row *row, const char *value)
{
	int r = row->fn(o, value);

	if (r == 1 &&
		(row->fn == print_help || row->fn == print_version || row->fn == print_directives))
		return OPTIONS_DONE;
	if (r >= 0)
		return OPTIONS_RUN;
	fprintf(stderr, "reaperd: --%s=%s is no valid value; expected %s\n", row->name, value,
		row->argument);
	return OPTIONS_WRONG;
}

static enum options_result wrong(const char *what, const char *which)
{
	fprintf(stderr, "reaperd: %s %s; see reaperd --help\n", what, which);
	return OPTIONS_WRONG;
}

static enum options_result parse_long(struct options *o, char **argv, int *i)
{
	const char *name = argv[*i] + 2;
	size_t length = strcspn(name, "=");
	const struct option_row *row = find_long(name, length);
	const char *value = name[length] ? name + length + 1 : NULL;

	if (!row)
		return wrong("unknown option", argv[*i]);
	if (!row->argument)
		return value ? wrong("no value belongs to", argv[*i]) : apply(o, row, NULL);
	if (!value)
		value = argv[++*i];
	return value ? apply(o, row, value) : wrong("a value is missing for", argv[*i - 1]);
}

/* Short options may stand together; the value of the last may follow at once or as the next word.
 */
static enum options_result parse_short(struct options *o, char **argv, int *i)
{
	for (const char *c = argv[*i] + 1; *c; c++) {
		const struct option_row *row = find_short(*c);

		if (!row)
			return wrong("unknown option", argv[*i]);
		if (!row->argument) {
			enum options_result r = apply(o, row, NULL);
			if (r != OPTIONS_RUN)
				return r;
			continue;
		}
		const char *value = c[1] ? c + 1 : argv[++*i];
		return value ? apply(o, row, value) : wrong("a value is missing for", argv[*i - 1]);
	}
	return OPTIONS_RUN;
}

enum options_result options_parse(struct options *o, int argc, char **argv)
{
	int i = 1;

	*o = (struct options){.log_level = -1, .log_target = -1};
	for (int sig = 0; sig < NSIG; sig++)
		o->rewrite[sig] = -1;
	o->unit_path = getenv("REAPERD_UNIT_PATH");
	o->socket = getenv("REAPERD_SOCKET");
	o->units = argv + (argc > 0 ? 1 : 0);

	/* Options and units may be mixed; units are moved to the front. */
	for (; i < argc && argv[i]; i++) {
		enum options_result r = OPTIONS_RUN;

		if (strcmp(argv[i], "--") == 0) {
			o->command = argv + i + 1;
			break;
		}
		if (argv[i][0] == '-' && argv[i][1] == '-')
			r = parse_long(o, argv, &i);
		else if (argv[i][0] == '-' && argv[i][1])
			r = parse_short(o, argv, &i);
		else
			o->units[o->unit_count++] = argv[i];
		if (r != OPTIONS_RUN)
			return r;
	}
	if (o->command && !o->command[0])
		return wrong("no command after", "--");
	return OPTIONS_RUN;
}
