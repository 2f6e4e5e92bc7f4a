/* SPDX-License-Identifier: MIT */
/* Properties as JSON -> the text that `systemctl show` prints. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/format.h"
#include "common/signal_name.h"
#include "common/text.h"
#include "ctl/ctl.h"

/* A word that a shell would read otherwise, in quotes. The caller frees. */
static char *quoted(const char *word)
{
	if (*word && !word[strcspn(word, " \t\n\"\\`$*?['()<>|&;!")])
		return strdup(word);
	char *text = malloc(2 * strlen(word) + 3), *out = text;
	if (!text)
		return NULL;
	*out++ = '"';
	for (; *word; word++) {
		if (strchr("\"\\`$", *word))
			*out++ = '\\';
		*out++ = *word;
	}
	*out++ = '"';
	*out = 0;
	return text;
}

static const char *moment_text(char buffer[static FORMAT_MAX], json_int_t usec)
{
	return usec ? format_timestamp(buffer, (uint64_t)usec) : "n/a";
}

/* " ; start_time=[...] ; ... ; code=exited ; status=0": how it ran the last time. */
static void run_text(const json_t *command, char *text, size_t size)
{
	char start[FORMAT_MAX], stop[FORMAT_MAX], signal[SIGNAL_NAME_MAX];
	int code = (int)get_int(command, "code"), status = (int)get_int(command, "status");
	const char *kind = code == CLD_EXITED	? "exited"
			   : code == CLD_KILLED ? "killed"
			   : code == CLD_DUMPED ? "dumped"
						: "(null)";
	bool by_signal = code == CLD_KILLED || code == CLD_DUMPED;

	snprintf(text, size, "start_time=[%s] ; stop_time=[%s] ; pid=%d ; code=%s ; status=%d%s%s",
		moment_text(start, get_int(command, "start_usec")),
		moment_text(stop, get_int(command, "stop_usec")), (int)get_int(command, "pid"),
		kind, status,
		by_signal ? "/"
		: code	  ? ""
			  : "/0",
		by_signal ? signal_to_short_string(status, signal) : "");
}

static char *command_text(const json_t *command)
{
	_cleanup_(strv_freep) char **words = NULL;
	json_t *word;
	char *text, run[256];
	size_t i;

	json_array_foreach (json_object_get(command, "argv"), i, word)
		if (strv_push(&words, strdup(json_string_value(word))) < 0)
			return NULL;
	_cleanup_(freep) char *argv = strv_join(words, " ");
	run_text(command, run, sizeof(run));
	if (asprintf(&text, "{ path=%s ; argv[]=%s ; ignore_errors=%s ; %s }",
		    get_string(command, "path"), argv ? argv : "",
		    get_bool(command, "ignore_errors") ? "yes" : "no", run) < 0)
		return NULL;
	return text;
}

static char *list_text(const json_t *list)
{
	_cleanup_(strv_freep) char **words = NULL;
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		char *text = json_is_string(item)	     ? quoted(json_string_value(item))
			     : json_object_get(item, "argv") ? command_text(item)
							     : json_dumps(item, JSON_ENCODE_ANY);
		if (strv_push(&words, text) < 0)
			return NULL;
	}
	return strv_join(words, " ");
}

static bool is_span(const char *name)
{
	return text_ends_with(name, "USec");
}

static bool is_timestamp(const char *name)
{
	return text_ends_with(name, "Timestamp");
}

static char *integer_text(const char *name, json_int_t n)
{
	char buffer[FORMAT_MAX], *text;

	if (strcmp(name, "Job") == 0 && !n)
		return strdup("");
	if (is_timestamp(name))
		return strdup(n ? format_timestamp(buffer, (uint64_t)n) : "");
	if (is_span(name))
		return strdup(format_timespan(buffer, (uint64_t)n, 1));
	if (text_ends_with(name, "UMask") || text_ends_with(name, "DirectoryMode"))
		return asprintf(&text, "%04" PRIo64, (uint64_t)n) < 0 ? NULL : text;
	return asprintf(&text, "%" JSON_INTEGER_FORMAT, n) < 0 ? NULL : text;
}

char *property_text(const char *name, const json_t *value)
{
	if (json_is_boolean(value))
		return strdup(json_is_true(value) ? "yes" : "no");
	if (json_is_integer(value))
		return integer_text(name, json_integer_value(value));
	if (json_is_array(value))
		return list_text(value);
	return strdup(json_is_string(value) ? json_string_value(value) : "");
}

int print_json(const json_t *value)
{
	if (json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY) < 0)
		return EXIT_FAILED;
	putchar('\n');
	return EXIT_DONE;
}
