/* SPDX-License-Identifier: MIT */
/* Whether a service that ended is started again, when, and why: pure, the time is an argument. */
#pragma once

#include "daemon/file/config.h"

/* How a service's life ended: systemd's Result=. */
enum service_result {
	SERVICE_SUCCESS,
	SERVICE_FAILURE_RESOURCES,
	SERVICE_FAILURE_PROTOCOL,
	SERVICE_FAILURE_TIMEOUT,
	SERVICE_FAILURE_EXIT_CODE,
	SERVICE_FAILURE_SIGNAL,
	SERVICE_FAILURE_CORE_DUMP,
	SERVICE_FAILURE_WATCHDOG,
	SERVICE_FAILURE_START_LIMIT_HIT,
	SERVICE_FAILURE_OOM_KILL,
	SERVICE_SKIP_CONDITION,
	SERVICE_RESULT_MAX,
};

ENUM_TABLE(service_result)

/* What is known of the end, besides the result. */
struct restart_facts {
	enum service_result result;
	bool forbidden;	   /* stopped by a job */
	bool main_exited;  /* main_code and main_status are of a process that ended in this life */
	int main_code;	   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
	int main_status;   /* exit status or signal */
	unsigned restarts; /* consecutive automatic restarts so far */
};

struct restart_verdict {
	bool again;
	uint64_t after_usec; /* pause before it, with RestartSteps= applied */
	const char *why;     /* a static phrase for the log: "Restart=on-failure" */
};

struct restart_verdict restart_decide(
	const struct service_settings *s, const struct restart_facts *f);

/*
 * Start limit (StartLimitIntervalSec=, StartLimitBurst=): counts a start at `now_usec` in the
 * window kept in *begin and *count; true when the start exceeds the limit and must not happen.
 */
bool start_limit_exceeded(uint64_t interval_usec, unsigned burst, uint64_t now_usec,
	uint64_t *begin, unsigned *count);

/* Whether (code, status) of waitid(2) is a clean end: exit 0; HUP, INT, TERM, PIPE if `daemon`; or
 * in `also`. */
bool exit_is_clean(int code, int status, bool daemon, const struct exit_set *also);

/* Whether the set holds that end; NULL: an empty one. */
bool exit_set_has(const struct exit_set *set, int code, int status);
