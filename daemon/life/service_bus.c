/* SPDX-License-Identifier: MIT */
/* Type=dbus: it is up once its BusName= is owned, and ends when nobody owns that any more. Without
 * a bus that can be reached nobody knows, and it is up once it runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/life/service.h"

void service_unwatch_bus(struct service *s)
{
	struct bus_watch *w = s->bus_name;

	if (!w)
		return;
	bus_forget_name(&unit_life(s->unit)->bus, w);
	s->bus_name = NULL;
	free(w->name);
	free(w);
}

static void on_change(struct bus_watch *w, bool is_lost)
{
	struct service *s = w->data;
	struct unit *u = s->unit;

	if (is_lost) {
		log_line(LOG_WARNING, 0, u->id, "the bus is gone, and with it who owns BusName=%s",
			w->name);
		service_unwatch_bus(s);
	}
	unit_handle(u, &(struct unit_event){.kind = EVENT_BUS_NAME});
}

static int watch(struct service *s, const char *name)
{
	struct life *life = unit_life(s->unit);
	struct bus_watch *w = calloc(1, sizeof(*w));
	char *copy = strdup(name);

	if (!w || !copy) {
		free(w);
		free(copy);
		return -ENOMEM;
	}
	*w = (struct bus_watch){.name = copy, .fn = on_change, .data = s};
	if (!life->bus.address)
		life->bus.address = bus_find_address(life->loader.user_mode);
	int r = bus_watch_name(&life->bus, w);
	if (r < 0) {
		free(w);
		free(copy);
		return r;
	}
	s->bus_name = w;
	return 0;
}

/* From its first start on as long as there is the unit: so a name that its last life still had is
 * not taken for that of the next. */
void service_watch_bus(struct service *s)
{
	const struct service_settings *settings = service_settings(s);

	if (s->bus_name && settings->bus_name && strcmp(s->bus_name->name, settings->bus_name) == 0)
		return;
	service_unwatch_bus(s);
	if (settings->type != SERVICE_DBUS)
		return;
	int r = watch(s, settings->bus_name);
	if (r < 0)
		log_line(LOG_WARNING, r, s->unit->id,
			"Type=dbus is not applied: no bus can be reached at %s; it counts as up "
			"once it runs",
			unit_life(s->unit)->bus.address);
}

bool service_lacks_bus_name(const struct service *s)
{
	return service_settings(s)->type == SERVICE_DBUS && s->bus_name && !s->bus_name->is_owned;
}

enum service_state service_on_bus_name(struct service *s, const struct unit_event *event)
{
	enum service_state here = (enum service_state)s->unit->sub_state;

	(void)event;
	if (service_settings(s)->type != SERVICE_DBUS)
		return here;
	if (here == SERVICE_START)
		return service_lacks_bus_name(s) ? here : SERVICE_START_POST;
	return here == SERVICE_RUNNING ? service_enter_running(s) : here;
}
