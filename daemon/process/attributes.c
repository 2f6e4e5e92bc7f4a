/* SPDX-License-Identifier: MIT */
/* Smaller attributes of a process (systemd.exec(5)): CPUs, timer slack, core dumps, personality,
 * keyring. */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/mempolicy.h>
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
#include "daemon/file/directive.h"
#include "daemon/process/child.h"

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#endif

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

static int add_words(const char *words, cpu_set_t *set)
{
	char *word;
	int r = 0;

	while (r >= 0 && word_next(&words, &word, 0) > 0) {
		_cleanup_(freep) char *owned = word;
		r = add_cpus(word, set);
	}
	return r;
}

int child_set_affinity(const struct child *c)
{
	const char *words = child_setting(c, "CPUAffinity");
	cpu_set_t set;

	if (!words)
		return 0;
	CPU_ZERO(&set);
	int r = add_words(words, &set);
	if (r < 0)
		return r;
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

/* The nodes of NUMAMask= as bits; "all": those that there are. */
static int read_nodes(const char *words, cpu_set_t *set)
{
	char line[256];

	if (strcmp(words, "all") == 0) {
		_cleanup_(closep) int fd =
			open("/sys/devices/system/node/online", O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

		if (n <= 0)
			return -ENODATA;
		line[n] = 0;
		line[strcspn(line, "\n")] = 0;
		words = line;
	}
	return add_words(words, set);
}

/* set_mempolicy(2); its modes are the rows of the names that NUMAPolicy= has. */
int child_set_memory_policy(const struct child *c)
{
	const struct directive *d = directive_find("Service", "NUMAPolicy");
	const char *policy = child_setting(c, "NUMAPolicy"), *mask = child_setting(c, "NUMAMask");
	cpu_set_t nodes;

	if (!policy || !place_has(NEED_MEMORY_POLICY))
		return 0;
	int mode = enum_from_string(d->names, policy);
	bool takes_nodes = mode != MPOL_DEFAULT && mode != MPOL_LOCAL;
	CPU_ZERO(&nodes);
	int r = mask && takes_nodes ? read_nodes(mask, &nodes) : 0;
	if (r < 0 || mode < 0)
		return r < 0 ? r : -EINVAL;
	bool has_nodes = CPU_COUNT(&nodes) > 0;
	/* The last argument is one more than the number of bits. */
	if (syscall(SYS_set_mempolicy, mode, has_nodes ? &nodes : NULL,
		    has_nodes ? CPU_SETSIZE + 1 : 0) < 0)
		return -errno;
	return 0;
}

/* Saves memory where it can; nobody relies on it. */
void child_set_page_merging(const struct child *c)
{
	if (child_setting(c, "MemoryKSM") && place_has(NEED_PAGE_MERGING))
		(void)prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0);
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
