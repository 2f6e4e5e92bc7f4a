/* SPDX-License-Identifier: MIT */
/* A fuzzer is one function; libFuzzer calls it, or tests/lib/replay.c with each file of its corpus.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
