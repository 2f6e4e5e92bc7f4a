/* SPDX-License-Identifier: MIT */
#include "daemon/process/line_filter.h"

bool line_filter_passes(
	struct line_filter *f, int level, uint64_t now_usec, unsigned *ret_suppressed)
{
	*ret_suppressed = 0;
	if (level > f->level_max)
		return false;
	if (!f->interval_usec || !f->burst)
		return true;
	/* The clock may have been set back. */
	if (now_usec < f->begin_usec || now_usec - f->begin_usec >= f->interval_usec) {
		*ret_suppressed = f->suppressed;
		f->begin_usec = now_usec;
		f->count = f->suppressed = 0;
	}
	if (f->count < f->burst) {
		f->count++;
		return true;
	}
	f->suppressed++;
	return false;
}
