/* SPDX-License-Identifier: MIT */
/*
 * Runs the steps of plans: the only place that changes the machine, and where an error of the
 * kernel is put into words. Each NIC is a transaction: it is there whole, or as it was before.
 */
#ifndef CHANGE_APPLY_H
#define CHANGE_APPLY_H

#include "change/job.h"

/*
 * Makes the NICs as planned, and records them as ours before they become persistent. A NIC that
 * fails is undone alone, with a sentence; the others go on. Returns how many failed.
 */
size_t apply_start(struct records *state, struct job *jobs, size_t n);

/* Holds or releases as planned, and nothing else. Returns how many failed. */
size_t apply_hand(struct records *state, struct job *jobs, size_t n);

/* Removes, or brings down, as planned; force: whoever uses them. Returns how many failed. */
size_t apply_stop(struct records *state, struct job *jobs, size_t n, bool force);

#endif
