/* SPDX-License-Identifier: MIT */
#include "daemon/plan/restart.h"

DEFINE_ENUM_TABLE(service_result, SERVICE_RESULT_MAX, [SERVICE_SUCCESS] = "success",
	[SERVICE_FAILURE_RESOURCES] = "resources", [SERVICE_FAILURE_PROTOCOL] = "protocol",
	[SERVICE_FAILURE_TIMEOUT] = "timeout", [SERVICE_FAILURE_EXIT_CODE] = "exit-code",
	[SERVICE_FAILURE_SIGNAL] = "signal", [SERVICE_FAILURE_CORE_DUMP] = "core-dump",
	[SERVICE_FAILURE_WATCHDOG] = "watchdog",
	[SERVICE_FAILURE_START_LIMIT_HIT] = "start-limit-hit",
	[SERVICE_FAILURE_OOM_KILL] = "oom-kill", [SERVICE_SKIP_CONDITION] = "exec-condition", );

bool exit_set_has(const struct exit_set *set, int code, int status)
{
	if (!set)
		return false;
	if (code == CLD_EXITED)
		return status >= 0 && status < 256 && set->statuses[status / 8] >> status % 8 & 1;
	return status > 0 && status <= 64 && set->signals >> (status - 1) & 1;
}

bool exit_is_clean(int code, int status, bool daemon, const struct exit_set *also)
{
	if (exit_set_has(also, code, status))
		return true;
	if (code == CLD_EXITED)
		return status == 0;
	return daemon && code == CLD_KILLED &&
	       (status == SIGHUP || status == SIGINT || status == SIGTERM || status == SIGPIPE);
}

/* systemd.service(5), the table of Restart= against exit causes. */
static bool policy_restarts(enum service_restart policy, enum service_result result)
{
	bool success = result == SERVICE_SUCCESS;

	switch (policy) {
	case RESTART_NO:
	case RESTART_MAX:
		return false;
	case RESTART_ALWAYS:
		return result != SERVICE_SKIP_CONDITION;
	case RESTART_ON_SUCCESS:
		return success;
	case RESTART_ON_FAILURE:
		return !success && result != SERVICE_SKIP_CONDITION;
	case RESTART_ON_ABNORMAL:
		return !success && result != SERVICE_FAILURE_EXIT_CODE &&
		       result != SERVICE_SKIP_CONDITION;
	case RESTART_ON_WATCHDOG:
		return result == SERVICE_FAILURE_WATCHDOG;
	case RESTART_ON_ABORT:
		return result == SERVICE_FAILURE_SIGNAL || result == SERVICE_FAILURE_CORE_DUMP;
	}
	return false;
}

static double power(double base, unsigned n)
{
	double product = 1;

	for (; n; n >>= 1, base *= base)
		if (n & 1)
			product *= base;
	return product;
}

/* The n-th root of a number above 1, by halving: libm is not worth its place for it. */
static double root(double number, unsigned n)
{
	double low = 1, high = number;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;
		if (power(middle, n) < number)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* RestartSteps= steps from RestartSec= to RestartMaxDelaySec=, each longer by the same factor. */
static uint64_t pause_before(const struct service_settings *s, unsigned restarts)
{
	uint64_t from = s->restart_usec, to = s->restart_max_delay_usec;

	if (!s->restart_steps || !restarts || to == USEC_INFINITY || from == USEC_INFINITY ||
		from >= to || !from)
		return from;
	if (restarts >= s->restart_steps)
		return to;
	double step = root((double)to / (double)from, s->restart_steps);
	return (uint64_t)((double)from * power(step, restarts));
}

struct restart_verdict restart_decide(
	const struct service_settings *s, const struct restart_facts *f)
{
	static const char *const why[RESTART_MAX] = {
		[RESTART_NO] = "Restart=no",
		[RESTART_ON_SUCCESS] = "Restart=on-success",
		[RESTART_ON_FAILURE] = "Restart=on-failure",
		[RESTART_ON_ABNORMAL] = "Restart=on-abnormal",
		[RESTART_ON_WATCHDOG] = "Restart=on-watchdog",
		[RESTART_ON_ABORT] = "Restart=on-abort",
		[RESTART_ALWAYS] = "Restart=always",
	};
	struct restart_verdict v = {.why = why[s->restart]};

	if (f->forbidden) {
		v.why = "stopped by a job";
		return v;
	}
	if (f->result == SERVICE_FAILURE_START_LIMIT_HIT) {
		v.why = "start limit hit";
		return v;
	}
	if (f->main_exited &&
		exit_set_has(s->restart_prevent_status, f->main_code, f->main_status)) {
		v.why = "RestartPreventExitStatus=";
		return v;
	}
	v.again = policy_restarts(s->restart, f->result);
	if (f->main_exited && exit_set_has(s->restart_force_status, f->main_code, f->main_status)) {
		v.again = true;
		v.why = "RestartForceExitStatus=";
	}
	if (v.again)
		v.after_usec = pause_before(s, f->restarts);
	return v;
}

bool start_limit_exceeded(
	uint64_t interval_usec, unsigned burst, uint64_t now_usec, uint64_t *begin, unsigned *count)
{
	if (!interval_usec || !burst)
		return false;
	if (!*begin || (interval_usec != USEC_INFINITY && now_usec - *begin >= interval_usec)) {
		*begin = now_usec;
		*count = 1;
		return false;
	}
	if (*count < burst) {
		++*count;
		return false;
	}
	return true;
}
