/* SPDX-License-Identifier: MIT */
/* Any datagram on a notify socket. */
#include <string.h>

#include "daemon/process/notify.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4097];
	struct notify_message m;

	if (size >= sizeof(text))
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = 0;
	notify_parse(text, size, &m);
	if (m.status && strlen(m.status) > size)
		abort();
	return 0;
}
