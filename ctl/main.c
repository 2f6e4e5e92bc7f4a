/* SPDX-License-Identifier: MIT */
/* reaperctl: options and a verb in, one row of the table run. */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "ctl/ctl.h"

#define NEAR 3

static const struct verb *find(const char *name)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static int unknown(const char *name)
{
	const char *nearest = NULL;
	unsigned best = NEAR;

	for (const struct verb *v = verbs; v->name; v++) {
		unsigned distance = text_distance(name, v->name, NEAR);
		if (distance < best) {
			best = distance;
			nearest = v->name;
		}
	}
	fprintf(stderr, "reaperctl: there is no verb \"%s\"%s%s%s; reaperctl --help lists them\n",
		name, nearest ? " (did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?)" : "");
	return EXIT_USAGE;
}

static int run(struct ctl *c, char **words)
{
	static char *none[] = {NULL};
	const char *name = words ? *words : "status";
	char **arguments = words ? words + 1 : none;
	int count = (int)strv_length(arguments);

	if (c->options.help || c->options.version) {
		if (c->options.version)
			puts("reaperctl " REAPERD_VERSION);
		else
			options_help();
		return EXIT_DONE;
	}
	c->verb = find(name);
	if (!c->verb)
		return unknown(name);
	if (count < c->verb->min || (c->verb->max >= 0 && count > c->verb->max)) {
		fprintf(stderr, "reaperctl: usage: reaperctl %s %s\n", name, c->verb->arguments);
		return EXIT_USAGE;
	}
	return c->verb->run(c, arguments);
}

int main(int argc, char **argv)
{
	struct ctl c = {.fd = -1};
	char **words = NULL;

	setlocale(LC_CTYPE, "");
	int r = options_read(&c.options, argc, argv, &words) < 0 ? EXIT_USAGE : run(&c, words);
	if (c.fd >= 0)
		close(c.fd);
	varlink_buffer_done(&c.in);
	options_done(&c.options);
	strv_free(words);
	if (fflush(stdout) == EOF && !r)
		r = EXIT_FAILED;
	return r;
}
