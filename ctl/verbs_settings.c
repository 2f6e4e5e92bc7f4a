/* SPDX-License-Identifier: MIT */
/* Settings of reaperd that are changed while it runs, and of a service's log, which is not ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/syslog_level.h"
#include "common/unit_name.h"
#include "common/value.h"
#include "ctl/ctl.h"

static int show(struct ctl *c, const char *unit, const char *property)
{
	json_t *reply, *parameters = json_pack("{s:[s]}", "properties", property);

	if (unit)
		json_object_set_new(parameters, "units", json_pack("[s]", unit));
	int r = ctl_call(c, "Show", parameters, &reply);
	if (r)
		return r;
	const json_t *first = json_array_get(json_object_get(reply, "units"), 0);
	_cleanup_(freep) char *text = property_text(property, json_object_get(first, property));
	if (text)
		puts(text);
	json_decref(reply);
	return text ? EXIT_DONE : EXIT_FAILED;
}

int verb_log_level(struct ctl *c, char **arguments)
{
	if (!*arguments)
		return show(c, NULL, "LogLevel");
	if (syslog_level_from_string(*arguments) >= 0)
		return ctl_call_quietly(
			c, "Configure", json_pack("{s:s}", "log_level", *arguments));
	fprintf(stderr, "reaperctl: \"%s\" is no log level: emerg ... debug, or 0 to 7\n",
		*arguments);
	return EXIT_FAILED;
}

int verb_log_target(struct ctl *c, char **arguments)
{
	return *arguments ? ctl_call_quietly(
				    c, "Configure", json_pack("{s:s}", "log_target", *arguments))
			  : show(c, NULL, "LogTarget");
}

int verb_service_watchdogs(struct ctl *c, char **arguments)
{
	int enabled = *arguments ? value_parse_bool(*arguments) : 0;

	if (!*arguments)
		return show(c, NULL, "ServiceWatchdogs");
	if (enabled >= 0)
		return ctl_call_quietly(
			c, "Configure", json_pack("{s:b}", "service_watchdogs", enabled));
	fprintf(stderr, "reaperctl: \"%s\" is neither yes nor no\n", *arguments);
	return EXIT_FAILED;
}

/* A service tells of its own log over D-Bus (org.freedesktop.LogControl1(5)), which we do not
 * speak; most have no such thing. */
int verb_service_log(struct ctl *c, char **arguments)
{
	_cleanup_(freep) char *unit = unit_name_mangle(*arguments);
	json_t *reply;

	if (!unit)
		return EXIT_FAILED;
	int r = ctl_call(c, "Show",
		json_pack("{s:[s], s:[s]}", "units", unit, "properties", "BusName"), &reply);
	if (r)
		return r;
	const char *name =
		get_string(json_array_get(json_object_get(reply, "units"), 0), "BusName");
	if (*name)
		fprintf(stderr,
			"reaperctl: %s is asked for it over D-Bus, as %s: see busctl(1) and "
			"org.freedesktop.LogControl1(5)\n",
			unit, name);
	else
		fprintf(stderr, "reaperctl: %s has no BusName=, so nobody can ask it\n", unit);
	json_decref(reply);
	return EXIT_FAILED;
}
