/* SPDX-License-Identifier: MIT */
/*
 * Masks of signals as the kernel has them, bit N-1 for signal N: C libraries keep a few real-time
 * signals to themselves and drop them from sets, but a caller may have blocked them, and anybody
 * may send them.
 */
#pragma once

#include <stdint.h>

#define SIGNAL_MASK_ALL UINT64_MAX
#define SIGNAL_BIT(sig) (1ULL << ((sig)-1))

/* rt_sigprocmask(2), SIG_SETMASK: *ret_before (or NULL) is the mask until now. Negative errno. */
int signal_mask_set(uint64_t mask, uint64_t *ret_before);
/* signalfd4(2) for those signals: close-on-exec, non-blocking. A descriptor or negative errno. */
int signal_mask_open(uint64_t mask);
/* Those that are ignored, which exec does not change (signal(7)). */
uint64_t signal_ignored(void);
/* SIG_DFL for these signals (rt_sigaction(2)). */
void signal_to_default(uint64_t mask);
