/* SPDX-License-Identifier: MIT */
/* The table of directives: unit types of a host, whose names count as present. */
#include "daemon/file/directive.h"
#include "daemon/file/types.h"

/* clang-format off */
#define HOST(sect, name, ...) \
	{.section = sect, .key = name, .type = &type_kept_lines, .group = GROUP_NONE, .flags = DIRECTIVE_QUIET, \
	 .not_applied = "units of this type belong to a host; the name counts as present", \
	 __VA_ARGS__}

#define UNSAID(text) .fallback = text

static const struct directive rows[] = {
	HOST("Mount", "What"), HOST("Mount", "Where"), HOST("Mount", "Options", UNSAID("n/a")), HOST("Mount", "Type"),
	HOST("Mount", "TimeoutSec", UNSAID("1min 30s")), HOST("Mount", "DirectoryMode", UNSAID("0755")),
	HOST("Mount", "SloppyOptions", UNSAID("no")), HOST("Mount", "LazyUnmount", UNSAID("no")),
	HOST("Mount", "ForceUnmount", UNSAID("no")), HOST("Mount", "ReadWriteOnly", UNSAID("no")),
	HOST("Automount", "Where"), HOST("Automount", "DirectoryMode", UNSAID("0755")), HOST("Automount", "TimeoutIdleSec", UNSAID("0")),
	HOST("Automount", "ExtraOptions", UNSAID("(null)")),
	HOST("Swap", "What"), HOST("Swap", "Priority"), HOST("Swap", "Options"), HOST("Swap", "TimeoutSec"),
	HOST("Scope", "RuntimeMaxSec"), HOST("Scope", "RuntimeRandomizedExtraSec"), HOST("Scope", "TimeoutStopSec"),
	HOST("Scope", "OOMPolicy"),
};
/* clang-format on */

const struct directive_rows other_directives = {rows, ELEMENTS(rows)};
