/* SPDX-License-Identifier: MIT */
/* What a dry run would have left behind, for what is planned after it. */
#ifndef CHANGE_PRETEND_H
#define CHANGE_PRETEND_H

#include "change/job.h"

/*
 * A dry run of restart: each NIC of next is shown as it would be found now, had the steps of the
 * jobs in stopped been run, and not only told.
 */
void pretend_stopped(const struct jobs *stopped, struct jobs *next);

#endif
