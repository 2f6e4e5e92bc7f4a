/* SPDX-License-Identifier: MIT */
/* Values of directives that are understood and have no field: kept as text, for `show` and --dump.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

static int parse_nothing(struct directive_context *c, const char *text, void *field)
{
	(void)c;
	(void)text;
	(void)field;
	return 0;
}

static struct kept_value *find(const struct config *c, const struct directive *d)
{
	for (size_t i = 0; i < c->kept_count; i++)
		if (c->kept[i].directive == d)
			return &c->kept[i];
	return NULL;
}

const char *kept_get(const struct config *c, const struct directive *d)
{
	const struct kept_value *k = find(c, d);

	return k ? k->text : NULL;
}

static struct kept_value *find_or_add(struct config *c, const struct directive *d)
{
	struct kept_value *k = find(c, d);

	if (k)
		return k;
	struct kept_value *grown = reallocarray(c->kept, c->kept_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	c->kept = grown;
	k = &c->kept[c->kept_count++];
	*k = (struct kept_value){.directive = d};
	return k;
}

/* Takes ownership of `text`. */
static int replace(struct directive_context *c, char *text)
{
	struct kept_value *k = text ? find_or_add(c->config, c->directive) : NULL;

	if (!k) {
		free(text);
		return -ENOMEM;
	}
	free(k->text);
	k->text = text;
	return 0;
}

static int append(struct directive_context *c, const char *text, const char *separator)
{
	const char *before = kept_get(c->config, c->directive);
	char *joined;

	if (!before || !*before)
		return replace(c, strdup(text));
	if (asprintf(&joined, "%s%s%s", before, separator, text) < 0)
		return -ENOMEM;
	return replace(c, joined);
}

/* Through the type's own parser and back: the canonical form. */
static int normalise(struct directive_context *c, const char *text)
{
	uint64_t scratch = 0;
	int r = c->directive->type->parse(c, text, &scratch);

	return r < 0 ? r : replace(c, c->directive->type->format(c->directive, &scratch));
}

/* Bytes as a number; no limit is the largest. */
static int set_size(struct directive_context *c, const char *text)
{
	char number[32];
	uint64_t n;

	if (value_parse_size(text, &n) < 0)
		return directive_refuse(c, text, "not a size");
	snprintf(number, sizeof(number), "%llu", (unsigned long long)n);
	return replace(c, strdup(number));
}

/* A port alone is one of every address. */
static int add_listen(struct directive_context *c, const char *text)
{
	char address[32];

	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 5)
		return append(c, text, "\n");
	snprintf(address, sizeof(address), "[::]:%s", text);
	return append(c, address, "\n");
}

/* Names of prefixes stand for one of each family (systemd.resource-control(5)). */
static int add_prefixes(struct directive_context *c, const char *text)
{
	static const char *const names[][2] = {
		{"any", "0.0.0.0/0\n::/0"},
		{"localhost", "127.0.0.0/8\n::1/128"},
		{"link-local", "169.254.0.0/16\nfe80::/64"},
		{"multicast", "224.0.0.0/4\nff00::/8"},
	};
	char *word;
	int r = 0;

	while (r >= 0 && word_next(&text, &word, 0) > 0) {
		_cleanup_(freep) char *owned = word;
		const char *meant = word;

		for (size_t i = 0; i < ELEMENTS(names); i++)
			if (strcmp(names[i][0], word) == 0)
				meant = names[i][1];
		r = append(c, meant, "\n");
	}
	return r;
}

int kept_set(struct directive_context *c, const char *text)
{
	const struct value_type *type = c->directive->type;
	_cleanup_(freep) char *expanded = NULL;

	if (!*text)
		return replace(c, strdup(""));
	if (type == &type_bool || type == &type_usec || type == &type_usec_or_infinity)
		return normalise(c, text);
	if (type == &type_bool_or_text && value_parse_bool(text) >= 0)
		return replace(c, strdup(value_parse_bool(text) ? "yes" : "no"));
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	if (type == &type_kept_size)
		return set_size(c, expanded);
	if (type == &type_kept_listen)
		return add_listen(c, expanded);
	if (type == &type_kept_prefixes)
		return add_prefixes(c, expanded);
	if (type == &type_words)
		return append(c, expanded, " ");
	if (type == &type_kept_lines)
		return append(c, expanded, "\n");
	return replace(c, TAKE_PTR(expanded));
}

const struct value_type type_text = {"text", parse_nothing, NULL, NULL};
const struct value_type type_bool_or_text = {"boolean, or text", parse_nothing, NULL, NULL};
const struct value_type type_kept_size = {"size", parse_nothing, NULL, NULL};
const struct value_type type_kept_listen = {"address", parse_nothing, NULL, NULL};
const struct value_type type_kept_prefixes = {"addresses", parse_nothing, NULL, NULL};
const struct value_type type_kept_lines = {"text", parse_nothing, NULL, NULL};
