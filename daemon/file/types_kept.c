/* SPDX-License-Identifier: MIT */
/* Values of directives that are understood and have no field: kept as text, for `show` and --dump.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/errno_name.h"
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

bool kept_says_yes(const struct config *c, const char *section, const char *key)
{
	const char *value = kept_get(c, directive_find(section, key));

	return value && strcmp(value, "yes") == 0;
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
static int put(struct config *c, const struct directive *d, char *text)
{
	struct kept_value *k = text ? find_or_add(c, d) : NULL;

	if (!k) {
		free(text);
		return -ENOMEM;
	}
	free(k->text);
	k->text = text;
	return 0;
}

static int replace(struct directive_context *c, char *text)
{
	return put(c->config, c->directive, text);
}

int kept_put(struct config *c, const struct directive *d, const char *text)
{
	return put(c, d, strdup(text));
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

/* Bytes as a number; no limit is the largest. A share of what the machine has stays as written. */
static int set_size(struct directive_context *c, const char *text)
{
	char number[32];
	unsigned share;
	uint64_t n;

	if (value_parse_percent(text, &share) >= 0)
		return replace(c, strdup(text));
	if (value_parse_size(text, &n) < 0)
		return directive_refuse(c, text, "neither a size nor a percentage");
	snprintf(number, sizeof(number), "%llu", (unsigned long long)n);
	return replace(c, strdup(number));
}

/* "kill", the name of an error (errno(3)), or its number. */
static int set_errno(struct directive_context *c, const char *text)
{
	uint64_t number = 0;

	if (value_parse_u64(text, 4095, &number) >= 0 && errno_to_name((int)number))
		text = errno_to_name((int)number);
	if (strcmp(text, "kill") != 0 && errno_from_name(text) < 0)
		return directive_refuse(c, text, "neither kill nor the name of an error");
	return replace(c, strdup(text));
}

/* A boolean, or kinds of namespaces that stay allowed, with `~` those that do not. Kept is "yes"
 * (all are refused), "no", or the list of those allowed. */
static int set_namespaces(struct directive_context *c, const char *text)
{
	static const char *const kinds[] = {"cgroup", "ipc", "net", "mnt", "pid", "user", "uts"};
	int as_bool = value_parse_bool(text);
	bool inverts = *text == '~';
	unsigned allowed = 0;
	char *word;

	if (as_bool >= 0)
		return replace(c, strdup(as_bool ? "yes" : "no"));
	for (const char *at = text + inverts; word_next(&at, &word, WORD_UNQUOTE) > 0;) {
		_cleanup_(freep) char *owned = word;
		unsigned bit = 0;

		for (size_t i = 0; i < ELEMENTS(kinds); i++)
			bit |= strcmp(kinds[i], word) == 0 ? 1U << i : 0;
		if (!bit)
			return directive_refuse(c, text, "no kind of namespace is called %s", word);
		allowed |= bit;
	}
	_cleanup_(strv_freep) char **names = NULL;
	allowed = inverts ? ~allowed : allowed;
	for (size_t i = 0; i < ELEMENTS(kinds); i++)
		if (allowed >> i & 1 && strv_push(&names, strdup(kinds[i])) < 0)
			return -ENOMEM;
	return replace(c, names ? strv_join(names, " ") : strdup("yes"));
}

/* One of the row's names; a boolean stands for the first two where they are no and yes. */
static int set_name(struct directive_context *c, const char *text)
{
	const struct enum_table *names = c->directive->names;
	int value = enum_from_string(names, text), as_bool = value_parse_bool(text);

	if (value < 0 && text[0] >= '0' && text[0] < '0' + names->max && !text[1] &&
		text_ends_with(c->directive->key, "Level"))
		value = text[0] - '0';
	if (value < 0 && as_bool >= 0 && names->names[0] && strcmp(names->names[0], "no") == 0)
		value = as_bool;
	if (value < 0)
		return directive_refuse(c, text, "not one of its values");
	return replace(c, strdup(names->names[value]));
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

/* An absolute path, with `-` (may be missing) and `+` (below RootDirectory=) in front. */
static int add_path(struct directive_context *c, char *word, void *data)
{
	(void)data;
	return directive_check_path(c, word + strspn(word, "-+")) < 0 ? 0 : append(c, word, " ");
}

/* [-]SOURCE[:TARGET[:rbind|norbind]] -> all three parts. */
static int add_bind(struct directive_context *c, char *word, void *data)
{
	_cleanup_(freep) char *line = NULL;
	bool may_miss = *word == '-';
	char *source = word + may_miss, *target = source, *options = NULL, *colon;

	(void)data;
	if ((colon = strchr(source, ':'))) {
		*colon = 0;
		target = colon + 1;
		if ((colon = strchr(target, ':'))) {
			*colon = 0;
			options = colon + 1;
		}
	}
	if (directive_check_path(c, source) < 0 ||
		(target != source && directive_check_path(c, target) < 0))
		return 0;
	if (options && *options && strcmp(options, "rbind") != 0 &&
		strcmp(options, "norbind") != 0) {
		(void)directive_refuse(c, options, "its options are rbind or norbind");
		return 0;
	}
	if (asprintf(&line, "%s%s:%s:%s", may_miss ? "-" : "", source, target,
		    options && *options ? options : "rbind") < 0)
		return -ENOMEM;
	return append(c, line, "\n");
}

int kept_set(struct directive_context *c, const char *text)
{
	const struct value_type *type = c->directive->type;
	_cleanup_(freep) char *expanded = NULL;

	bool is_unset_by_nothing = strcmp(c->directive->key, "MountAPIVFS") == 0 ||
				   strcmp(c->directive->key, "PrivateMounts") == 0;
	if (!*text && (type != &type_bool || is_unset_by_nothing) && !c->directive->names)
		return replace(c, strdup(""));
	if (type == &type_bool || type == &type_usec || type == &type_usec_or_infinity)
		return normalise(c, text);
	if (c->directive->names)
		return set_name(c, text);
	if (type == &type_namespaces)
		return set_namespaces(c, text);
	if (type == &type_bool_or_text && value_parse_bool(text) >= 0)
		return replace(c, strdup(value_parse_bool(text) ? "yes" : "no"));
	if (type == &type_kept_paths)
		return directive_each_word(c, text, WORD_UNQUOTE, add_path, NULL);
	if (type == &type_kept_binds)
		return directive_each_word(c, text, WORD_UNQUOTE, add_bind, NULL);
	int r = directive_expand(c, text, &expanded);
	if (r < 0)
		return r;
	if (type == &type_syscalls) {
		_cleanup_(freep) char *known = syscalls_known(c, expanded);
		return known ? append(c, known, "\n") : 0;
	}
	if (type == &type_errno_name)
		return set_errno(c, expanded);
	if (type == &type_kept_size)
		return set_size(c, expanded);
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
const struct value_type type_kept_prefixes = {"addresses", parse_nothing, NULL, NULL};
const struct value_type type_errno_name = {"name of an error, or kill", parse_nothing, NULL, NULL};
const struct value_type type_namespaces = {
	"boolean, or kinds of namespaces", parse_nothing, NULL, NULL};
const struct value_type type_kept_paths = {"absolute paths", parse_nothing, NULL, NULL};
const struct value_type type_kept_binds = {"source:target paths", parse_nothing, NULL, NULL};
const struct value_type type_kept_lines = {"text", parse_nothing, NULL, NULL};
