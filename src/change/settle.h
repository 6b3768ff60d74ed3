/* SPDX-License-Identifier: MIT */
/* What comes about only a moment after it was set. */
#ifndef CHANGE_SETTLE_H
#define CHANGE_SETTLE_H

#include "change/job.h"

/* Waits until the links of the NICs that are held now are up, and says so where one is not. */
void settle_links(struct job *jobs, size_t n);

#endif
