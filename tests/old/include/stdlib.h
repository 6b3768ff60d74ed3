/* SPDX-License-Identifier: MIT */
/* stdlib.h as it was before glibc 2.26. */
#define reallocarray hidden_reallocarray
#include_next <stdlib.h>
#undef reallocarray
