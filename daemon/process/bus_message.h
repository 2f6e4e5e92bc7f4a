/* SPDX-License-Identifier: MIT */
/* Messages of D-Bus, as far as a watcher of names needs them: calls of the bus itself with texts,
 * and what it answers. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BUS_ITSELF "org.freedesktop.DBus"

enum bus_message_type {
	BUS_CALL = 1,
	BUS_RETURN,
	BUS_ERROR,
	BUS_SIGNAL,
};

struct bus_message {
	uint8_t type;
	uint32_t reply_serial;	     /* 0: no answer */
	const char *member, *sender; /* "" where it names none */
	const char *texts[3];	     /* of its body, where that is texts */
	size_t text_count;
};

/* Writes a call of the bus, with an argument unless that is NULL. Its length, or 0: no room. */
size_t bus_message_call(
	char *to, size_t size, uint32_t serial, const char *member, const char *argument);

/* How long the message is that begins there: 0 when that cannot be told yet, -EBADMSG: it is none.
 */
ssize_t bus_message_length(const char *data, size_t have);

/* A whole message; what is found points into it. -EBADMSG: it is none. */
int bus_message_parse(const char *data, size_t length, struct bus_message *ret);
