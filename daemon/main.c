/* SPDX-License-Identifier: MIT */
/* reaperd: options -> manager -> exit status. */
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/control/control.h"
#include "daemon/manager/manager.h"

static void set_up_log(const struct options *o)
{
	if (o->log_level >= 0)
		log_set_level(o->log_level);
	else if (o->verbose)
		log_set_level(o->verbose > 1 ? LOG_DEBUG : LOG_INFO);
	else if (o->command && !o->unit_count)
		log_set_level(LOG_WARNING);
	if (o->log_target >= 0)
		log_set_target((enum log_target)o->log_target);
}

static int run(struct manager *m, const struct options *o)
{
	int r = manager_open(m, o);
	if (r < 0)
		return 1;
	r = manager_configure(m);
	if (r < 0)
		return 1;
	if (o->check)
		return manager_check(m);
	if (o->verify)
		return manager_verify(m);
	if (o->install)
		return manager_install(m);
	if (o->dump)
		return manager_dump(m);

	outside_open(m);
	struct control *control = control_open(m);
	notify_folder_open(m);
	int status = manager_run(m);
	notify_folder_close(m);
	control_close(control);
	return status;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct manager manager;

	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		return 2;
	case OPTIONS_RUN:
		break;
	}
	set_up_log(&options);
	int status = run(&manager, &options);
	manager_end(&manager);
	return status;
}
