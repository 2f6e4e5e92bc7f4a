/* SPDX-License-Identifier: MIT */
/* System call filters and families of addresses (systemd.exec(5)): kept as lists whose words are
 * known. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/errno_name.h"
#include "common/text.h"
#include "daemon/base/syscall_group.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"

static const char *const architectures[] = {"native", "x86", "x86-64", "x32", "arm", "arm64",
	"loongarch64", "mips", "mips64", "mips64-n32", "mips-le", "mips64-le", "mips64-le-n32",
	"parisc", "parisc64", "ppc", "ppc64", "ppc64-le", "riscv64", "s390", "s390x"};

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

static bool is_name(const char *word)
{
	if (!*word || isdigit((unsigned char)*word))
		return false;
	for (const char *s = word; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

/* NAME or @GROUP, each with :ERRNO or :kill behind it. */
static bool is_syscall(char *word)
{
	char *colon = strchr(word, ':');
	bool good;

	if (colon && strcmp(colon + 1, "kill") != 0 && errno_from_name(colon + 1) < 0 &&
		!errno_to_name(atoi(colon + 1)))
		return false;
	if (colon)
		*colon = 0;
	good = *word == '@' ? syscall_group_members(word + 1) != NULL : is_name(word);
	if (colon)
		*colon = ':';
	return good;
}

static bool is_architecture(char *word)
{
	return is_one_of(word, architectures, ELEMENTS(architectures));
}

static bool is_family(char *word)
{
	return text_after_prefix(word, "AF_") &&
	       word[strcspn(word, "abcdefghijklmnopqrstuvwxyz")] == 0;
}

/* The words that are known, joined; `~` in front stays. What is not is said, and left out. The
 * caller frees; NULL: none is left, or no memory. */
static char *known_words(
	struct directive_context *c, const char *text, bool (*knows)(char *word), const char *what)
{
	_cleanup_(strv_freep) char **good = NULL;
	bool inverts = *text == '~';
	char *word, *joined;
	int r;

	for (const char *at = text + inverts; (r = word_next(&at, &word, WORD_UNQUOTE)) > 0;) {
		_cleanup_(freep) char *owned = word;

		if (!knows(word))
			(void)directive_refuse(c, word, "%s", what);
		else if (strv_push(&good, TAKE_PTR(owned)) < 0)
			return NULL;
	}
	if (r < 0)
		(void)directive_refuse(c, text, "unbalanced quotes");
	if (!good)
		return NULL;
	_cleanup_(freep) char *list = strv_join(good, " ");
	return !list || asprintf(&joined, "%s%s", inverts ? "~" : "", list) < 0 ? NULL : joined;
}

char *syscalls_known(struct directive_context *c, const char *text)
{
	if (strcmp(c->directive->key, "SystemCallArchitectures") == 0)
		return known_words(c, text, is_architecture, "no architecture of that name");
	if (strcmp(c->directive->key, "RestrictAddressFamilies") == 0)
		return strcmp(text, "none") == 0
			       ? strdup(text)
			       : known_words(c, text, is_family, "no family of addresses");
	return known_words(c, text, is_syscall, "neither a system call nor a group of them");
}

static int parse_nothing(struct directive_context *c, const char *text, void *field)
{
	(void)c;
	(void)text;
	(void)field;
	return 0;
}

const struct value_type type_syscalls = {"names, or names after a ~", parse_nothing, NULL, NULL};
