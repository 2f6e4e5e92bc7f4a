/* SPDX-License-Identifier: MIT */
/* SystemCallFilter= and its kin (systemd.exec(5), seccomp(2)), the last steps before exec. */
#include "daemon/process/filter.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/errno_name.h"
#include "common/text.h"
#include "daemon/base/capability_name.h"
#include "daemon/base/syscall_group.h"
#include "daemon/base/word.h"

#define MAX_GROUP_DEPTH 8
#define MAX_CALLS 1024

/* Words of ours -> libseccomp's. */
static const struct {
	const char *name;
	uint32_t arch;
} architectures[] = {
	{"native", SCMP_ARCH_NATIVE},
	{"x86", SCMP_ARCH_X86},
	{"x86-64", SCMP_ARCH_X86_64},
	{"x32", SCMP_ARCH_X32},
	{"arm", SCMP_ARCH_ARM},
	{"arm64", SCMP_ARCH_AARCH64},
	{"mips", SCMP_ARCH_MIPS},
	{"mips64", SCMP_ARCH_MIPS64},
	{"mips64-n32", SCMP_ARCH_MIPS64N32},
	{"mips-le", SCMP_ARCH_MIPSEL},
	{"mips64-le", SCMP_ARCH_MIPSEL64},
	{"mips64-le-n32", SCMP_ARCH_MIPSEL64N32},
	{"parisc", SCMP_ARCH_PARISC},
	{"parisc64", SCMP_ARCH_PARISC64},
	{"ppc", SCMP_ARCH_PPC},
	{"ppc64", SCMP_ARCH_PPC64},
	{"ppc64-le", SCMP_ARCH_PPC64LE},
	{"riscv64", SCMP_ARCH_RISCV64},
	{"s390", SCMP_ARCH_S390},
	{"s390x", SCMP_ARCH_S390X},
};

/* Those whose programs this kernel runs besides its own. */
static void add_compatible(scmp_filter_ctx filter)
{
#if defined(__x86_64__)
	(void)seccomp_arch_add(filter, SCMP_ARCH_X86);
	(void)seccomp_arch_add(filter, SCMP_ARCH_X32);
#elif defined(__aarch64__)
	(void)seccomp_arch_add(filter, SCMP_ARCH_ARM);
#else
	(void)filter;
#endif
}

static void add_architectures(scmp_filter_ctx filter, const char *words)
{
	char *word;

	while (word_next(&words, &word, 0) > 0) {
		_cleanup_(freep) char *owned = word;

		for (size_t i = 0; i < ELEMENTS(architectures); i++)
			if (strcmp(architectures[i].name, word) == 0)
				(void)seccomp_arch_add(filter, architectures[i].arch);
	}
}

scmp_filter_ctx filter_new(const struct child *c, uint32_t default_action)
{
	const char *words = child_setting(c, "SystemCallArchitectures");
	scmp_filter_ctx filter = seccomp_init(default_action);

	if (!filter)
		return NULL;
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0); /* we say so ourselves */
	(void)seccomp_attr_set(
		filter, SCMP_FLTATR_ACT_BADARCH, words ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ALLOW);
	if (words)
		add_architectures(filter, words);
	else
		add_compatible(filter);
	return filter;
}

static int each_call(
	const char *word, int (*fn)(int number, void *data), void *data, unsigned depth)
{
	const char *members = *word == '@' ? syscall_group_members(word + 1) : NULL;
	char *member;
	int r = 0;

	if (members && strcmp(members, "*") == 0) {
		for (int n = 0; n < MAX_CALLS && r >= 0; n++) {
			_cleanup_(freep) char *name =
				seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, n);
			r = name ? fn(n, data) : 0;
		}
		return r;
	}
	while (members && depth < MAX_GROUP_DEPTH && r >= 0 &&
		word_next(&members, &member, 0) > 0) {
		_cleanup_(freep) char *owned = member;
		r = each_call(member, fn, data, depth + 1);
	}
	if (*word == '@')
		return r;
	int number = seccomp_syscall_resolve_name(word);
	return number == __NR_SCMP_ERROR ? 0 : fn(number, data);
}

int filter_each_call(const char *word, int (*fn)(int number, void *data), void *data)
{
	return each_call(word, fn, data, 0);
}

/* The calls of SystemCallFilter=, each with what happens to it. */
struct calls {
	struct {
		int number;
		uint32_t action;
	} list[MAX_CALLS];
	size_t count;
	uint32_t action; /* of those that are being added */
	bool is_removing;
};

static int take_call(int number, void *data)
{
	struct calls *calls = data;
	size_t i = 0;

	while (i < calls->count && calls->list[i].number != number)
		i++;
	if (calls->is_removing) {
		if (i < calls->count)
			calls->list[i] = calls->list[--calls->count];
		return 0;
	}
	if (i == MAX_CALLS)
		return -E2BIG;
	calls->list[i].number = number;
	calls->list[i].action = calls->action;
	calls->count += i == calls->count;
	return 0;
}

/* "kill", the name of an error, or its number. */
static uint32_t action_of(const char *text)
{
	int error = errno_from_name(text);

	if (strcmp(text, "kill") == 0)
		return SCMP_ACT_KILL_PROCESS;
	return SCMP_ACT_ERRNO((uint16_t)(error > 0 ? error : atoi(text)));
}

/* NAME or @GROUP, with :ERROR behind it where its calls do not share what the others get. */
static int take_word(struct calls *calls, char *word, uint32_t usual)
{
	char *colon = strchr(word, ':');

	calls->action = colon ? action_of(colon + 1) : usual;
	if (colon)
		*colon = 0;
	return filter_each_call(word, take_call, calls);
}

/*
 * One assignment a line. The first says which kind of list it is: with `~` of what is refused, else
 * of what is allowed; a line of the other kind takes away from it.
 */
static int read_calls(const char *lines, struct calls *calls, bool *is_allowed, uint32_t refusal)
{
	int r = 0;

	*is_allowed = *lines != '~';
	calls->action = SCMP_ACT_ALLOW;
	if (*is_allowed)
		r = filter_each_call("@default", take_call, calls);
	while (*lines && r >= 0) {
		size_t n = strcspn(lines, "\n");
		_cleanup_(freep) char *line = strndup(lines, n);
		char *word;

		if (!line)
			return -ENOMEM;
		const char *at = line + (*line == '~');
		calls->is_removing = (*line == '~') == *is_allowed;
		while (r >= 0 && word_next(&at, &word, 0) > 0) {
			_cleanup_(freep) char *owned = word;
			r = take_word(calls, word, *is_allowed ? SCMP_ACT_ALLOW : refusal);
		}
		lines += n + (lines[n] == '\n');
	}
	return r;
}

static int load(scmp_filter_ctx filter)
{
	int r = seccomp_load(filter);

	return r == -ECANCELED ? -EINVAL : r;
}

/* Calls that this architecture lacks are no failure. */
static int add_rule(scmp_filter_ctx filter, uint32_t action, int number)
{
	int r = seccomp_rule_add(filter, action, number, 0);

	return r == -EDOM || r == -EACCES || r == -EINVAL ? 0 : r;
}

static int install_calls(const struct child *c, const char *key, bool logs)
{
	const char *lines = child_setting(c, key),
		   *error = child_setting(c, "SystemCallErrorNumber");
	uint32_t refusal = logs ? SCMP_ACT_LOG : action_of(error ? error : "kill");
	static struct calls calls; /* we are alone in our process */
	bool is_allowed;

	if (!lines)
		return 0;
	calls.count = 0;
	int r = read_calls(lines, &calls, &is_allowed, refusal);
	_cleanup_(filter_freep) scmp_filter_ctx filter =
		filter_new(c, is_allowed ? refusal : SCMP_ACT_ALLOW);
	if (r >= 0 && !filter)
		r = -ENOMEM;
	for (size_t i = 0; i < calls.count && r >= 0; i++)
		r = add_rule(filter, calls.list[i].action, calls.list[i].number);
	return r < 0 ? r : load(filter);
}

static int install_restrictions(const struct child *c)
{
	_cleanup_(filter_freep) scmp_filter_ctx filter = filter_new(c, SCMP_ACT_ALLOW);
	int r = filter ? filter_restrict(c, filter) : -ENOMEM;

	return r < 0 ? r : load(filter);
}

static bool is_wanted(const struct child *c)
{
	static const char *const keys[] = {"SystemCallFilter", "SystemCallLog",
		"SystemCallArchitectures", "MemoryDenyWriteExecute", "RestrictRealtime",
		"RestrictSUIDSGID", "RestrictNamespaces", "RestrictAddressFamilies",
		"LockPersonality", "ProtectClock", "ProtectKernelModules", "ProtectKernelLogs",
		"ProtectKernelTunables", "ProtectHostname", "PrivateDevices"};

	for (size_t i = 0; i < ELEMENTS(keys); i++)
		if (child_setting(c, keys[i]))
			return true;
	return false;
}

/* Without CAP_SYS_ADMIN a filter needs PR_SET_NO_NEW_PRIVS, as systemd's manual says of each. */
int child_install_filters(const struct child *c)
{
	if (c->is_privileged || !is_wanted(c))
		return 0;
	if (!capability_is_held(CAP_SYS_ADMIN) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	int r = install_restrictions(c);
	if (r >= 0)
		r = install_calls(c, "SystemCallLog", true);
	return r < 0 ? r : install_calls(c, "SystemCallFilter", false);
}
