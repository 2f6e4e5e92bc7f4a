/* SPDX-License-Identifier: MIT */
/*
 * sigreport [default-stop]: blocks all signals that can be blocked, says "ready", and prints the
 * number of each that comes; for ever. default-stop leaves SIGTSTP and SIGCONT to the kernel.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(sig) (1ULL << ((sig)-1))

int main(int argc, char **argv)
{
	uint64_t all = UINT64_MAX;
	char info[128];

	if (argc > 1 && strcmp(argv[1], "default-stop") == 0)
		all &= ~(BIT(SIGTSTP) | BIT(SIGCONT));
	/* the system calls themselves: C libraries keep some signals to themselves */
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof(all));
	puts("ready");
	fflush(stdout);
	for (;;) {
		long sig = syscall(SYS_rt_sigtimedwait, &all, info, NULL, sizeof(all));
		if (sig > 0) {
			printf("%ld\n", sig);
			fflush(stdout);
		}
	}
}
