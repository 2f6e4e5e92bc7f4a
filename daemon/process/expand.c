/* SPDX-License-Identifier: MIT */
/* $VAR and ${VAR} in command lines (systemd.service(5), "Command lines"). Pure. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/word.h"
#include "daemon/file/environment_file.h"
#include "daemon/process/spawn.h"

static size_t name_length(const char *text)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*text) && *text != '_')
		return 0;
	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

/* ${NAME} at `text`: the length of the name, 0 when it is none. */
static size_t braced(const char *text)
{
	size_t n = text[0] == '$' && text[1] == '{' ? name_length(text + 2) : 0;

	return n && text[2 + n] == '}' ? n : 0;
}

/* The word with every ${NAME} and $$ replaced; a lone $ stays. */
static char *expand_word(const char *word, char *const *environment)
{
	char *text = NULL;
	size_t length;

	if (!strchr(word, '$'))
		return strdup(word);
	FILE *f = open_memstream(&text, &length);
	if (!f)
		return NULL;
	while (*word) {
		size_t n = braced(word);

		if (n) {
			const char *value = environment_get(environment, word + 2, n);
			fputs(value ? value : "", f);
			word += n + 3;
		} else {
			if (word[0] == '$' && word[1] == '$')
				word++;
			putc(*word++, f);
		}
	}
	fclose(f);
	return text;
}

/* A whole word $NAME becomes the words of its value; quotes in the value group. */
static int split_value(const char *value, char ***out)
{
	char *word;
	int r = 0;

	while (value && (r = word_next(&value, &word, WORD_UNQUOTE | WORD_RELAX)) > 0) {
		r = strv_push(out, word);
		if (r < 0)
			return r;
	}
	return r < 0 && r != -EINVAL ? r : 0;
}

char **spawn_expand_arguments(char *const *argv, char *const *environment)
{
	char **out = NULL;

	for (char *const *a = argv; *a; a++) {
		size_t n = **a == '$' ? name_length(*a + 1) : 0;
		int r;

		/* argv[0] is not split: a command needs a name. */
		if (n && !(*a)[1 + n] && a != argv)
			r = split_value(environment_get(environment, *a + 1, n), &out);
		else
			r = strv_push(&out, expand_word(*a, environment));
		if (r < 0) {
			strv_free(out);
			return NULL;
		}
	}
	return out;
}
