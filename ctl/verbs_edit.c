/* SPDX-License-Identifier: MIT */
/* edit: a drop-in, or the whole file of a unit, written with the user's editor; then read anew. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"
#include "ctl/ctl.h"

#define TEXT_LIMIT (1024 * 1024) /* what reaperd reads of a file */

struct edit {
	const char *unit;
	char *path;    /* where the text goes */
	char *before;  /* what is there, or what it begins with */
	char *comment; /* the files that it changes, for the reader */
};

static void edit_done(struct edit *e)
{
	free(e->path);
	free(e->before);
	free(e->comment);
}

static char *read_all(FILE *f)
{
	char *text = malloc(TEXT_LIMIT + 1);
	size_t n = text && f ? fread(text, 1, TEXT_LIMIT, f) : 0;

	if (text)
		text[n] = 0;
	return text;
}

static int make_parents(const char *path)
{
	_cleanup_(freep) char *copy = strdup(path);

	for (char *slash = copy ? strchr(copy + 1, '/') : NULL; slash;
		slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int complain(const char *what, const char *path, int error)
{
	fprintf(stderr, "reaperctl: cannot %s %s: %s\n", what, path, strerror(error));
	return EXIT_FAILED;
}

/* In one step: whoever reads meanwhile finds the old text or the new. */
static int write_text(const char *path, const char *text)
{
	_cleanup_(freep) char *draft = NULL;
	int r = make_parents(path);

	if (r < 0 || asprintf(&draft, "%s.new", path) < 0)
		return complain("make the folder of", path, -r);
	_cleanup_(fclosep) FILE *f = fopen(draft, "we");
	if (!f || fputs(text, f) < 0 || fflush(f) < 0 || rename(draft, path) < 0)
		return complain("write", path, errno);
	return EXIT_DONE;
}

static int run_editor(const char *path)
{
	static const char *const names[] = {"SYSTEMD_EDITOR", "EDITOR", "VISUAL"};
	const char *editor = NULL;
	_cleanup_(freep) char *command = NULL;

	for (size_t i = 0; i < ELEMENTS(names) && !editor; i++)
		editor = getenv(names[i]) && *getenv(names[i]) ? getenv(names[i]) : NULL;
	if (asprintf(&command, "%s \"$1\"",
		    editor ? editor
			   : "for e in editor nano vim vi; do command -v $e >/dev/null && exec $e "
			     "\"$1\"; done; "
			     "echo 'There is no editor: set EDITOR, or use --stdin.' >&2; exit 1; "
			     ":") < 0)
		return EXIT_FAILED;
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, "edit", path, NULL);
		_exit(127);
	}
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return complain("run an editor on", path, errno);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* Lines that the draft came with as an explanation. */
static char *without_comment(const char *text)
{
	char *kept = calloc(1, strlen(text) + 1), *to = kept;

	for (const char *line = text; kept && *line;) {
		size_t n = strcspn(line, "\n");

		n += line[n] == '\n';
		if (strncmp(line, "###", 3) != 0) {
			memcpy(to, line, n);
			to += n;
		}
		line += n;
	}
	return kept;
}

/* The user's text of the unit; NULL: told, or nothing was written. */
static char *ask_editor(const struct edit *e)
{
	char path[] = "/tmp/reaperctl-edit-XXXXXX.conf";
	int fd = mkstemps(path, 5);
	_cleanup_(fclosep) FILE *f = fd < 0 ? NULL : fdopen(fd, "w+");
	char *text = NULL;

	if (!f) {
		(void)complain("make", path, errno);
		return NULL;
	}
	fprintf(f, "### %s of %s. Lines that begin with ### are not kept.\n%s%s%s", e->path,
		e->unit, e->before, *e->before ? "" : "\n", e->comment);
	if (fflush(f) == 0 && run_editor(path) == EXIT_DONE) {
		_cleanup_(fclosep) FILE *again = fopen(path, "re");
		_cleanup_(freep) char *all = read_all(again);
		text = all ? without_comment(all) : NULL;
	}
	(void)unlink(path);
	return text;
}

/* Every line of the files as a comment. */
static char *quote_files(const json_t *files)
{
	char *quoted = NULL;
	size_t size = 0, i;
	FILE *f = open_memstream(&quoted, &size);
	const json_t *file;

	json_array_foreach (files, i, file) {
		const char *text = get_string(file, "text");

		fprintf(f, "\n### %s\n", get_string(file, "path"));
		for (size_t n; *text; text += n) {
			n = strcspn(text, "\n");
			fprintf(f, "### %.*s\n", (int)n, text);
			n += text[n] == '\n';
		}
	}
	if (f)
		fclose(f);
	return quoted;
}

/* Where the text goes, and what it begins with. 0, or an exit status. */
static int prepare(struct ctl *c, const char *folder, struct edit *e)
{
	const struct options *o = &c->options;
	const char *name = o->drop_in ? o->drop_in : "override.conf";
	_cleanup_(freep) char *error = NULL;
	json_t *reply;
	int r = ctl_try(c, "Cat", json_pack("{s:[s]}", "units", e->unit), &reply, &error);

	if (r)
		return r;
	const json_t *files = json_object_get(reply, "files");
	if (error && !o->force) {
		r = ctl_explain(error, reply);
		fprintf(stderr, "--force makes a unit that is not there yet.\n");
		json_decref(reply);
		return r;
	}
	bool whole = o->full || (error && !o->drop_in);
	int n = whole ? asprintf(&e->path, "%s/%s", folder, e->unit)
		      : asprintf(&e->path, "%s/%s.d/%s%s", folder, e->unit, name,
				text_ends_with(name, ".conf") ? "" : ".conf");
	_cleanup_(fclosep) FILE *present = n < 0 ? NULL : fopen(e->path, "re");
	const char *original = get_string(json_array_get(files, 0), "text");
	e->before = present ? read_all(present) : strdup(whole ? original : "");
	e->comment = whole ? strdup("") : quote_files(files);
	json_decref(reply);
	return n < 0 || !e->before || !e->comment ? EXIT_FAILED : EXIT_DONE;
}

static int edit_one(struct ctl *c, const char *folder, const char *unit)
{
	struct edit e = {.unit = unit};
	int r = prepare(c, folder, &e);

	if (!r) {
		_cleanup_(freep) char *text =
			c->options.from_stdin ? read_all(stdin) : ask_editor(&e);
		if (!text || !text[strspn(text, " \t\n")]) {
			fprintf(stderr, "reaperctl: nothing was written for %s\n", unit);
			r = text ? EXIT_DONE : EXIT_FAILED;
		} else {
			r = write_text(e.path, text);
			if (!r && !c->options.quiet)
				fprintf(stderr, "Wrote %s.\n", e.path);
		}
	}
	edit_done(&e);
	return r;
}

int verb_edit(struct ctl *c, char **arguments)
{
	json_t *names = ctl_unit_names(c, arguments), *name, *reply;
	size_t i;
	int r = names ? ctl_call(c, "Show", NULL, &reply) : EXIT_FAILED;

	if (r) {
		json_decref(names);
		return r;
	}
	const json_t *system = json_array_get(json_object_get(reply, "units"), 0);
	_cleanup_(freep) char *folder =
		strdup(get_string(system, c->options.runtime ? "RuntimeUnitFolder" : "UnitFolder"));
	json_decref(reply);
	json_array_foreach (names, i, name)
		if (!r)
			r = edit_one(c, folder, json_string_value(name));
	json_decref(names);
	return r ? r : verb_daemon_reload(c, NULL);
}
