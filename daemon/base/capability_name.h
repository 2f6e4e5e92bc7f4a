/* SPDX-License-Identifier: MIT */
/* Names of capabilities (capabilities(7)) and sets of them as 64 bits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAPABILITY_COUNT 41
#define CAPABILITY_KNOWN ((1ULL << CAPABILITY_COUNT) - 1)
#define CAPABILITY_ALL UINT64_MAX /* untouched, whatever the kernel knows */

/* "CAP_CHOWN" in any case -> number, or -EINVAL. */
int capability_from_string(const char *text);
/* "cap_chown cap_kill ..."; the caller frees; NULL: out of memory. */
char *capability_set_to_string(uint64_t set);

/* Those that we may use ourselves (capget(2)); none where the kernel does not tell. */
uint64_t capability_effective(void);
bool capability_is_held(int number);
