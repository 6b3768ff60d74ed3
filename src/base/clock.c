/* SPDX-License-Identifier: MIT */
/* The time that waits and progress are measured by. */
#include "config.h"

#include <time.h>

#include "base/clock.h"

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}
