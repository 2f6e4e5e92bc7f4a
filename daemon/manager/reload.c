/* SPDX-License-Identifier: MIT */
/* daemon-reload: unit files are read anew; what runs goes on with what it had where the new is bad.
 */
#include "daemon/base/log.h"
#include "daemon/manager/generators.h"

static int read_anew(struct manager *m)
{
	log_debug("reading unit files anew");
	int r = load_reload(&m->life.loader);

	boot_check_units(m);
	if (r < 0)
		return log_error_errno(
			r, "cannot read unit files anew; everything stays as it was");
	for (size_t i = 0; i < m->life.units.count; i++) {
		struct unit *u = m->life.units.list[i];
		const struct diags *d = &u->diags;

		unit_forget_limits(u);
		if (unit_machine(u)->reconfigured)
			unit_machine(u)->reconfigured(u);
		for (size_t k = 0; k < d->count; k++) {
			_cleanup_(freep) char *text = diag_format(&d->list[k]);
			if (text && d->list[k].level == DIAG_ERROR)
				log_warning("%s", text);
		}
	}
	return 0;
}

int manager_reload(struct manager *m)
{
	int r = read_anew(m);

	m->life.hooks.news(
		&(struct life_news){.kind = NEWS_RELOADED, .status = r, .text = "unit files"},
		m->life.hooks.data);
	return r;
}

int manager_request_reload(struct manager *m)
{
	outside_reloading(m);
	int r = generators_start(m);

	return r > 0 ? r : manager_reload(m);
}
