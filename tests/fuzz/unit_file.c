/* SPDX-License-Identifier: MIT */
/* Any bytes as a unit file, of a type that their number decides: read, applied, completed. */
#include "daemon/file/apply.h"
#include "daemon/file/load.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = {"a.service", "a@b.service", "a.socket", "a.timer", "a.path",
	"a.target", "a.mount", "a.slice"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = names[size % ELEMENTS(names)];
	enum unit_type type = (enum unit_type)unit_name_type(name);
	_cleanup_(config_freep) struct config *config = config_new(type);
	const struct specifier_context specifiers = {
		.unit = name, .fragment = "/a", .host = specifier_host_local()};
	struct diags diags = {0};
	struct apply_context c = {
		.config = config, .type = type, .diags = &diags, .specifiers = &specifiers};

	if (config && apply_text(&c, "/a", (const char *)data, size) >= 0) {
		(void)config_complete(config, type, name, "/a", &diags);
		(void)config_add_implicit_deps(config, type, name);
	}
	diags_done(&diags);
	return 0;
}
