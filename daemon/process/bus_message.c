/* SPDX-License-Identifier: MIT */
#include "daemon/process/bus_message.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "daemon/base/limits.h"

/* Byte order, type, flags, version; then three numbers: length of the body, serial, length of the
 * fields. */
#define FIXED 16

enum field {
	FIELD_PATH = 1,
	FIELD_INTERFACE,
	FIELD_MEMBER,
	FIELD_ERROR_NAME,
	FIELD_REPLY_SERIAL,
	FIELD_DESTINATION,
	FIELD_SENDER,
	FIELD_SIGNATURE,
};

static char own_order(void)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 'l' : 'B';
}

static size_t padded(size_t at, size_t step)
{
	return (at + step - 1) / step * step;
}

struct writer {
	char *to;
	size_t size, at;
};

static void put(struct writer *w, const void *data, size_t length)
{
	if (w->at + length <= w->size)
		memcpy(w->to + w->at, data, length);
	w->at += length;
}

static void pad(struct writer *w, size_t step)
{
	static const char zeros[8];

	put(w, zeros, padded(w->at, step) - w->at);
}

static void put_u32(struct writer *w, uint32_t n)
{
	pad(w, 4);
	put(w, &n, sizeof(n));
}

static void put_text(struct writer *w, const char *text)
{
	put_u32(w, (uint32_t)strlen(text));
	put(w, text, strlen(text) + 1);
}

static void put_field(struct writer *w, enum field code, char type, const char *text)
{
	const char head[] = {(char)code, 1, type, 0};

	pad(w, 8);
	put(w, head, sizeof(head));
	if (type != 'g') {
		put_text(w, text);
		return;
	}
	put(w, &(char){(char)strlen(text)}, 1);
	put(w, text, strlen(text) + 1);
}

size_t bus_message_call(
	char *to, size_t size, uint32_t serial, const char *member, const char *argument)
{
	struct writer w = {.to = to, .size = size};
	const char head[] = {own_order(), BUS_CALL, 0, 1};
	uint32_t body = argument ? (uint32_t)(4 + strlen(argument) + 1) : 0;

	put(&w, head, sizeof(head));
	put_u32(&w, body);
	put_u32(&w, serial);
	put_u32(&w, 0); /* the length of what follows is known below */
	put_field(&w, FIELD_PATH, 'o', "/org/freedesktop/DBus");
	put_field(&w, FIELD_INTERFACE, 's', BUS_ITSELF);
	put_field(&w, FIELD_MEMBER, 's', member);
	put_field(&w, FIELD_DESTINATION, 's', BUS_ITSELF);
	if (argument)
		put_field(&w, FIELD_SIGNATURE, 'g', "s");
	uint32_t fields = (uint32_t)w.at - FIXED;
	pad(&w, 8);
	if (argument)
		put_text(&w, argument);
	if (w.at > w.size)
		return 0;
	memcpy(to + FIXED - sizeof(fields), &fields, sizeof(fields));
	return w.at;
}

static uint32_t u32_at(const char *data, size_t at)
{
	uint32_t n;

	memcpy(&n, data + at, sizeof(n));
	return n;
}

ssize_t bus_message_length(const char *data, size_t have)
{
	if (have < FIXED)
		return 0;
	uint64_t body = u32_at(data, 4), fields = u32_at(data, 12);
	if (data[0] != own_order() || data[3] != 1 || body + fields > LIMIT_BUS_MESSAGE_BYTES)
		return -EBADMSG;
	return (ssize_t)(padded(FIXED + fields, 8) + body);
}

struct reader {
	const char *data;
	size_t at, end;
	bool is_bad;
};

/* Where `length` bytes lie, or NULL. */
static const char *take(struct reader *r, size_t length, size_t step)
{
	size_t at = padded(r->at, step);

	if (r->is_bad || at > r->end || length > r->end - at) {
		r->is_bad = true;
		return NULL;
	}
	r->at = at + length;
	return r->data + at;
}

static uint32_t take_u32(struct reader *r)
{
	const char *at = take(r, 4, 4);

	return at ? u32_at(at, 0) : 0;
}

static const char *take_text(struct reader *r)
{
	uint32_t length = take_u32(r);
	const char *text = take(r, (size_t)length + 1, 1);

	if (text && !text[length])
		return text;
	r->is_bad = true;
	return "";
}

static const char *take_signature(struct reader *r)
{
	const char *length = take(r, 1, 1);
	const char *text = length ? take(r, (size_t)(uint8_t)*length + 1, 1) : NULL;

	if (text && !text[(uint8_t)*length])
		return text;
	r->is_bad = true;
	return "";
}

static void take_field(struct reader *r, struct bus_message *m, const char **signature)
{
	const char *code = take(r, 1, 8);
	const char *type = take_signature(r), *text = "";

	if (!code || strlen(type) != 1) {
		r->is_bad = true;
		return;
	}
	if (*type == 'u') {
		uint32_t n = take_u32(r);
		if (*code == FIELD_REPLY_SERIAL)
			m->reply_serial = n;
		return;
	}
	if (*type == 's' || *type == 'o')
		text = take_text(r);
	else if (*type == 'g')
		text = take_signature(r);
	else
		r->is_bad = true;
	if (*code == FIELD_MEMBER)
		m->member = text;
	else if (*code == FIELD_SENDER)
		m->sender = text;
	else if (*code == FIELD_SIGNATURE)
		*signature = text;
}

int bus_message_parse(const char *data, size_t length, struct bus_message *ret)
{
	struct bus_message m = {.member = "", .sender = ""};
	const char *signature = "";

	if (bus_message_length(data, length) != (ssize_t)length || !length)
		return -EBADMSG;
	m.type = (uint8_t)data[1];
	struct reader r = {.data = data, .at = FIXED, .end = FIXED + u32_at(data, 12)};
	while (!r.is_bad && r.at < r.end)
		take_field(&r, &m, &signature);
	r.at = padded(r.end, 8);
	r.end = length;
	for (; *signature == 's' && m.text_count < 3; signature++)
		m.texts[m.text_count++] = take_text(&r);
	if (r.is_bad)
		return -EBADMSG;
	*ret = m;
	return 0;
}
