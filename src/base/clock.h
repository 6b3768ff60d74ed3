/* SPDX-License-Identifier: MIT */
/* The time that waits and progress are measured by. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* Milliseconds of the monotonic clock. */
long long now_ms(void);

#endif
