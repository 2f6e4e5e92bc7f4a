/* SPDX-License-Identifier: MIT */
/* Names of signals (signal(7)), as systemd reads and prints them. Pure. */
#pragma once

#define SIGNAL_NAME_MAX 16
/* SIGRTMIN as everybody counts who sends one: glibc's. musl's own begins one later. */
#define SIGNAL_RTMIN 34
#define SIGNAL_RTMAX 64

/* "SIGTERM", "TERM", "15", "RTMIN+3", "SIGRTMAX-1" -> number, or -EINVAL. */
int signal_from_string(const char *text);
/* "SIGTERM", "SIGRTMIN+0"; a number for what has no name. Returns `buffer`. */
const char *signal_to_string(int sig, char buffer[static SIGNAL_NAME_MAX]);
/* The same without "SIG". */
const char *signal_to_short_string(int sig, char buffer[static SIGNAL_NAME_MAX]);
