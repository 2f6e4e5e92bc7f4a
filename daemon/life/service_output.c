/* SPDX-License-Identifier: MIT */
/* What becomes of the lines that a service writes: their levels, how many of them are kept, and
 * what the journal is told of them besides (systemd.exec(5), "Logging"). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/syslog_level.h"
#include "common/text.h"
#include "common/value.h"
#include "daemon/base/log.h"
#include "daemon/base/word.h"
#include "daemon/file/types.h"
#include "daemon/life/service.h"

#define USUAL_INTERVAL_USEC (30 * USEC_PER_SEC) /* journald.conf(5) */
#define USUAL_BURST 10000
#define FACILITY_LOCAL0 16 /* syslog(3): those before it are numbered as they are listed */
#define LISTED_LOCAL0 12

static const char *kept_setting(const struct service *s, const char *key)
{
	const char *text = kept_get(s->unit->config, directive_find("Service", key));

	return text && *text ? text : NULL;
}

static int level_of(const struct service *s, const char *key, int otherwise)
{
	const char *text = kept_setting(s, key);
	int level = text ? syslog_level_from_string(text) : -1;

	return level < 0 ? otherwise : level;
}

/* One of both settings stands for a limit; the other is as in the journal then. */
static struct line_filter filter_of(const struct service *s)
{
	const char *interval = kept_setting(s, "LogRateLimitIntervalSec"),
		   *burst = kept_setting(s, "LogRateLimitBurst");
	struct line_filter f = {.level_max = level_of(s, "LogLevelMax", LOG_DEBUG)};
	uint64_t n = USUAL_BURST;

	if (!interval && !burst)
		return f;
	f.interval_usec = USUAL_INTERVAL_USEC;
	if (interval)
		(void)value_parse_usec(interval, &f.interval_usec);
	if (burst)
		(void)value_parse_u64(burst, UINT32_MAX, &n);
	f.burst = (unsigned)n;
	return f;
}

/* systemd.journal-fields(7): capitals, digits and underscores, none of the journal's own. */
static bool is_field(const char *text)
{
	size_t n = strcspn(text, "=");

	if (!n || n > 64 || !text[n] || !isupper((unsigned char)*text))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isupper((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
			text[i] != '_')
			return false;
	return true;
}

static void add_extra(const struct service *s, const char *words, FILE *f)
{
	char *word;

	while (word_next(&words, &word, WORD_UNQUOTE | WORD_CUNESCAPE) > 0) {
		if (is_field(word))
			fprintf(f, "%s%c", word, 0);
		else
			log_line(LOG_WARNING, 0, s->unit->id,
				"LogExtraFields=%s: not the name of a field and a value; left out",
				word);
		free(word);
	}
}

/* NAME=value, each with a NUL behind it. */
static char *make_fields(const struct service *s, size_t *ret_size)
{
	const struct directive *facility = directive_find("Service", "SyslogFacility");
	const char *said = kept_get(s->unit->config, facility),
		   *extra = kept_setting(s, "LogExtraFields"),
		   *identifier = s->unit->config->exec->syslog_identifier;
	int number = said && *said ? enum_from_string(facility->names, said) : -1;
	char *text = NULL;
	FILE *f = NULL;

	if (identifier || number >= 0 || extra)
		f = open_memstream(&text, ret_size);
	if (!f)
		return NULL;
	if (identifier)
		fprintf(f, "SYSLOG_IDENTIFIER=%s%c", identifier, 0);
	if (number >= LISTED_LOCAL0)
		number += FACILITY_LOCAL0 - LISTED_LOCAL0;
	if (number >= 0)
		fprintf(f, "SYSLOG_FACILITY=%d%c", number, 0);
	if (extra)
		add_extra(s, extra, f);
	fclose(f);
	if (*ret_size)
		return text;
	free(text);
	return NULL;
}

void service_set_output(struct service *s)
{
	const char *prefix = kept_setting(s, "SyslogLevelPrefix");
	struct line_filter filter = filter_of(s);
	size_t size = 0;
	char *fields = make_fields(s, &size);

	output_set_level(s->output, level_of(s, "SyslogLevel", LOG_INFO),
		!prefix || value_parse_bool(prefix) != 0);
	output_set_filter(s->output, &filter);
	output_set_fields(s->output, fields, fields ? size : 0);
}
