/* SPDX-License-Identifier: MIT */
/* Runs a fuzzer once over each file that is named: the corpus as a test, with any compiler. */
#include <stdio.h>

#include "common/own.h"
#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv)
{
	static uint8_t data[1 << 20];

	for (int i = 1; i < argc; i++) {
		_cleanup_(fclosep) FILE *f = fopen(argv[i], "re");
		if (!f) {
			perror(argv[i]);
			return 1;
		}
		size_t size = fread(data, 1, sizeof(data), f);
		(void)LLVMFuzzerTestOneInput(data, size);
	}
	return 0;
}
