/* SPDX-License-Identifier: MIT */
#include "daemon/base/capability_name.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const names[CAPABILITY_COUNT] = {
	"cap_chown",
	"cap_dac_override",
	"cap_dac_read_search",
	"cap_fowner",
	"cap_fsetid",
	"cap_kill",
	"cap_setgid",
	"cap_setuid",
	"cap_setpcap",
	"cap_linux_immutable",
	"cap_net_bind_service",
	"cap_net_broadcast",
	"cap_net_admin",
	"cap_net_raw",
	"cap_ipc_lock",
	"cap_ipc_owner",
	"cap_sys_module",
	"cap_sys_rawio",
	"cap_sys_chroot",
	"cap_sys_ptrace",
	"cap_sys_pacct",
	"cap_sys_admin",
	"cap_sys_boot",
	"cap_sys_nice",
	"cap_sys_resource",
	"cap_sys_time",
	"cap_sys_tty_config",
	"cap_mknod",
	"cap_lease",
	"cap_audit_write",
	"cap_audit_control",
	"cap_setfcap",
	"cap_mac_override",
	"cap_mac_admin",
	"cap_syslog",
	"cap_wake_alarm",
	"cap_block_suspend",
	"cap_audit_read",
	"cap_perfmon",
	"cap_bpf",
	"cap_checkpoint_restore",
};

int capability_from_string(const char *text)
{
	for (int i = 0; i < CAPABILITY_COUNT; i++)
		if (strcasecmp(text, names[i]) == 0)
			return i;
	return -EINVAL;
}

char *capability_set_to_string(uint64_t set)
{
	char *text = calloc(CAPABILITY_COUNT, 32), *out = text;

	if (!text)
		return NULL;
	for (int i = 0; i < CAPABILITY_COUNT; i++)
		if (set >> i & 1)
			out = stpcpy(out == text ? out : stpcpy(out, " "), names[i]);
	return text;
}

uint64_t capability_effective(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	if (syscall(SYS_capget, &header, data) < 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

bool capability_is_held(int number)
{
	return capability_effective() >> number & 1;
}
