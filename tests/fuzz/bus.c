/* SPDX-License-Identifier: MIT */
/* Any bytes where the bus has its messages. */
#include <string.h>

#include "daemon/process/bus_message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct bus_message m;

	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	ssize_t n = bus_message_length(copy, size);
	if (n > 0 && (size_t)n <= size && bus_message_parse(copy, (size_t)n, &m) == 0) {
		if (m.text_count > 3)
			abort();
		for (size_t i = 0; i < m.text_count; i++)
			if (m.texts[i] < copy || m.texts[i] + strlen(m.texts[i]) >= copy + n)
				abort();
		if (strlen(m.member) + strlen(m.sender) >= size)
			abort();
	}
	free(copy);
	return 0;
}
