/* SPDX-License-Identifier: MIT */
/*
 * --verify --here: what this kernel, user, capability set and file system would make of each line
 * of a unit file. A line is applied, degraded (and how), or refused (why, and what to grant): one
 * rule for each directive that depends on the place; all others are applied, or say in the table
 * why not.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/text.h"
#include "common/value.h"
#include "daemon/base/capability_name.h"
#include "daemon/file/apply.h"
#include "daemon/file/reader.h"
#include "daemon/manager/manager.h"

enum verdict {
	APPLIED,
	DEGRADED,
	REFUSED,
};

struct judgement {
	const struct manager *manager;
	const struct unit *unit;
	uint64_t capabilities; /* ours, effective */
	const char *file;
	bool refused; /* some line of the unit is */
	char why[512];
};

typedef enum verdict rule_fn(struct judgement *j, const struct directive *d, const char *value);

static bool can(const struct judgement *j, int capability)
{
	return j->capabilities >> capability & 1;
}

static _printf_(3, 4) enum verdict
	say(struct judgement *j, enum verdict verdict, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(j->why, sizeof(j->why), fmt, args);
	va_end(args);
	return verdict;
}

static enum verdict needs(struct judgement *j, int capability, enum verdict otherwise)
{
	if (can(j, capability))
		return APPLIED;
	_cleanup_(freep) char *name = capability_set_to_string(1ULL << capability);
	return say(
		j, otherwise, "needs %s; grant it to the container (--cap-add)", name ? name : "?");
}

/* User= and Group= of who we are need nothing. */
static enum verdict judge_user(struct judgement *j, const struct directive *d, const char *value)
{
	const char *name = j->unit->config->exec->user;
	uint32_t id;

	(void)d;
	if (!name || !*value)
		return APPLIED;
	bool is_number = value_parse_uid(name, &id) >= 0;
	const struct passwd *p = is_number ? NULL : getpwnam(name);
	if (!is_number && !p && j->unit->config->exec->dynamic_user)
		return APPLIED;
	if (!is_number && !p)
		return say(j, REFUSED, "there is no user %s; create it in the image", name);
	return (p ? p->pw_uid : id) == geteuid() ? APPLIED : needs(j, CAP_SETUID, REFUSED);
}

static enum verdict judge_group(struct judgement *j, const struct directive *d, const char *value)
{
	const char *name = j->unit->config->exec->group;
	uint32_t id;

	(void)d;
	if (!name || !*value || j->unit->config->exec->dynamic_user)
		return APPLIED;
	bool is_number = value_parse_uid(name, &id) >= 0;
	const struct group *g = is_number ? NULL : getgrnam(name);
	if (!is_number && !g)
		return say(j, REFUSED, "there is no group %s; create it in the image", name);
	return (g ? g->gr_gid : id) == getegid() ? APPLIED : needs(j, CAP_SETGID, REFUSED);
}

static enum verdict judge_groups(struct judgement *j, const struct directive *d, const char *value)
{
	(void)d;
	return *value ? needs(j, CAP_SETGID, REFUSED) : APPLIED;
}

static enum verdict judge_dynamic_user(
	struct judgement *j, const struct directive *d, const char *value)
{
	(void)d;
	(void)value;
	return geteuid() == 0 || !j->unit->config->exec->dynamic_user
		       ? APPLIED
		       : say(j, DEGRADED, "no user can be made up without root: it runs as uid %d",
				 (int)geteuid());
}

static enum verdict judge_nice(struct judgement *j, const struct directive *d, const char *value)
{
	(void)d;
	(void)value;
	return j->unit->config->exec->nice < 0 ? needs(j, CAP_SYS_NICE, DEGRADED) : APPLIED;
}

static enum verdict judge_oom(struct judgement *j, const struct directive *d, const char *value)
{
	(void)d;
	(void)value;
	return j->unit->config->exec->oom_score_adjust < 0 ? needs(j, CAP_SYS_RESOURCE, DEGRADED)
							   : APPLIED;
}

static enum verdict judge_scheduler(
	struct judgement *j, const struct directive *d, const char *value)
{
	int policy = j->unit->config->exec->cpu_policy;

	(void)d;
	(void)value;
	return policy == SCHED_FIFO || policy == SCHED_RR ? needs(j, CAP_SYS_NICE, DEGRADED)
							  : APPLIED;
}

static enum verdict judge_limit(struct judgement *j, const struct directive *d, const char *value)
{
	const struct rlimit *wanted = *(struct rlimit **)directive_field(d, j->unit->config);
	struct rlimit have;

	(void)value;
	if (!wanted || prlimit(0, d->argument, NULL, &have) < 0 ||
		wanted->rlim_max <= have.rlim_max || can(j, CAP_SYS_RESOURCE))
		return APPLIED;
	return say(j, DEGRADED, "it stays at %llu, our own hard limit; raise that (--ulimit)",
		(unsigned long long)have.rlim_max);
}

static enum verdict judge_bounding(
	struct judgement *j, const struct directive *d, const char *value)
{
	(void)d;
	(void)value;
	return !j->capabilities && j->unit->config->exec->no_new_privileges
		       ? APPLIED
		       : needs(j, CAP_SETPCAP, REFUSED);
}

static enum verdict judge_ambient(struct judgement *j, const struct directive *d, const char *value)
{
	uint64_t lacking = j->unit->config->exec->ambient_capabilities & ~j->capabilities;
	_cleanup_(freep) char *names = lacking ? capability_set_to_string(lacking) : NULL;

	(void)d;
	(void)value;
	return lacking ? say(j, REFUSED, "we do not hold %s; grant it to the container (--cap-add)",
				 names ? names : "?")
		       : APPLIED;
}

static enum verdict judge_root(struct judgement *j, const struct directive *d, const char *value)
{
	const char *root = j->unit->config->exec->root_directory;

	(void)d;
	(void)value;
	if (!root || strcmp(root, "/") == 0)
		return APPLIED;
	if (access(root, X_OK) < 0)
		return say(j, REFUSED, "%s: %s", root, strerror(errno));
	return needs(j, CAP_SYS_CHROOT, REFUSED);
}

/* Whether a path could be made: the nearest folder that is there is writable. */
static bool can_make(const char *path)
{
	_cleanup_(freep) char *copy = strdup(path);

	while (copy && access(copy, F_OK) < 0) {
		char *slash = strrchr(copy, '/');
		if (!slash)
			return false;
		slash[slash == copy] = 0;
		if (slash == copy)
			break;
	}
	return copy && access(copy, W_OK) == 0;
}

static enum verdict judge_directory(
	struct judgement *j, const struct directive *d, const char *value)
{
	for (int kind = 0; kind < DIRECTORY_MAX; kind++) {
		const char *prefix = j->manager->life.spawn.directory_prefix[kind];

		if (strcmp(d->key, exec_directory_kind_to_string((enum exec_directory_kind)kind)))
			continue;
		for (char **path = j->unit->config->exec->directories[kind].paths; path && *path;
			path++) {
			_cleanup_(freep) char *full = NULL;
			if (asprintf(&full, "%s/%.*s", prefix, (int)strcspn(*path, ":"), *path) < 0)
				continue;
			if (!can_make(full))
				return say(j, REFUSED,
					"%s cannot be made; mount something writable at %s", full,
					prefix);
		}
	}
	(void)value;
	return APPLIED;
}

static enum verdict judge_stream(struct judgement *j, const struct directive *d, const char *value)
{
	const struct stdio_setting *s = directive_field(d, j->unit->config);

	(void)value;
	if (s->kind != STDIO_FILE && s->kind != STDIO_APPEND && s->kind != STDIO_TRUNCATE)
		return APPLIED;
	return can_make(s->argument) ? APPLIED
				     : say(j, REFUSED, "%s cannot be written", s->argument);
}

static enum verdict judge_working_directory(
	struct judgement *j, const struct directive *d, const char *value)
{
	const struct exec_settings *e = j->unit->config->exec;
	const char *path = e->working_directory;

	(void)d;
	(void)value;
	if (!path || *path != '/' || e->root_directory || e->working_directory_missing_ok ||
		access(path, X_OK) == 0)
		return APPLIED;
	return say(j, REFUSED, "%s: %s; create it in the image", path, strerror(errno));
}

static enum verdict judge_environment_file(
	struct judgement *j, const struct directive *d, const char *value)
{
	(void)d;
	if (*value != '/' || strchr(value, '%') || access(value, R_OK) == 0)
		return APPLIED;
	return say(j, REFUSED, "%s: %s; create it, or write - before the path", value,
		strerror(errno));
}

/* The lowest port that everybody may listen on. */
static unsigned first_free_port(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	unsigned port = 1024;

	if (f && fscanf(f, "%u", &port) != 1)
		port = 1024;
	if (f)
		fclose(f);
	return port;
}

static enum verdict judge_listen(struct judgement *j, const struct directive *d, const char *value)
{
	const struct socket_settings *s = j->unit->config->socket;

	(void)value;
	for (size_t i = 0; i < s->count; i++) {
		const struct listen_port *p = &s->ports[i];
		const struct sockaddr_in *in = (const struct sockaddr_in *)&p->address;
		bool is_ip = in->sin_family == AF_INET || in->sin_family == AF_INET6;

		if ((int)p->kind != d->argument)
			continue;
		if (is_ip && ntohs(in->sin_port) < first_free_port() &&
			!can(j, CAP_NET_BIND_SERVICE))
			return needs(j, CAP_NET_BIND_SERVICE, REFUSED);
		if (listen_path(p) && p->kind != LISTEN_SPECIAL && !can_make(p->text))
			return say(j, REFUSED, "%s cannot be made; mount something writable there",
				p->text);
	}
	return APPLIED;
}

static const struct {
	const char *key;
	rule_fn *fn;
} rules[] = {
	{"User", judge_user},
	{"Group", judge_group},
	{"SupplementaryGroups", judge_groups},
	{"DynamicUser", judge_dynamic_user},
	{"Nice", judge_nice},
	{"OOMScoreAdjust", judge_oom},
	{"CPUSchedulingPolicy", judge_scheduler},
	{"CapabilityBoundingSet", judge_bounding},
	{"AmbientCapabilities", judge_ambient},
	{"RootDirectory", judge_root},
	{"RuntimeDirectory", judge_directory},
	{"StateDirectory", judge_directory},
	{"CacheDirectory", judge_directory},
	{"LogsDirectory", judge_directory},
	{"ConfigurationDirectory", judge_directory},
	{"StandardOutput", judge_stream},
	{"StandardError", judge_stream},
	{"WorkingDirectory", judge_working_directory},
	{"EnvironmentFile", judge_environment_file},
	{"ListenStream", judge_listen},
	{"ListenDatagram", judge_listen},
	{"ListenSequentialPacket", judge_listen},
	{"ListenFIFO", judge_listen},
};

static enum verdict judge(struct judgement *j, const struct directive *d, const char *value)
{
	*j->why = 0;
	const char *why_not = directive_why_not(d);

	if (why_not)
		return say(j, DEGRADED, "not applied: %s", why_not);
	if (text_after_prefix(d->key, "Limit") && d->group == GROUP_EXEC)
		return judge_limit(j, d, value);
	for (size_t i = 0; i < ELEMENTS(rules); i++)
		if (strcmp(rules[i].key, d->key) == 0)
			return rules[i].fn(j, d, value);
	return APPLIED;
}

static int on_line(const struct assignment *a, void *data)
{
	static const char *const words[] = {"applied", "degraded: ", "refused: "};
	struct judgement *j = data;
	const struct directive *d = a->key ? directive_find(a->section, a->key) : NULL;

	if (d && d->same_as)
		d = directive_find(a->section, d->same_as);
	if (!d || (d->group != GROUP_NONE && !directive_field(d, j->unit->config)))
		return 0;
	enum verdict verdict = judge(j, d, a->value);
	printf("%s:%u: %s=%.200s: %s%s\n", j->file, a->line, a->key, a->value, words[verdict],
		j->why);
	j->refused |= verdict == REFUSED;
	return 0;
}

static void judge_file(struct judgement *j, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	struct diags diags = {0};
	size_t length;

	j->file = path;
	if (reader_load(path, &text, &length) >= 0)
		(void)reader_parse(text, length, path, &diags, on_line, j);
	diags_done(&diags);
}

bool manager_judge_here(const struct manager *m, const struct unit *u)
{
	struct judgement j = {.manager = m, .unit = u, .capabilities = capability_effective()};

	if (u->config->path)
		judge_file(&j, u->config->path);
	for (char **path = u->config->dropins; path && *path; path++)
		judge_file(&j, *path);
	return !j.refused;
}
