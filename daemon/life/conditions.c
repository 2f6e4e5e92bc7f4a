/* SPDX-License-Identifier: MIT */
/*
 * Conditions and asserts (systemd.unit(5)): one function a kind, looked up by name. Each looks at
 * something small and local and cannot block.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/capability_name.h"
#include "daemon/base/small_file.h"
#include "daemon/base/word.h"
#include "daemon/life/life.h"

typedef bool condition_fn(const char *parameter);

static bool path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

#ifndef GLOB_BRACE /* musl's glob(3) has none */
#define GLOB_BRACE 0
#endif

static bool path_exists_glob(const char *pattern)
{
	glob_t found = {0};
	int r = glob(pattern, GLOB_NOSORT | GLOB_BRACE, NULL, &found);

	globfree(&found);
	return r == 0;
}

static bool path_is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool path_is_symbolic_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static bool path_is_mount_point(const char *path)
{
	struct stat here, above;
	_cleanup_(freep) char *parent = NULL;

	if (strcmp(path, "/") == 0)
		return true;
	if (asprintf(&parent, "%s/..", path) < 0)
		return false;
	return stat(path, &here) == 0 && stat(parent, &above) == 0 && here.st_dev != above.st_dev;
}

static bool path_is_read_write(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) == 0 && !(st.f_flag & ST_RDONLY);
}

static bool path_is_encrypted(const char *path)
{
	(void)path;
	return false; /* would need the block device, which a container does not see */
}

static bool directory_not_empty(const char *path)
{
	_cleanup_(freep) char *pattern = NULL;

	if (!path_is_directory(path) || asprintf(&pattern, "%s/{*,.[!.]*,..?*}", path) < 0)
		return false;
	return path_exists_glob(pattern);
}

static bool file_not_empty(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

static bool file_is_executable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

/* What containers leave behind: the variable of the container interface, docker's and podman's
 * files. */
static const char *container_name(void)
{
	const char *name = getenv("container");

	if (name && *name)
		return name;
	if (path_exists("/.dockerenv"))
		return "docker";
	return path_exists("/run/.containerenv") ? "podman" : NULL;
}

static bool private_users(void)
{
	char line[128];
	unsigned inside, outside, count;

	return small_file_line("/proc/self/uid_map", line, sizeof(line)) &&
	       sscanf(line, "%u %u %u", &inside, &outside, &count) == 3 &&
	       !(inside == 0 && outside == 0 && count == UINT32_MAX);
}

static bool virtualization(const char *parameter)
{
	const char *container = container_name();
	char line[64];
	bool vm = small_file_line("/sys/hypervisor/type", line, sizeof(line));

	if (strcmp(parameter, "private-users") == 0)
		return private_users();
	if (strcmp(parameter, "container") == 0)
		return container != NULL;
	if (strcmp(parameter, "vm") == 0)
		return !container && vm;
	int wanted = value_parse_bool(parameter);
	if (wanted >= 0)
		return wanted == (container || vm);
	return container && strcmp(parameter, container) == 0;
}

static bool host(const char *parameter)
{
	struct utsname name;
	char id[64];

	if (uname(&name) == 0 && fnmatch(parameter, name.nodename, FNM_CASEFOLD) == 0)
		return true;
	return small_file_line("/etc/machine-id", id, sizeof(id)) && strcmp(id, parameter) == 0;
}

/* A word of the kernel's command line: the whole word, or its name when the parameter has no `=`.
 */
static bool kernel_command_line(const char *parameter)
{
	char line[4096];
	const char *cursor = line;
	char *word;

	/* A container has a command line of its own: that of PID 1, as systemd reads it. */
	if (!small_file_line(
		    container_name() ? "/proc/1/cmdline" : "/proc/cmdline", line, sizeof(line)))
		return false;
	while (word_next(&cursor, &word, WORD_UNQUOTE | WORD_RELAX) > 0) {
		_cleanup_(freep) char *owned = word;
		const char *rest = text_after_prefix(word, parameter);

		if (rest && (!*rest || (*rest == '=' && !strchr(parameter, '='))))
			return true;
	}
	return false;
}

/* `<4.19`, `>=5.4`, a glob, or several of them. */
static bool version_matches(const char *version, const char *expression)
{
	static const char *const operators[] = {"<=", ">=", "!=", "<>", "==", "<", ">", "="};

	for (size_t i = 0; i < ELEMENTS(operators); i++) {
		const char *rest = text_after_prefix(expression, operators[i]);
		if (!rest)
			continue;
		int order = strverscmp(version, rest + strspn(rest, " "));
		char first = operators[i][0], second = operators[i][1];
		if (first == '!' || (first == '<' && second == '>'))
			return order != 0;
		return (order == 0 && (second == '=' || first == '=')) ||
		       (order < 0 && first == '<') || (order > 0 && first == '>');
	}
	return fnmatch(expression, version, 0) == 0;
}

static bool kernel_version(const char *parameter)
{
	struct utsname name;
	char *word;
	bool holds = uname(&name) == 0;

	while (word_next(&parameter, &word, WORD_UNQUOTE) > 0) {
		holds &= version_matches(name.release, word);
		free(word);
	}
	return holds;
}

static bool architecture(const char *parameter)
{
	struct utsname name;

	if (uname(&name) < 0)
		return false;
	const char *machine = strcmp(name.machine, "x86_64") == 0    ? "x86-64"
			      : strcmp(name.machine, "aarch64") == 0 ? "arm64"
								     : name.machine;
	return strcmp(parameter, "native") == 0 || strcmp(parameter, machine) == 0;
}

static bool environment(const char *parameter)
{
	const char *equals = strchr(parameter, '=');

	if (!equals)
		return getenv(parameter) != NULL;
	_cleanup_(freep) char *name = strndup(parameter, (size_t)(equals - parameter));
	const char *value = name ? getenv(name) : NULL;
	return value && strcmp(value, equals + 1) == 0;
}

static bool security(const char *parameter)
{
	if (strcmp(parameter, "selinux") == 0)
		return path_exists("/sys/fs/selinux/enforce");
	if (strcmp(parameter, "apparmor") == 0)
		return path_exists("/sys/kernel/security/apparmor/policy");
	if (strcmp(parameter, "ima") == 0)
		return path_exists("/sys/kernel/security/ima");
	if (strcmp(parameter, "audit") == 0)
		return path_exists("/proc/self/loginuid") && geteuid() == 0 && !container_name();
	return false; /* smack, tomoyo, uefi-secureboot, tpm2, cvm: none in a container */
}

static bool capability(const char *parameter)
{
	int number = capability_from_string(parameter);
	char line[4096];
	unsigned long long bounding = 0;

	_cleanup_(closep) int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (number < 0 || n <= 0)
		return false;
	line[n] = 0;
	const char *found = strstr(line, "\nCapBnd:");
	if (!found || sscanf(found, "\nCapBnd: %llx", &bounding) != 1)
		return false;
	return bounding & 1ULL << number;
}

static bool ac_power(const char *parameter)
{
	int wanted = value_parse_bool(parameter);
	char line[16];
	bool on = !small_file_line("/sys/class/power_supply/AC/online", line, sizeof(line)) ||
		  line[0] != '0';

	return wanted >= 0 && (bool)wanted == on;
}

static bool needs_update(const char *parameter)
{
	(void)parameter;
	return false; /* an image is updated by being built anew */
}

static bool first_boot(const char *parameter)
{
	int wanted = value_parse_bool(parameter);

	return wanted >= 0 && (bool)wanted == path_exists("/run/systemd/first-boot");
}

static bool user(const char *parameter)
{
	uint64_t uid;

	if (strcmp(parameter, "@system") == 0)
		return getuid() < 1000 || getuid() == 65534;
	if (value_parse_u64(parameter, UINT32_MAX - 1, &uid) >= 0)
		return uid == getuid() || uid == geteuid();
	return strcmp(parameter, "root") == 0 && getuid() == 0;
}

static bool group(const char *parameter)
{
	uint64_t gid;

	if (value_parse_u64(parameter, UINT32_MAX - 1, &gid) >= 0)
		return gid == getgid() || gid == getegid();
	return strcmp(parameter, "root") == 0 && getgid() == 0;
}

static bool number_matches(uint64_t number, const char *expression)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	if (isdigit((unsigned char)*expression)) {
		uint64_t least;
		return value_parse_size(expression, &least) >= 0 && number >= least;
	}
	return version_matches(text, expression);
}

static bool cpus(const char *parameter)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 &&
	       number_matches((uint64_t)CPU_COUNT(&set), parameter);
}

static bool memory(const char *parameter)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 &&
	       number_matches((uint64_t)info.totalram * info.mem_unit, parameter);
}

static bool cpu_feature(const char *parameter)
{
	(void)parameter;
	return false;
}

static bool controllers(const char *parameter)
{
	char line[512];
	_cleanup_(freep) char *padded = NULL, *word = NULL;

	if (strcmp(parameter, "v2") == 0)
		return path_exists("/sys/fs/cgroup/cgroup.controllers");
	if (strcmp(parameter, "v1") == 0)
		return !path_exists("/sys/fs/cgroup/cgroup.controllers");
	if (!small_file_line("/sys/fs/cgroup/cgroup.controllers", line, sizeof(line)) ||
		asprintf(&padded, " %s ", line) < 0 || asprintf(&word, " %s ", parameter) < 0)
		return false;
	return strstr(padded, word);
}

static bool never(const char *parameter)
{
	(void)parameter;
	return false;
}

/* Pressure is read in a way that only a cgroup of our own could answer: taken as low, as systemd
 * does without PSI. */
static bool always(const char *parameter)
{
	(void)parameter;
	return true;
}

/* clang-format off */
static condition_fn *const functions[CONDITION_TYPE_MAX] = {
	[CONDITION_ARCHITECTURE] = architecture,
	[CONDITION_FIRMWARE] = never,
	[CONDITION_VIRTUALIZATION] = virtualization,
	[CONDITION_HOST] = host,
	[CONDITION_KERNEL_COMMAND_LINE] = kernel_command_line,
	[CONDITION_KERNEL_VERSION] = kernel_version,
	[CONDITION_CREDENTIAL] = never,
	[CONDITION_ENVIRONMENT] = environment,
	[CONDITION_SECURITY] = security,
	[CONDITION_CAPABILITY] = capability,
	[CONDITION_AC_POWER] = ac_power,
	[CONDITION_NEEDS_UPDATE] = needs_update,
	[CONDITION_FIRST_BOOT] = first_boot,
	[CONDITION_PATH_EXISTS] = path_exists,
	[CONDITION_PATH_EXISTS_GLOB] = path_exists_glob,
	[CONDITION_PATH_IS_DIRECTORY] = path_is_directory,
	[CONDITION_PATH_IS_SYMBOLIC_LINK] = path_is_symbolic_link,
	[CONDITION_PATH_IS_MOUNT_POINT] = path_is_mount_point,
	[CONDITION_PATH_IS_READ_WRITE] = path_is_read_write,
	[CONDITION_PATH_IS_ENCRYPTED] = path_is_encrypted,
	[CONDITION_DIRECTORY_NOT_EMPTY] = directory_not_empty,
	[CONDITION_FILE_IS_EXECUTABLE] = file_is_executable,
	[CONDITION_FILE_NOT_EMPTY] = file_not_empty,
	[CONDITION_USER] = user,
	[CONDITION_GROUP] = group,
	[CONDITION_CONTROL_GROUP_CONTROLLER] = controllers,
	[CONDITION_CPUS] = cpus,
	[CONDITION_MEMORY] = memory,
	[CONDITION_CPU_FEATURE] = cpu_feature,
	[CONDITION_OS_RELEASE] = never,
	[CONDITION_MEMORY_PRESSURE] = always,
	[CONDITION_CPU_PRESSURE] = always,
	[CONDITION_IO_PRESSURE] = always,
};
/* clang-format on */

/* All plain ones must hold, and of those marked `|` at least one. */
bool conditions_hold(const struct unit *u, bool asserts, const struct condition **ret_failed)
{
	const struct config *config = u->config;
	const struct condition *trigger = NULL;
	bool triggered = false;

	for (size_t i = 0; i < config->condition_count; i++) {
		const struct condition *c = &config->conditions[i];

		if (c->is_assert != asserts)
			continue;
		bool holds = functions[c->type](c->parameter) != c->is_negated;
		if (c->is_trigger) {
			trigger = c;
			triggered |= holds;
		} else if (!holds) {
			*ret_failed = c;
			return false;
		}
	}
	if (!trigger || triggered)
		return true;
	*ret_failed = trigger;
	return false;
}
