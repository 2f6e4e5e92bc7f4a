/* SPDX-License-Identifier: MIT */
/*
 * The targets that packaged units lean on (systemd.special(7)), for images that hold no systemd. A
 * file of that name in the unit path wins.
 */
#include <string.h>

#include "daemon/file/load.h"

/* What is ordered but never asked for by hand. */
#define PASSIVE(description, more)                                                                 \
	"[Unit]\nDescription=" description "\nRefuseManualStart=yes\n" more
#define EARLY(description, more)                                                                   \
	"[Unit]\nDescription=" description                                                         \
	"\nDefaultDependencies=no\nConflicts=shutdown.target\n" more
#define PLAIN(description, more) "[Unit]\nDescription=" description "\n" more
#define LAST(description, more)                                                                    \
	"[Unit]\nDescription=" description                                                         \
	"\nDefaultDependencies=no\nRefuseManualStart=yes\nAllowIsolate=yes\n" more

/* clang-format off */
static const struct {
	const char *name, *text;
} targets[] = {
	{"basic.target", PLAIN("Basic System",
		"Requires=sysinit.target\nWants=sockets.target timers.target paths.target slices.target\n"
		"After=sysinit.target sockets.target paths.target slices.target\n")},
	{"bluetooth.target", PLAIN("Bluetooth Support", "StopWhenUnneeded=yes\n")},
	{"boot-complete.target", EARLY("Boot Completion Check", "After=sysinit.target\nRequires=sysinit.target\n")},
	{"cryptsetup-pre.target", EARLY("Local Encrypted Volumes (Pre)", "RefuseManualStart=yes\nBefore=cryptsetup.target\n")},
	{"cryptsetup.target", EARLY("Local Encrypted Volumes", "")},
	{"emergency.target", LAST("Emergency Mode", "Conflicts=shutdown.target\nBefore=shutdown.target\n")},
	{"exit.target", LAST("Exit", "Requires=shutdown.target\nAfter=shutdown.target\n")},
	{"final.target", LAST("Late Shutdown Services", "After=shutdown.target umount.target\n")},
	{"first-boot-complete.target", PASSIVE("First Boot Complete", "DefaultDependencies=no\n")},
	{"getty-pre.target", PASSIVE("Preparation for Logins", "Before=getty.target\n")},
	{"getty.target", PLAIN("Login Prompts", "")},
	{"graphical.target", PLAIN("Graphical Interface",
		"Requires=multi-user.target\nAfter=multi-user.target\nAllowIsolate=yes\n")},
	{"halt.target", LAST("System Halt", "Requires=shutdown.target\nAfter=shutdown.target\n")},
	{"integritysetup.target", EARLY("Local Integrity Protected Volumes", "")},
	{"local-fs-pre.target", EARLY("Preparation for Local File Systems", "RefuseManualStart=yes\nBefore=local-fs.target\n")},
	{"local-fs.target", EARLY("Local File Systems", "After=local-fs-pre.target\n")},
	{"multi-user.target", PLAIN("Multi-User System",
		"Requires=basic.target\nAfter=basic.target\nConflicts=rescue.target\nAllowIsolate=yes\n")},
	{"network-online.target", PLAIN("Network is Online", "After=network.target\n")},
	{"network-pre.target", PASSIVE("Preparation for Network", "Before=network.target\n")},
	{"network.target", PASSIVE("Network", "After=network-pre.target\n")},
	{"nss-lookup.target", PASSIVE("Host and Network Name Lookups", "")},
	{"nss-user-lookup.target", PASSIVE("User and Group Name Lookups", "")},
	{"paths.target", EARLY("Path Units", "")},
	{"poweroff.target", LAST("System Power Off", "Requires=shutdown.target\nAfter=shutdown.target\n")},
	{"printer.target", PLAIN("Printer Support", "StopWhenUnneeded=yes\n")},
	{"reboot.target", LAST("System Reboot", "Requires=shutdown.target\nAfter=shutdown.target\n")},
	{"remote-cryptsetup.target", EARLY("Remote Encrypted Volumes", "")},
	{"remote-fs-pre.target", PASSIVE("Preparation for Remote File Systems", "")},
	{"remote-fs.target", EARLY("Remote File Systems", "After=remote-fs-pre.target\nBefore=shutdown.target\n")},
	{"rescue.target", PLAIN("Rescue Mode", "Requires=sysinit.target\nAfter=sysinit.target\nAllowIsolate=yes\n")},
	{"rpcbind.target", PASSIVE("RPC Port Mapper", "")},
	{"shutdown.target", "[Unit]\nDescription=System Shutdown\nDefaultDependencies=no\nRefuseManualStart=yes\n"},
	{"slices.target", EARLY("Slice Units", "Before=shutdown.target\n")},
	{"smartcard.target", PLAIN("Smart Card", "StopWhenUnneeded=yes\n")},
	{"sockets.target", EARLY("Socket Units", "Before=shutdown.target\n")},
	{"sound.target", PLAIN("Sound Card", "StopWhenUnneeded=yes\n")},
	{"swap.target", EARLY("Swaps", "Before=shutdown.target\n")},
	{"sysinit.target", EARLY("System Initialization",
		"Wants=local-fs.target swap.target\nAfter=local-fs.target swap.target\nBefore=shutdown.target\n")},
	{"system-update.target", LAST("Offline System Update", "Requires=sysinit.target\nAfter=sysinit.target\n")},
	{"time-set.target", PASSIVE("System Time Set", "")},
	{"time-sync.target", PASSIVE("System Time Synchronized", "Wants=time-set.target\nAfter=time-set.target\n")},
	{"timers.target", EARLY("Timer Units", "Before=shutdown.target\n")},
	{"umount.target", LAST("Unmount All Filesystems", "")},
	{"veritysetup.target", EARLY("Local Verity Protected Volumes", "")},
};

static const struct {
	const char *name, *target;
} aliases[] = {
	{"default.target", "graphical.target"},
	{"runlevel2.target", "multi-user.target"},
	{"runlevel3.target", "multi-user.target"},
	{"runlevel4.target", "multi-user.target"},
	{"runlevel5.target", "graphical.target"},
	{"ctrl-alt-del.target", "reboot.target"},
};
/* clang-format on */

const char *builtin_unit_text(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(targets); i++)
		if (strcmp(targets[i].name, name) == 0)
			return targets[i].text;
	return NULL;
}

const char *builtin_unit_alias(const char *name)
{
	for (size_t i = 0; i < ELEMENTS(aliases); i++)
		if (strcmp(aliases[i].name, name) == 0)
			return aliases[i].target;
	return NULL;
}
