/* SPDX-License-Identifier: MIT */
/* Settings of systemd.exec(5) -> what happens to which path. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "daemon/base/word.h"
#include "daemon/process/sandbox.h"

static int add(struct mount_list *l, const char *root, const char *path, struct mount_entry entry)
{
	struct mount_entry *grown = reallocarray(l->list, l->count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	l->list = grown;
	entry.order = l->count;
	if (asprintf(&entry.path, "%s%s", root, path) < 0)
		return -ENOMEM;
	if (strcmp(path, "/") == 0 && *root)
		entry.path[strlen(root)] = 0;
	l->list[l->count++] = entry;
	return 0;
}

/* What a protection does to paths; what is not there needs none. */
struct protection {
	const char *path;
	enum mount_kind kind;
	unsigned attributes;
};

#define READ_ONLY(where)                                                                           \
	{                                                                                          \
		where, MOUNT_ATTRIBUTE, MOUNT_READ_ONLY                                            \
	}
#define READ_WRITE(where)                                                                          \
	{                                                                                          \
		where, MOUNT_ATTRIBUTE, MOUNT_READ_WRITE                                           \
	}
#define HIDDEN(where)                                                                              \
	{                                                                                          \
		where, MOUNT_INACCESSIBLE, 0                                                       \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, MOUNT_ATTRIBUTE, 0                                                           \
	}

static const struct protection system_yes[] = {
	READ_ONLY("/usr"), READ_ONLY("/boot"), READ_ONLY("/efi"), END};
static const struct protection system_full[] = {
	READ_ONLY("/usr"), READ_ONLY("/boot"), READ_ONLY("/efi"), READ_ONLY("/etc"), END};
static const struct protection system_strict[] = {READ_ONLY("/"), READ_WRITE("/proc"),
	READ_WRITE("/sys"), READ_WRITE("/dev"), READ_WRITE("/home"), READ_WRITE("/root"),
	READ_WRITE("/run/user"), END};
static const struct protection home_yes[] = {
	HIDDEN("/home"), HIDDEN("/root"), HIDDEN("/run/user"), END};
static const struct protection home_read_only[] = {
	READ_ONLY("/home"), READ_ONLY("/root"), READ_ONLY("/run/user"), END};
static const struct protection home_tmpfs[] = {{"/home", MOUNT_TMPFS, MOUNT_READ_ONLY},
	{"/root", MOUNT_TMPFS, MOUNT_READ_ONLY}, {"/run/user", MOUNT_TMPFS, MOUNT_READ_ONLY}, END};
static const struct protection tunables[] = {READ_ONLY("/proc/acpi"), READ_ONLY("/proc/apm"),
	READ_ONLY("/proc/asound"), READ_ONLY("/proc/bus"), READ_ONLY("/proc/fs"),
	READ_ONLY("/proc/irq"), READ_ONLY("/proc/latency_stats"), READ_ONLY("/proc/mtrr"),
	READ_ONLY("/proc/scsi"), READ_ONLY("/proc/sys"), READ_ONLY("/proc/sysrq-trigger"),
	READ_ONLY("/proc/timer_stats"), HIDDEN("/proc/kallsyms"), HIDDEN("/proc/kcore"),
	READ_ONLY("/sys"), READ_ONLY("/sys/fs/bpf"), READ_ONLY("/sys/fs/selinux"),
	READ_ONLY("/sys/kernel/debug"), READ_ONLY("/sys/kernel/tracing"), END};
static const struct protection modules[] = {
	HIDDEN("/lib/modules"), HIDDEN("/usr/lib/modules"), END};
static const struct protection logs[] = {HIDDEN("/proc/kmsg"), HIDDEN("/dev/kmsg"), END};
static const struct protection control_groups[] = {READ_ONLY("/sys/fs/cgroup"), END};

static const struct {
	const char *key, *value;
	const struct protection *list;
} protections[] = {
	{"ProtectSystem", "yes", system_yes},
	{"ProtectSystem", "full", system_full},
	{"ProtectSystem", "strict", system_strict},
	{"ProtectHome", "yes", home_yes},
	{"ProtectHome", "read-only", home_read_only},
	{"ProtectHome", "tmpfs", home_tmpfs},
	{"ProtectKernelTunables", "yes", tunables},
	{"ProtectKernelModules", "yes", modules},
	{"ProtectKernelLogs", "yes", logs},
	{"ProtectControlGroups", "yes", control_groups},
};

static int add_protections(const struct child *c, struct mount_list *l, const char *root)
{
	int r = 0;

	for (size_t i = 0; i < ELEMENTS(protections); i++) {
		const char *value = child_setting(c, protections[i].key);

		if (!value || strcmp(value, protections[i].value) != 0)
			continue;
		for (const struct protection *p = protections[i].list; p->path && r >= 0; p++)
			r = add(l, root, p->path,
				(struct mount_entry){.kind = p->kind,
					.attributes = p->attributes,
					.may_miss = true});
	}
	return r;
}

/* ReadWritePaths= and its kin: paths with `-` (may be missing) and `+` (below the root) in front.
 */
static int add_paths(const struct child *c, struct mount_list *l, const char *root, const char *key,
	struct mount_entry entry)
{
	const char *words = child_setting(c, key);
	char *word;
	int r = 0;

	while (words && r >= 0 && word_next(&words, &word, WORD_UNQUOTE) > 0) {
		_cleanup_(freep) char *owned = word;
		const char *path = word + strspn(word, "-+");

		entry.may_miss = *word == '-' || word[*word == '+'] == '-';
		r = add(l, root, path, entry);
	}
	return r;
}

/* A line each: [-]SOURCE:TARGET:rbind|norbind, as kept. */
static int add_binds(const struct child *c, struct mount_list *l, const char *root, const char *key,
	unsigned attributes)
{
	const char *lines = child_setting(c, key);
	_cleanup_(freep) char *copy = lines ? strdup(lines) : NULL;
	char *save = NULL;
	int r = 0;

	for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line && r >= 0;
		line = strtok_r(NULL, "\n", &save)) {
		bool may_miss = *line == '-';
		char *source = line + may_miss, *target = strchr(source, ':');
		char *how = target ? strchr(target + 1, ':') : NULL;

		if (!how)
			continue;
		*target++ = 0;
		*how++ = 0;
		r = add(l, root, target,
			(struct mount_entry){.kind = MOUNT_BIND,
				.attributes = attributes,
				.may_miss = may_miss,
				.recursive = strcmp(how, "rbind") == 0,
				.source = strdup(source)});
	}
	return r;
}

/* PATH[:OPTIONS]; "ro" among the options is an attribute of ours. */
static int add_temporary(const struct child *c, struct mount_list *l, const char *root)
{
	const char *words = child_setting(c, "TemporaryFileSystem");
	char *word;
	int r = 0;

	while (words && r >= 0 && word_next(&words, &word, WORD_UNQUOTE) > 0) {
		_cleanup_(freep) char *owned = word;
		char *options = strchr(word, ':');
		bool read_only = false;

		if (options)
			*options++ = 0;
		if (options && (strcmp(options, "ro") == 0 || text_after_prefix(options, "ro,"))) {
			read_only = true;
			options = options[2] ? options + 3 : NULL;
		}
		r = add(l, root, word,
			(struct mount_entry){.kind = MOUNT_TMPFS,
				.attributes = read_only ? MOUNT_READ_ONLY : 0,
				.options = options ? strdup(options) : NULL});
	}
	return r;
}

/* Both places in a folder of the unit's own, which lives as long as it runs. */
static int add_private_tmp(const struct child *c, struct mount_list *l, const char *root)
{
	const char *folder = c->request->private_tmp;
	char *tmp, *var_tmp;

	if (!child_setting(c, "PrivateTmp") || !folder)
		return 0;
	if (asprintf(&tmp, "%s/tmp", folder) < 0 || asprintf(&var_tmp, "%s/var-tmp", folder) < 0)
		return -ENOMEM;
	int r = add(l, root, "/tmp",
		(struct mount_entry){
			.kind = MOUNT_BIND, .attributes = MOUNT_READ_WRITE, .source = tmp});
	return r < 0 ? r
		     : add(l, root, "/var/tmp",
			       (struct mount_entry){.kind = MOUNT_BIND,
				       .attributes = MOUNT_READ_WRITE,
				       .source = var_tmp,
				       .may_miss = true});
}

static int add_proc(const struct child *c, struct mount_list *l, const char *root)
{
	const char *protect = child_setting(c, "ProtectProc"),
		   *subset = child_setting(c, "ProcSubset");
	char *options;

	if (protect && strcmp(protect, "default") == 0)
		protect = NULL;
	if (subset && strcmp(subset, "pid") != 0)
		subset = NULL;
	if (!protect && !subset)
		return 0;
	if (asprintf(&options, "%s%s%s%s", protect ? "hidepid=" : "", protect ? protect : "",
		    protect && subset ? "," : "", subset ? "subset=pid" : "") < 0)
		return -ENOMEM;
	return add(l, root, "/proc",
		(struct mount_entry){.kind = MOUNT_PROC, .options = options, .may_miss = true});
}

/* MountAPIVFS=: what every program looks for, in a root of its own that has nothing of it. */
static int add_api(const struct child *c, struct mount_list *l, const char *root)
{
	static const struct mount_entry entries[] = {
		{.path = "/proc", .kind = MOUNT_PROC},
		{.path = "/sys", .kind = MOUNT_BIND, .source = "/sys"},
		{.path = "/dev", .kind = MOUNT_BIND, .source = "/dev"},
		{.path = "/run", .kind = MOUNT_TMPFS},
	};
	bool has_devices = child_setting(c, "PrivateDevices");
	int r = 0;

	if (!*root || !child_setting(c, "MountAPIVFS"))
		return 0;
	for (size_t i = 0; i < ELEMENTS(entries) && r >= 0; i++) {
		struct mount_entry e = entries[i];

		if (has_devices && strcmp(e.path, "/dev") == 0)
			continue;
		e.source = e.source ? strdup(e.source) : NULL;
		e.recursive = e.unless_mounted = true;
		r = add(l, root, entries[i].path, e);
	}
	return r;
}

/* What the unit's own folders need stays writable, whatever holds around them. */
static int add_directories(const struct child *c, struct mount_list *l, const char *root)
{
	static const enum exec_directory_kind kinds[] = {
		DIRECTORY_RUNTIME, DIRECTORY_STATE, DIRECTORY_CACHE, DIRECTORY_LOGS};
	int r = 0;

	for (size_t k = 0; k < ELEMENTS(kinds); k++) {
		_cleanup_(freep) char *paths = child_directory_variable(c, kinds[k]);
		const char *all = paths ? strchr(paths, '=') : NULL;
		_cleanup_(freep) char *copy = all ? strdup(all + 1) : NULL;
		char *save = NULL;

		for (char *path = copy ? strtok_r(copy, ":", &save) : NULL; path && r >= 0;
			path = strtok_r(NULL, ":", &save))
			r = add(l, root, path,
				(struct mount_entry){.kind = MOUNT_ATTRIBUTE,
					.attributes = MOUNT_READ_WRITE,
					.may_miss = true});
	}
	return r;
}

static int add_devices(const struct child *c, struct mount_list *l, const char *root)
{
	return child_setting(c, "PrivateDevices")
		       ? add(l, root, "/dev",
				 (struct mount_entry){.kind = MOUNT_DEVICES,
					 .attributes = MOUNT_READ_WRITE | MOUNT_NO_EXEC})
		       : 0;
}

/* The order of one depth is that of the list: what is said of a path itself comes after what is
 * mounted there. */
static int by_depth(const void *a, const void *b)
{
	const struct mount_entry *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : x->order < y->order ? -1 : 1;
}

static int collect_paths(const struct child *c, struct mount_list *l, const char *root)
{
	static const struct {
		const char *key;
		enum mount_kind kind;
		unsigned attributes;
	} rows[] = {
		{"ReadOnlyPaths", MOUNT_ATTRIBUTE, MOUNT_READ_ONLY},
		{"ReadWritePaths", MOUNT_ATTRIBUTE, MOUNT_READ_WRITE},
		{"NoExecPaths", MOUNT_ATTRIBUTE, MOUNT_NO_EXEC},
		{"ExecPaths", MOUNT_ATTRIBUTE, MOUNT_EXEC},
		{"InaccessiblePaths", MOUNT_INACCESSIBLE, 0},
	};
	int r = 0;

	for (size_t i = 0; i < ELEMENTS(rows) && r >= 0; i++)
		r = add_paths(c, l, root, rows[i].key,
			(struct mount_entry){
				.kind = rows[i].kind, .attributes = rows[i].attributes});
	return r;
}

int mount_list_collect(const struct child *c, struct mount_list *ret)
{
	static int (*const parts[])(const struct child *, struct mount_list *, const char *) = {
		add_api, add_protections, add_proc, add_devices, add_private_tmp, add_temporary,
		collect_paths};
	const char *given = c->exec->root_directory, *root;
	int r = 0;

	root = given && strcmp(given, "/") != 0 ? given : "";
	*ret = (struct mount_list){.root = root};
	for (size_t i = 0; i < ELEMENTS(parts) && r >= 0; i++)
		r = parts[i](c, ret, root);
	if (r >= 0)
		r = add_binds(c, ret, root, "BindPaths", 0);
	if (r >= 0)
		r = add_binds(c, ret, root, "BindReadOnlyPaths", MOUNT_READ_ONLY);
	/* They ask for nothing by themselves. */
	if (r >= 0 && ret->count)
		r = add_directories(c, ret, root);
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_depth);
	return r;
}
