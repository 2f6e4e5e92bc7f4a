/* SPDX-License-Identifier: MIT */
/* Capability sets and secure bits: what cannot be read here fails the unit. */
#include <errno.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/capability_name.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

/* The names of one line as a set. */
static int parse_set(struct directive_context *c, const char *text, uint64_t *ret)
{
	uint64_t set = 0;
	char *word;
	int r;

	while ((r = word_next(&text, &word, WORD_UNQUOTE)) > 0) {
		_cleanup_(freep) char *owned = word;
		int number = capability_from_string(word);

		if (number < 0)
			return directive_refuse(c, word, "no capability of that name");
		set |= 1ULL << number;
	}
	if (r < 0)
		return directive_refuse(c, text, "unbalanced quotes");
	*ret = set;
	return 0;
}

/* Lines add up; `~` takes away; an empty one empties the set. `start`: what a set is before its
 * first line. */
static int merge(struct directive_context *c, const char *text, uint64_t *set, uint64_t start)
{
	bool inverts = *text == '~';
	uint64_t named = 0;
	int r = parse_set(c, text + inverts, &named);

	if (r < 0)
		return r;
	if (!*text)
		*set = 0;
	else if (inverts && !text[1 + strspn(text + 1, " \t")]) /* all but nothing */
		*set = start == CAPABILITY_ALL ? CAPABILITY_ALL : CAPABILITY_KNOWN;
	else if (*set == start)
		*set = inverts ? ~named : named;
	else
		*set = inverts ? *set & ~named : *set | named;
	return 0;
}

static int parse_bounding(struct directive_context *c, const char *text, void *field)
{
	return merge(c, text, field, CAPABILITY_ALL);
}

static int parse_ambient(struct directive_context *c, const char *text, void *field)
{
	return merge(c, text, field, 0);
}

static char *format_bounding(const struct directive *d, const void *field)
{
	const struct exec_settings *e =
		(const void *)((const char *)field -
			       offsetof(struct exec_settings, capability_bounding_set));
	uint64_t set = *(const uint64_t *)field & ~e->implied_drops;

	(void)d;
	return set == CAPABILITY_ALL ? NULL : capability_set_to_string(set);
}

static char *format_ambient(const struct directive *d, const void *field)
{
	uint64_t set = *(const uint64_t *)field;

	(void)d;
	return set ? capability_set_to_string(set) : NULL;
}

static const struct {
	const char *name;
	int bit;
} secure_bits[] = {{"keep-caps", SECBIT_KEEP_CAPS}, {"keep-caps-locked", SECBIT_KEEP_CAPS_LOCKED},
	{"no-setuid-fixup", SECBIT_NO_SETUID_FIXUP},
	{"no-setuid-fixup-locked", SECBIT_NO_SETUID_FIXUP_LOCKED}, {"noroot", SECBIT_NOROOT},
	{"noroot-locked", SECBIT_NOROOT_LOCKED}};

static int parse_secure_bits(struct directive_context *c, const char *text, void *field)
{
	int bits = 0;
	char *word;

	while (word_next(&text, &word, WORD_UNQUOTE) > 0) {
		_cleanup_(freep) char *owned = word;
		size_t i = 0;

		while (i < ELEMENTS(secure_bits) && strcmp(secure_bits[i].name, word) != 0)
			i++;
		if (i == ELEMENTS(secure_bits))
			return directive_refuse(c, word, "no secure bit of that name");
		bits |= secure_bits[i].bit;
	}
	*(int *)field = bits;
	c->config->exec->secure_bits_set = bits != 0;
	return 0;
}

static char *format_secure_bits(const struct directive *d, const void *field)
{
	_cleanup_(strv_freep) char **names = NULL;
	int bits = *(const int *)field;

	(void)d;
	for (size_t i = 0; i < ELEMENTS(secure_bits); i++)
		if (bits & secure_bits[i].bit && strv_push(&names, strdup(secure_bits[i].name)) < 0)
			return NULL;
	return names ? strv_join(names, " ") : NULL;
}

const struct value_type type_capability_bounding_set = {
	"capabilities", parse_bounding, format_bounding, NULL};
const struct value_type type_ambient_capabilities = {
	"capabilities", parse_ambient, format_ambient, NULL};
const struct value_type type_secure_bits = {
	"secure bits", parse_secure_bits, format_secure_bits, NULL};
