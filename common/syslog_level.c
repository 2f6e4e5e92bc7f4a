/* SPDX-License-Identifier: MIT */
#include "common/syslog_level.h"

static const char *const levels[SYSLOG_LEVELS] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
const struct enum_table syslog_level_names = {
	.title = "syslog_level", .names = levels, .max = SYSLOG_LEVELS};

int syslog_level_from_string(const char *text)
{
	if (text[0] >= '0' && text[0] < '0' + SYSLOG_LEVELS && !text[1])
		return text[0] - '0';
	return enum_from_string(&syslog_level_names, text);
}
