/* SPDX-License-Identifier: MIT */
/* Smaller attributes of a process (systemd.exec(5)): CPUs, timer slack, core dumps, personality,
 * keyring. */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/place.h"
#include "daemon/base/word.h"
#include "daemon/process/child.h"

/* "0-3", "5", "0,2": adds them; -EINVAL for anything else. */
static int add_cpus(const char *word, cpu_set_t *set)
{
	while (*word) {
		char *end;
		unsigned long first = strtoul(word, &end, 10), last = first;

		if (end == word)
			return -EINVAL;
		if (*end == '-') {
			word = end + 1;
			last = strtoul(word, &end, 10);
			if (end == word)
				return -EINVAL;
		}
		if (last >= CPU_SETSIZE || first > last)
			return -EINVAL;
		for (unsigned long cpu = first; cpu <= last; cpu++)
			CPU_SET(cpu, set);
		word = end + (*end == ',');
		if (*end && *end != ',')
			return -EINVAL;
	}
	return 0;
}

int child_set_affinity(const struct child *c)
{
	const char *words = child_setting(c, "CPUAffinity");
	cpu_set_t set;
	char *word;
	int r = 0;

	if (!words)
		return 0;
	CPU_ZERO(&set);
	while (r >= 0 && word_next(&words, &word, 0) > 0) {
		_cleanup_(freep) char *owned = word;
		r = add_cpus(word, &set);
	}
	if (r < 0)
		return r;
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

int child_set_timer_slack(const struct child *c)
{
	const char *text = child_setting(c, "TimerSlackNSec");
	uint64_t usec, nsec;

	if (!text)
		return 0;
	if (value_parse_u64(text, UINT32_MAX, &nsec) < 0) {
		if (value_parse_usec(text, &usec) < 0 || usec > UINT32_MAX)
			return -EINVAL;
		nsec = usec * 1000;
	}
	return prctl(PR_SET_TIMERSLACK, nsec) < 0 ? -errno : 0;
}

/* A mask in hexadecimal (core(5)), or names of its bits. */
static int parse_core_filter(const char *words, unsigned *ret)
{
	static const char *const names[] = {"private-anonymous", "shared-anonymous",
		"private-file-backed", "shared-file-backed", "elf-headers", "private-huge",
		"shared-huge", "private-dax", "shared-dax"};
	char *word;
	int r;

	*ret = 0;
	while ((r = word_next(&words, &word, 0)) > 0) {
		_cleanup_(freep) char *owned = word;
		char *end;
		unsigned long mask = strtoul(word, &end, 16);
		bool is_known = end != word && !*end;

		if (strcmp(word, "all") == 0 || strcmp(word, "default") == 0) {
			mask = strcmp(word, "all") == 0 ? (1U << ELEMENTS(names)) - 1 : 0x33;
			is_known = true;
		}
		for (size_t i = 0; i < ELEMENTS(names); i++)
			if (strcmp(names[i], word) == 0) {
				mask = 1U << i;
				is_known = true;
			}
		if (!is_known)
			return -EINVAL;
		*ret |= (unsigned)mask;
	}
	return r;
}

int child_set_core_filter(const struct child *c)
{
	const char *words = child_setting(c, "CoredumpFilter");
	unsigned mask;

	if (!words)
		return 0;
	int r = parse_core_filter(words, &mask);
	_cleanup_(closep) int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
	if (r < 0 || fd < 0)
		return r < 0 ? r : errno == ENOENT ? 0 : -errno;
	return dprintf(fd, "0x%x", mask) < 0 ? -errno : 0;
}

int child_set_personality(const struct child *c)
{
	static const struct {
		const char *name;
		unsigned long value;
	} rows[] = {{"x86", PER_LINUX32}, {"x86-64", PER_LINUX}, {"arm", PER_LINUX32},
		{"arm64", PER_LINUX}};
	const char *name = child_setting(c, "Personality");

	for (size_t i = 0; name && i < ELEMENTS(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return personality(rows[i].value) < 0 ? -errno : 0;
	return 0;
}

/* A session keyring of its own, as systemd makes it for every service of the system; `shared` has
 * that of the user in it. */
int child_make_keyring(const struct child *c)
{
	const char *mode = child_setting(c, "KeyringMode");

	if ((mode && strcmp(mode, "inherit") == 0) || !c->request->context->is_root ||
		!place_has(NEED_KEYRINGS))
		return 0;
	long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
	if (keyring < 0)
		return errno == EDQUOT || errno == EPERM || errno == EACCES || errno == ENOSYS
			       ? 0
			       : -errno;
	if (mode && strcmp(mode, "shared") == 0)
		(void)syscall(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
			KEY_SPEC_SESSION_KEYRING, 0, 0);
	return 0;
}
