/* SPDX-License-Identifier: MIT */
/* What single settings refuse: a rule or a few for each (systemd.exec(5)). */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/text.h"
#include "daemon/base/word.h"
#include "daemon/process/filter.h"

#define REFUSED SCMP_ACT_ERRNO(EPERM)

/* One rule for the call of that name with these conditions; a call that is not known here needs
 * none. */
#define REFUSE(filter, action, name, ...)                                                          \
	refuse(filter, action, seccomp_syscall_resolve_name(name),                                 \
		(struct scmp_arg_cmp[]){__VA_ARGS__},                                              \
		sizeof((struct scmp_arg_cmp[]){__VA_ARGS__}) / sizeof(struct scmp_arg_cmp))

static int refuse(scmp_filter_ctx filter, uint32_t action, int call,
	const struct scmp_arg_cmp *conditions, size_t count)
{
	int r = call == __NR_SCMP_ERROR
			? 0
			: seccomp_rule_add_array(filter, action, call, (unsigned)count, conditions);

	return r == -EDOM || r == -EINVAL || r == -EEXIST ? 0 : r;
}

static int refuse_call(int number, void *filter)
{
	return refuse(filter, REFUSED, number, NULL, 0);
}

static int restrict_memory(scmp_filter_ctx f)
{
	const scmp_datum_t both = PROT_WRITE | PROT_EXEC;
	int r = REFUSE(f, REFUSED, "mmap", SCMP_A2(SCMP_CMP_MASKED_EQ, both, both));

	if (r >= 0)
		r = REFUSE(
			f, REFUSED, "mprotect", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	if (r >= 0)
		r = REFUSE(f, REFUSED, "pkey_mprotect",
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	if (r >= 0)
		r = REFUSE(f, REFUSED, "shmat", SCMP_A2(SCMP_CMP_MASKED_EQ, SHM_EXEC, SHM_EXEC));
	return r;
}

static int restrict_realtime(scmp_filter_ctx f)
{
	static const int fair[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE};
	int last = SCHED_IDLE, r = 0;

	for (int policy = 0; policy <= last && r >= 0; policy++) {
		bool is_fair = false;

		for (size_t i = 0; i < ELEMENTS(fair); i++)
			is_fair = is_fair || fair[i] == policy;
		if (!is_fair)
			r = REFUSE(f, REFUSED, "sched_setscheduler",
				SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)policy, 0));
	}
	return r < 0 ? r
		     : REFUSE(f, REFUSED, "sched_setscheduler",
			       SCMP_A1(SCMP_CMP_GT, (scmp_datum_t)last, 0));
}

/* Bits that make a file run as somebody else, where files are made or changed. */
static int refuse_bit(scmp_filter_ctx f, scmp_datum_t bit)
{
	static const struct {
		const char *call;
		unsigned argument; /* which is the mode */
	} rows[] = {{"chmod", 1}, {"fchmod", 1}, {"fchmodat", 2}, {"fchmodat2", 2}, {"mkdir", 1},
		{"mkdirat", 2}, {"mknod", 1}, {"mknodat", 2}, {"creat", 1}};
	int r = 0;

	for (size_t i = 0; i < ELEMENTS(rows) && r >= 0; i++)
		r = REFUSE(f, REFUSED, rows[i].call,
			SCMP_CMP(rows[i].argument, SCMP_CMP_MASKED_EQ, bit, bit));
	if (r >= 0)
		r = REFUSE(f, REFUSED, "open", SCMP_A1(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT),
			SCMP_A2(SCMP_CMP_MASKED_EQ, bit, bit));
	if (r >= 0)
		r = REFUSE(f, REFUSED, "openat", SCMP_A2(SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT),
			SCMP_A3(SCMP_CMP_MASKED_EQ, bit, bit));
	return r;
}

static int restrict_set_ids(scmp_filter_ctx f)
{
	int r = refuse_bit(f, S_ISUID);

	if (r >= 0)
		r = refuse_bit(f, S_ISGID);
	/* Its mode lies in memory, where no filter looks. */
	return r < 0 ? r
		     : refuse(f, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("openat2"),
			       NULL, 0);
}

static const struct {
	const char *name;
	unsigned flag;
} namespaces[] = {{"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC}, {"net", CLONE_NEWNET},
	{"mnt", CLONE_NEWNS}, {"pid", CLONE_NEWPID}, {"user", CLONE_NEWUSER},
	{"uts", CLONE_NEWUTS}};

/* `allowed`: "yes" (none is), or the kinds that are. */
static int restrict_namespaces(scmp_filter_ctx f, const char *allowed)
{
	_cleanup_(strv_freep) char **kinds = NULL;
	char *word;
	int r = 0;

	while (word_next(&allowed, &word, 0) > 0)
		if (strv_push(&kinds, word) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < ELEMENTS(namespaces) && r >= 0; i++) {
		scmp_datum_t flag = namespaces[i].flag;

		if (strv_contains(kinds, namespaces[i].name))
			continue;
		r = REFUSE(f, REFUSED, "unshare", SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
		if (r >= 0)
			r = REFUSE(f, REFUSED, "clone", SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
		if (r >= 0)
			r = REFUSE(f, REFUSED, "setns", SCMP_A1(SCMP_CMP_MASKED_EQ, flag, flag));
	}
	if (r >= 0)
		r = REFUSE(f, REFUSED, "setns", SCMP_A1(SCMP_CMP_EQ, 0, 0));
	/* Its flags lie in memory; C libraries fall back to clone(2). */
	return r < 0 ? r
		     : refuse(f, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name("clone3"),
			       NULL, 0);
}

#define FAMILY(name)                                                                               \
	{                                                                                          \
		"AF_" #name, AF_##name                                                             \
	}

static const struct {
	const char *name;
	int number;
} families[] = {FAMILY(UNIX), FAMILY(INET), FAMILY(AX25), FAMILY(IPX), FAMILY(APPLETALK),
	FAMILY(NETROM), FAMILY(BRIDGE), FAMILY(ATMPVC), FAMILY(X25), FAMILY(INET6), FAMILY(ROSE),
	FAMILY(SECURITY), FAMILY(KEY), FAMILY(NETLINK), FAMILY(PACKET), FAMILY(ASH), FAMILY(ECONET),
	FAMILY(ATMSVC), FAMILY(RDS), FAMILY(SNA), FAMILY(IRDA), FAMILY(PPPOX), FAMILY(WANPIPE),
	FAMILY(LLC), FAMILY(CAN), FAMILY(TIPC), FAMILY(BLUETOOTH), FAMILY(IUCV), FAMILY(RXRPC),
	FAMILY(ISDN), FAMILY(PHONET), FAMILY(IEEE802154), FAMILY(CAIF), FAMILY(ALG), FAMILY(NFC),
	FAMILY(VSOCK), FAMILY(KCM), FAMILY(QIPCRTR), FAMILY(SMC), FAMILY(XDP),
	{"AF_LOCAL", AF_UNIX}, {"AF_ROUTE", AF_NETLINK}, {"AF_IB", 27}, {"AF_MPLS", 28},
	{"AF_MCTP", 45}};

#define FAMILY_COUNT 64 /* more than any kernel has */

static int family_number(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(families); i++)
		if (strcmp(families[i].name, name) == 0)
			return families[i].number;
	return -EINVAL;
}

/* "none", or a list a line of what is allowed, with `~` of what is not. */
static int restrict_families(scmp_filter_ctx f, const char *lines)
{
	bool refuses = *lines == '~', listed[FAMILY_COUNT] = {false};
	int r = 0;

	while (*lines) {
		size_t n = strcspn(lines, "\n");
		_cleanup_(freep) char *line = strndup(lines, n);
		char *word;

		if (!line)
			return -ENOMEM;
		const char *at = line + (*line == '~');
		while (word_next(&at, &word, 0) > 0) {
			_cleanup_(freep) char *owned = word;
			int family = family_number(word);
			if (family >= 0)
				listed[family] = (*line == '~') == refuses;
		}
		lines += n + (lines[n] == '\n');
	}
	for (int family = 0; family < FAMILY_COUNT && r >= 0; family++)
		if (listed[family] == refuses)
			r = REFUSE(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket",
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0));
	return r < 0 || refuses ? r
				: REFUSE(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket",
					  SCMP_A0(SCMP_CMP_GE, FAMILY_COUNT, 0));
}

static int lock_personality(scmp_filter_ctx f)
{
	int now = personality(0xffffffff);

	return REFUSE(f, REFUSED, "personality",
		SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)(now < 0 ? 0 : now), 0));
}

/* Settings that refuse whole calls. */
static const struct {
	const char *key, *calls;
} plain[] = {
	{"ProtectClock", "@clock"},
	{"ProtectKernelModules", "@module"},
	{"ProtectKernelLogs", "syslog"},
	{"ProtectKernelTunables", "_sysctl"},
	{"ProtectHostname", "sethostname"},
	{"ProtectHostname", "setdomainname"},
	{"PrivateDevices", "@raw-io"},
};

int filter_restrict(const struct child *c, scmp_filter_ctx f)
{
	const char *kinds = child_setting(c, "RestrictNamespaces"),
		   *allowed = child_setting(c, "RestrictAddressFamilies");
	int r = 0;

	for (size_t i = 0; i < ELEMENTS(plain) && r >= 0; i++)
		if (child_setting(c, plain[i].key))
			r = filter_each_call(plain[i].calls, refuse_call, f);
	if (r >= 0 && child_setting(c, "MemoryDenyWriteExecute"))
		r = restrict_memory(f);
	if (r >= 0 && child_setting(c, "RestrictRealtime"))
		r = restrict_realtime(f);
	if (r >= 0 && child_setting(c, "RestrictSUIDSGID"))
		r = restrict_set_ids(f);
	if (r >= 0 && child_setting(c, "LockPersonality"))
		r = lock_personality(f);
	if (r >= 0 && kinds)
		r = restrict_namespaces(f, kinds);
	if (r >= 0 && allowed)
		r = restrict_families(f, allowed);
	return r;
}
