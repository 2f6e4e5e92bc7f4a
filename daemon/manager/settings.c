/* SPDX-License-Identifier: MIT */
#include "daemon/manager/settings.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/syslog_level.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/base/limits.h"
#include "daemon/base/rlimit_name.h"
#include "daemon/base/word.h"
#include "daemon/file/environment_file.h"
#include "daemon/file/reader.h"

#define MAIN_FILE "/etc/reaperd/reaperd.conf"

typedef int setting_fn(struct manager *m, const char *value);

struct setting_row {
	const char *key;
	setting_fn *fn;
};

#define TIME_SETTING(name, field)                                                                  \
	static int name(struct manager *m, const char *value)                                      \
	{                                                                                          \
		return value_parse_usec(value, &(m)->field);                                       \
	}

TIME_SETTING(set_timeout_start, life.loader.default_timeout_start_usec)
TIME_SETTING(set_timeout_stop, life.loader.default_timeout_stop_usec)
TIME_SETTING(set_restart, life.loader.default_restart_usec)
TIME_SETTING(set_timer_accuracy, life.loader.default_timer_accuracy_usec)
TIME_SETTING(set_start_limit_interval, life.loader.default_start_limit_interval_usec)
TIME_SETTING(set_reap_interval, settings.reap_interval_usec)
TIME_SETTING(set_stop_budget, settings.stop_budget_usec)
TIME_SETTING(set_log_file_age, settings.log_files.max_age_usec)

static int set_start_limit_burst(struct manager *m, const char *value)
{
	uint64_t n;
	int r = value_parse_u64(value, UINT32_MAX, &n);

	if (r >= 0)
		m->life.loader.default_start_limit_burst = (unsigned)n;
	return r;
}

static int set_ring_size(struct manager *m, const char *value)
{
	return value_parse_size(value, &m->settings.ring_bytes);
}

/* Empty: no log files. */
static int set_log_directory(struct manager *m, const char *value)
{
	char *copy = NULL;

	if (*value && (*value != '/' || !(copy = strdup(value))))
		return -EINVAL;
	free(m->settings.log_files.directory);
	m->settings.log_files.directory = copy;
	return 0;
}

static int set_log_file_bytes(struct manager *m, const char *value)
{
	return value_parse_size(value, &m->settings.log_files.max_bytes);
}

static int set_log_file_count(struct manager *m, const char *value)
{
	return value_parse_u64(value, UINT32_MAX, &m->settings.log_files.max_files);
}

static int set_log_file_compress(struct manager *m, const char *value)
{
	if (strcmp(value, "zstd") != 0 && strcmp(value, "no") != 0)
		return -EINVAL;
	m->settings.log_files.compress = strcmp(value, "zstd") == 0;
	return 0;
}

static int set_log_level(struct manager *m, const char *value)
{
	int level = syslog_level_from_string(value);

	if (level >= 0 && m->options.log_level < 0)
		log_set_level(level);
	return level;
}

static int set_show_status(struct manager *m, const char *value)
{
	int r = value_parse_bool(value);

	if (r >= 0)
		m->settings.show_status = r;
	return r;
}

static int set_environment(struct manager *m, const char *value)
{
	char *word;
	int r;

	while ((r = word_next(&value, &word, WORD_UNQUOTE | WORD_CUNESCAPE)) > 0) {
		r = environment_is_valid_assignment(word)
			    ? strv_push(&m->settings.environment, word)
			    : (free(word), -EINVAL);
		if (r < 0)
			return r;
	}
	return r;
}

static const struct setting_row rows[] = {
	{"DefaultEnvironment", set_environment},
	{"DefaultRestartSec", set_restart},
	{"DefaultStartLimitBurst", set_start_limit_burst},
	{"DefaultStartLimitIntervalSec", set_start_limit_interval},
	{"DefaultTimeoutStartSec", set_timeout_start},
	{"DefaultTimeoutStopSec", set_timeout_stop},
	{"DefaultTimerAccuracySec", set_timer_accuracy},
	{"LogDirectory", set_log_directory},
	{"LogFileCompress", set_log_file_compress},
	{"LogFileMaxAgeSec", set_log_file_age},
	{"LogFileMaxBytes", set_log_file_bytes},
	{"LogFileMaxFiles", set_log_file_count},
	{"LogLevel", set_log_level},
	{"OutputRingSize", set_ring_size},
	{"ReapIntervalSec", set_reap_interval},
	{"ShowStatus", set_show_status},
	{"StopBudgetSec", set_stop_budget},
};

struct settings_file {
	struct manager *m;
	const char *path;
};

/* DefaultLimitNOFILE= and its kin: a row for each is in the table of limits. */
static void set_limit(const struct settings_file *file, int resource, const struct assignment *a)
{
	struct spawn_context *context = &file->m->life.spawn;

	if (rlimit_parse(resource, a->value, &context->limits[resource]) < 0)
		log_warning("%s:%u: %s=%s is no valid limit, ignored", file->path, a->line, a->key,
			a->value);
	else
		context->has_limit[resource] = true;
}

static int on_assignment(const struct assignment *a, void *data)
{
	const struct settings_file *file = data;
	bool is_ours = strcmp(a->section, "Manager") == 0;

	if (!a->key && !is_ours)
		log_warning("%s:%u: unknown section [%s], ignored; settings belong into [Manager]",
			file->path, a->line, a->section);
	if (!a->key || !is_ours)
		return 0;
	const char *resource = text_after_prefix(a->key, "DefaultLimit");
	if (resource && rlimit_from_string(resource) >= 0) {
		set_limit(file, rlimit_from_string(resource), a);
		return 0;
	}
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		if (strcmp(a->key, rows[i].key) == 0) {
			if (rows[i].fn(file->m, a->value) < 0)
				log_warning("%s:%u: %s=%s is no valid value, ignored", file->path,
					a->line, a->key, a->value);
			return 0;
		}
	log_warning("%s:%u: unknown key '%s', ignored", file->path, a->line, a->key);
	return 0;
}

static void load_file(struct manager *m, const char *path)
{
	_cleanup_(freep) char *text = NULL;
	struct settings_file file = {.m = m, .path = path};
	struct diags diags = {0};
	size_t length;
	int r = reader_load(path, &text, &length);

	if (r < 0) {
		if (r != -ENOENT)
			(void)log_warning_errno(r, "cannot read %s", path);
		return;
	}
	(void)reader_parse(text, length, path, &diags, on_assignment, &file);
	for (size_t i = 0; i < diags.count; i++)
		log_warning("%s:%u: %s", path, diags.list[i].line, diags.list[i].text);
	diags_done(&diags);
}

static int is_conf(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && text_ends_with(entry->d_name, ".conf");
}

void settings_load(struct manager *m)
{
	const char *file = m->options.config ? m->options.config : MAIN_FILE;
	_cleanup_(freep) char *folder = NULL;
	struct dirent **entries;

	load_file(m, file);
	if (asprintf(&folder, "%s.d", file) < 0)
		return;
	int n = scandir(folder, &entries, is_conf, alphasort);
	for (int i = 0; i < n; i++) {
		_cleanup_(freep) char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) >= 0)
			load_file(m, path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (m->options.stop_budget_usec)
		m->settings.stop_budget_usec = m->options.stop_budget_usec;
}
