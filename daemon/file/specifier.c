/* SPDX-License-Identifier: MIT */
#include "daemon/file/specifier.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/own.h"
#include "common/text.h"
#include "common/unit_name.h"
#include "daemon/base/small_file.h"

static char *line_of(const char *path, char *buffer, size_t size)
{
	return small_file_line(path, buffer, size) ? buffer : NULL;
}

/* UUIDs are shown without dashes. */
static const char *without_dashes(char *text)
{
	char *out = text;

	for (const char *s = text; s && *s; s++)
		if (*s != '-')
			*out++ = *s;
	if (out)
		*out = 0;
	return text;
}

/* A field of os-release(5); a missing one is empty. */
static const char *os_release(const char *key)
{
	static char values[6][128];
	static unsigned next;
	char text[4096], *value = values[next++ % 6];
	_cleanup_(closep) int fd = open("/etc/os-release", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	*value = 0;
	text[n < 0 ? 0 : n] = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		const char *rest = text_after_prefix(line, key);
		if (!rest || *rest != '=')
			continue;
		rest += 1 + (rest[1] == '"');
		snprintf(value, sizeof(values[0]), "%.*s", (int)strcspn(rest, "\""), rest);
	}
	return value;
}

static const char *user_fact(char letter)
{
	static char text[32];
	const struct passwd *p = geteuid() == 0 ? NULL : getpwuid(geteuid());

	switch (letter) {
	case 'u':
		return geteuid() == 0 ? "root"
		       : p	      ? p->pw_name
				      : (snprintf(text, sizeof(text), "%u", geteuid()), text);
	case 'h':
		return geteuid() == 0	? "/root"
		       : p		? p->pw_dir
		       : getenv("HOME") ? getenv("HOME")
					: "/";
	case 's':
		return geteuid() == 0 ? "/bin/sh" : p ? p->pw_shell : "/bin/sh";
	default:
		return NULL;
	}
}

static const char *number(char buffer[static 16], unsigned value)
{
	snprintf(buffer, 16, "%u", value);
	return buffer;
}

static const char *architecture(const char *machine)
{
	return strcmp(machine, "x86_64") == 0	 ? "x86-64"
	       : strcmp(machine, "aarch64") == 0 ? "arm64"
						 : machine;
}

static const char *local_value(char letter)
{
	static struct utsname name;
	static char machine_id[64], boot_id[64], uid[16], gid[16], short_name[65];

	if (!*name.sysname)
		(void)uname(&name);
	switch (letter) {
	case 'a':
		return architecture(name.machine);
	case 'A':
		return os_release("IMAGE_VERSION");
	case 'b':
		return without_dashes(
			line_of("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id)));
	case 'B':
		return os_release("BUILD_ID");
	case 'g':
		return geteuid() == 0 ? "root" : number(gid, getegid());
	case 'G':
		return number(gid, getegid());
	case 'H':
		return name.nodename;
	case 'l':
		snprintf(short_name, sizeof(short_name), "%.*s", (int)strcspn(name.nodename, "."),
			name.nodename);
		return short_name;
	case 'm':
		return line_of("/etc/machine-id", machine_id, sizeof(machine_id));
	case 'M':
		return os_release("IMAGE_ID");
	case 'o':
		return os_release("ID");
	case 'q':
		return name.nodename;
	case 'U':
		return number(uid, geteuid());
	case 'v':
		return name.release;
	case 'w':
		return os_release("VERSION_ID");
	case 'W':
		return os_release("VARIANT_ID");
	default:
		return user_fact(letter);
	}
}

const struct specifier_host *specifier_host_local(void)
{
	static const struct specifier_host local = {.value = local_value};

	return &local;
}

/* Folders: of the system, and below the user's own. */
static int folder(char letter, bool user_mode, char **ret)
{
	static const struct {
		char letter;
		const char *system, *variable, *below_home;
	} rows[] = {
		{'C', "/var/cache", "XDG_CACHE_HOME", "/.cache"},
		{'E', "/etc", "XDG_CONFIG_HOME", "/.config"},
		{'L', "/var/log", NULL, "/.config/log"},
		{'S', "/var/lib", "XDG_STATE_HOME", "/.config"},
		{'t', "/run", "XDG_RUNTIME_DIR", NULL},
		{'T', "/tmp", NULL, NULL},
		{'V', "/var/tmp", NULL, NULL},
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		if (rows[i].letter != letter)
			continue;
		const char *variable =
			user_mode && rows[i].variable ? getenv(rows[i].variable) : NULL;
		const char *home = user_mode ? local_value('h') : NULL;
		int n;
		if (variable && *variable)
			n = asprintf(ret, "%s", variable);
		else if (home && rows[i].below_home)
			n = asprintf(ret, "%s%s", home, rows[i].below_home);
		else
			n = asprintf(ret, "%s", rows[i].system);
		return n < 0 ? -ENOMEM : 0;
	}
	return -EINVAL;
}

static int dup_or_nomem(const char *text, char **ret)
{
	*ret = text ? strdup(text) : NULL;
	return *ret ? 0 : -ENOMEM;
}

/* %j %J: what follows the last dash of the prefix. */
static const char *last_part(const char *prefix)
{
	const char *dash = strrchr(prefix, '-');

	return dash ? dash + 1 : prefix;
}

static int name_part(char letter, const struct specifier_context *c, char **ret)
{
	_cleanup_(freep) char *prefix = NULL, *instance = NULL;
	int r = unit_name_split(c->unit, &prefix, &instance);

	if (r < 0)
		return r;
	switch (letter) {
	case 'i':
		return dup_or_nomem(instance ? instance : "", ret);
	case 'I':
		*ret = unit_name_unescape(instance ? instance : "");
		return *ret ? 0 : -EINVAL;
	case 'j':
		return dup_or_nomem(last_part(prefix), ret);
	case 'J':
		*ret = unit_name_unescape(last_part(prefix));
		return *ret ? 0 : -EINVAL;
	case 'p':
		return dup_or_nomem(prefix, ret);
	case 'P':
		*ret = unit_name_unescape(prefix);
		return *ret ? 0 : -EINVAL;
	case 'f':
		*ret = unit_name_path_unescape(instance && *instance ? instance : prefix);
		return *ret ? 0 : -EINVAL;
	case 'n':
		return dup_or_nomem(c->unit, ret);
	case 'N':
		*ret = strndup(c->unit, (size_t)(strrchr(c->unit, '.') - c->unit));
		return *ret ? 0 : -ENOMEM;
	default:
		return -EINVAL;
	}
}

static int expand_one(char letter, const struct specifier_context *c, char **ret)
{
	int r;

	if (strchr("iIjJpPfnN", letter))
		return name_part(letter, c, ret);
	r = folder(letter, c->user_mode, ret);
	if (r != -EINVAL)
		return r;
	if (letter == 'd') { /* LoadCredential= puts them there */
		_cleanup_(freep) char *runtime = NULL;

		r = folder('t', c->user_mode, &runtime);
		if (r >= 0 && asprintf(ret, "%s/credentials/%s", runtime, c->unit) < 0)
			r = -ENOMEM;
		return r;
	}
	if (letter == 'y' || letter == 'Y') {
		const char *path = c->fragment ? c->fragment : "";
		const char *slash = strrchr(path, '/');
		*ret = letter == 'y' || !slash ? strdup(path)
					       : strndup(path, (size_t)(slash - path));
		return *ret ? 0 : -ENOMEM;
	}
	const char *value =
		c->host && strchr("aAbBgGhHlmMoqsuUvwW", letter) ? c->host->value(letter) : NULL;
	return value ? dup_or_nomem(value, ret) : -EINVAL;
}

int specifier_expand(const char *text, const struct specifier_context *c, char **ret)
{
	char *out = NULL;
	size_t length;

	if (!strchr(text, '%'))
		return dup_or_nomem(text, ret);
	FILE *f = open_memstream(&out, &length);
	if (!f)
		return -ENOMEM;
	int r = 0;
	for (const char *s = text; *s && r >= 0; s++) {
		_cleanup_(freep) char *value = NULL;

		if (*s != '%' || s[1] == '%') {
			s += *s == '%';
			fputc(*s, f);
		} else if (!isalpha((unsigned char)s[1])) {
			fputc('%', f);
		} else {
			r = expand_one(*++s, c, &value);
			if (r >= 0)
				fputs(value, f);
		}
	}
	if (fclose(f) != 0 || r < 0) {
		free(out);
		return r < 0 ? r : -ENOMEM;
	}
	*ret = out;
	return 0;
}
