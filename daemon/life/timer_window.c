/* SPDX-License-Identifier: MIT */
/*
 * Where in its window a timer goes off: at the same spot of a minute for all timers of a machine,
 * so that they wake it together; another machine has another spot.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/text.h"
#include "daemon/life/timer.h"

uint64_t timer_spot(uint64_t begin_usec, uint64_t end_usec, uint64_t host)
{
	/* The widest step that has its spot within the window. */
	static const uint64_t steps[] = {
		60 * USEC_PER_SEC, 10 * USEC_PER_SEC, USEC_PER_SEC, USEC_PER_SEC / 4};

	for (size_t i = 0; i < ELEMENTS(steps); i++) {
		uint64_t offset = host % steps[i];
		uint64_t spot = end_usec < offset ? 0 : end_usec - (end_usec - offset) % steps[i];

		if (spot >= begin_usec && spot > 0)
			return spot;
	}
	return end_usec;
}

static uint64_t hash_file(const char *path)
{
	char line[128];
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	if (n <= 0)
		return 0;
	line[n] = 0;
	return text_hash(line);
}

uint64_t timer_host_of_boot(void)
{
	static uint64_t host;

	if (!host)
		host = hash_file("/proc/sys/kernel/random/boot_id") | 1;
	return host;
}

uint64_t timer_host_for_good(void)
{
	char name[256] = "";
	uint64_t host = hash_file("/etc/machine-id");

	if (!host && gethostname(name, sizeof(name) - 1) == 0)
		host = text_hash(name);
	return host;
}
