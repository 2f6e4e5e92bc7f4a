/* SPDX-License-Identifier: MIT */
/*
 * For the static build alone: Debian's libjansson.a, libinih.a and libseccomp.a are built against
 * glibc, and the static build links musl. These are the symbols of glibc that they need and musl
 * does not have, by their contracts in the Linux Standard Base ("Interfaces for libc").
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bits of glibc's table of character kinds, in its little-endian order. */
enum kind {
	KIND_UPPER = 1 << 8,
	KIND_LOWER = 1 << 9,
	KIND_ALPHA = 1 << 10,
	KIND_DIGIT = 1 << 11,
	KIND_XDIGIT = 1 << 12,
	KIND_SPACE = 1 << 13,
	KIND_PRINT = 1 << 14,
	KIND_GRAPH = 1 << 15,
	KIND_BLANK = 1 << 0,
	KIND_CNTRL = 1 << 1,
	KIND_PUNCT = 1 << 2,
	KIND_ALNUM = 1 << 3,
};

const unsigned short **__ctype_b_loc(void);
int __snprintf_chk(char *out, size_t size, int flag, size_t room, const char *fmt, ...);
int __fprintf_chk(FILE *f, int flag, const char *fmt, ...);
int __vsnprintf_chk(char *out, size_t size, int flag, size_t room, const char *fmt, va_list args);
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
char *__strncpy_chk(char *to, const char *from, size_t size, size_t room);

static unsigned short kind_of(int c)
{
	unsigned kind = 0;

	kind |= isupper(c) ? KIND_UPPER : 0;
	kind |= islower(c) ? KIND_LOWER : 0;
	kind |= isalpha(c) ? KIND_ALPHA : 0;
	kind |= isdigit(c) ? KIND_DIGIT : 0;
	kind |= isxdigit(c) ? KIND_XDIGIT : 0;
	kind |= isspace(c) ? KIND_SPACE : 0;
	kind |= isprint(c) ? KIND_PRINT : 0;
	kind |= isgraph(c) ? KIND_GRAPH : 0;
	kind |= isblank(c) ? KIND_BLANK : 0;
	kind |= iscntrl(c) ? KIND_CNTRL : 0;
	kind |= ispunct(c) ? KIND_PUNCT : 0;
	kind |= isalnum(c) ? KIND_ALNUM : 0;
	return (unsigned short)kind;
}

/* The table reaches from -128 to 255; EOF and bytes above 127 are of no kind. */
const unsigned short **__ctype_b_loc(void)
{
	static unsigned short table[384];
	static const unsigned short *middle;

	if (!middle) {
		for (int c = 0; c < 128; c++)
			table[128 + c] = kind_of(c);
		middle = table + 128;
	}
	return &middle;
}

int __snprintf_chk(char *out, size_t size, int flag, size_t room, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = __vsnprintf_chk(out, size, flag, room, fmt, args);
	va_end(args);
	return n;
}

int __vsnprintf_chk(char *out, size_t size, int flag, size_t room, const char *fmt, va_list args)
{
	(void)flag;
	if (room < size)
		abort();
	return vsnprintf(out, size, fmt, args);
}

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
	if (room < size)
		abort();
	return memcpy(to, from, size);
}

char *__strncpy_chk(char *to, const char *from, size_t size, size_t room)
{
	if (room < size)
		abort();
	return strncpy(to, from, size);
}

int __fprintf_chk(FILE *f, int flag, const char *fmt, ...)
{
	va_list args;

	(void)flag;
	va_start(args, fmt);
	int n = vfprintf(f, fmt, args);
	va_end(args);
	return n;
}
