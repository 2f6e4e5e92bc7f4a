/* SPDX-License-Identifier: MIT */
/* Any bytes on a control socket, as far as they are framed and read. */
#include <string.h>
#include <unistd.h>

#include "common/own.h"
#include "common/varlink.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct varlink_buffer b = {0};
	json_t *message;
	int fds[2];

	if (size > 60000 || pipe(fds) < 0)
		return 0;
	if (write(fds[1], data, size) != (ssize_t)size)
		abort();
	close(fds[1]);
	while (varlink_read(&b, fds[0], 4096) > 0)
		while (varlink_next(&b, &message) > 0) {
			size_t length;
			_cleanup_(freep) char *text = varlink_encode(message, &length);

			json_decref(message);
		}
	close(fds[0]);
	varlink_buffer_done(&b);
	return 0;
}
