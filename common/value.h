/* SPDX-License-Identifier: MIT */
/* Text -> plain values, by systemd's syntax. Pure; outputs are untouched on failure; -EINVAL, or
 * -ERANGE on overflow. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* 1 or 0: "1" "yes" "y" "true" "t" "on" and their opposites, in any case. */
int value_parse_bool(const char *text);
/* systemd.time(7): "1min 30s", "1.5h", "infinity"; a bare number is seconds. */
int value_parse_usec(const char *text, uint64_t *ret);
/* The same with another unit for bare numbers. */
int value_parse_usec_unit(const char *text, uint64_t default_unit, uint64_t *ret);
/* "64M", "1.5G", "infinity" (UINT64_MAX); K = 1024. */
int value_parse_size(const char *text, uint64_t *ret);
/* Decimal, 0x or 0; no sign, no blanks. */
int value_parse_u64(const char *text, uint64_t max, uint64_t *ret);
int value_parse_int(const char *text, long min, long max, long *ret);
/* Octal, up to 07777. */
int value_parse_mode(const char *text, mode_t *ret);
/* "12%", "12.5%": parts per 10,000. */
int value_parse_percent(const char *text, unsigned *ret);
/* The same with more than all: "200%". */
int value_parse_share(const char *text, unsigned *ret);
/* A PID greater than 0, strictly decimal. */
int value_parse_pid(const char *text, pid_t *ret);
/* A uid or gid in strict decimal; the reserved 65535 and 4294967295 are refused (systemd.exec(5),
 * User=). */
int value_parse_uid(const char *text, uint32_t *ret);
