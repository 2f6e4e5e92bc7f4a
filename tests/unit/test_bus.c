/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "daemon/process/bus_message.h"

Test(bus, a_call_reads_back)
{
	char data[512];
	struct bus_message m;
	size_t n = bus_message_call(data, sizeof(data), 7, "GetNameOwner", "org.example.Name");

	cr_assert_gt(n, 0);
	for (size_t have = 0; have < 16; have++)
		cr_expect_eq(bus_message_length(data, have), 0);
	cr_expect_eq(bus_message_length(data, 16), (ssize_t)n);
	cr_assert_eq(bus_message_parse(data, n, &m), 0);
	cr_expect_eq(m.type, BUS_CALL);
	cr_expect_eq(m.reply_serial, 0);
	cr_expect_str_eq(m.member, "GetNameOwner");
	cr_expect_str_eq(m.sender, "");
	cr_assert_eq(m.text_count, 1);
	cr_expect_str_eq(m.texts[0], "org.example.Name");
}

Test(bus, no_room_is_told)
{
	char data[512];
	size_t n = bus_message_call(data, sizeof(data), 1, "Hello", NULL);

	cr_expect_eq(bus_message_call(data, n, 1, "Hello", NULL), n);
	for (size_t room = 0; room < n; room++)
		cr_expect_eq(bus_message_call(data, room, 1, "Hello", NULL), 0);
}

Test(bus, bad_bytes_are_refused_or_read_within_their_bounds)
{
	char data[512], bad[512];
	struct bus_message m;
	size_t n = bus_message_call(data, sizeof(data), 1, "AddMatch", "type='signal'");

	for (size_t i = 0; i < n; i++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(bad, data, n);
			bad[i] ^= (char)(1 << bit);
			int r = bus_message_parse(bad, n, &m);
			cr_expect(r == 0 || r == -EBADMSG);
			for (size_t k = 0; r == 0 && k < m.text_count; k++)
				cr_expect(m.texts[k] > bad &&
					  m.texts[k] + strlen(m.texts[k]) < bad + n);
		}
	for (size_t less = 0; less < n; less++)
		cr_expect_eq(bus_message_parse(data, less, &m), -EBADMSG);
	data[0] = 'x';
	cr_expect_eq(bus_message_length(data, n), -EBADMSG);
}
