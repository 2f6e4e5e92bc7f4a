/* SPDX-License-Identifier: MIT */
#include "common/signal_name.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"

/* clang-format off */
static const struct {
	int number;
	const char *name;
} names[] = {
	{SIGHUP, "HUP"}, {SIGINT, "INT"}, {SIGQUIT, "QUIT"}, {SIGILL, "ILL"}, {SIGTRAP, "TRAP"},
	{SIGABRT, "ABRT"}, {SIGBUS, "BUS"}, {SIGFPE, "FPE"}, {SIGKILL, "KILL"}, {SIGUSR1, "USR1"},
	{SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"}, {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
	{SIGSTKFLT, "STKFLT"}, {SIGCHLD, "CHLD"}, {SIGCONT, "CONT"}, {SIGSTOP, "STOP"}, {SIGTSTP, "TSTP"},
	{SIGTTIN, "TTIN"}, {SIGTTOU, "TTOU"}, {SIGURG, "URG"}, {SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"},
	{SIGVTALRM, "VTALRM"}, {SIGPROF, "PROF"}, {SIGWINCH, "WINCH"}, {SIGIO, "IO"}, {SIGPWR, "PWR"},
	{SIGSYS, "SYS"}, {SIGIO, "POLL"}, {SIGABRT, "IOT"}, {SIGCHLD, "CLD"},
};
/* clang-format on */

static int realtime_from_string(const char *text)
{
	const char *plus = text_after_prefix(text, "RTMIN+");
	const char *minus = text_after_prefix(text, "RTMAX-");
	const char *offset = plus ? plus : minus;
	long n;

	if (strcmp(text, "RTMIN") == 0)
		return SIGNAL_RTMIN;
	if (strcmp(text, "RTMAX") == 0)
		return SIGNAL_RTMAX;
	if (!offset || value_parse_int(offset, 0, SIGNAL_RTMAX - SIGNAL_RTMIN, &n) < 0)
		return -EINVAL;
	return plus ? SIGNAL_RTMIN + (int)n : SIGNAL_RTMAX - (int)n;
}

int signal_from_string(const char *text)
{
	const char *rest = text_after_prefix(text, "SIG");
	long n;

	if (value_parse_int(text, 1, SIGNAL_RTMAX, &n) >= 0)
		return (int)n;
	text = rest ? rest : text;
	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (strcmp(text, names[i].name) == 0)
			return names[i].number;
	return realtime_from_string(text);
}

const char *signal_to_string(int sig, char buffer[static SIGNAL_NAME_MAX])
{
	for (size_t i = 0; i < ELEMENTS(names); i++)
		if (names[i].number == sig) {
			snprintf(buffer, SIGNAL_NAME_MAX, "SIG%s", names[i].name);
			return buffer;
		}
	if (sig >= SIGNAL_RTMIN && sig <= SIGNAL_RTMAX)
		snprintf(buffer, SIGNAL_NAME_MAX, "SIGRTMIN+%d", sig - SIGNAL_RTMIN);
	else
		snprintf(buffer, SIGNAL_NAME_MAX, "%d", sig);
	return buffer;
}

const char *signal_to_short_string(int sig, char buffer[static SIGNAL_NAME_MAX])
{
	const char *name = signal_to_string(sig, buffer), *rest = text_after_prefix(name, "SIG");

	return rest ? rest : name;
}
