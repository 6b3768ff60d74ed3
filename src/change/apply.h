/* SPDX-License-Identifier: MIT */
/*
 * Runs the steps of plans: the only place that changes the machine, and where an error of the
 * kernel is put into words. Each NIC is a transaction: it is there whole, or as it was before.
 */
#ifndef CHANGE_APPLY_H
#define CHANGE_APPLY_H

#include "change/job.h"

/*
 * Does what is planned. A NIC that fails is undone alone, with a sentence; the others go on. A
 * signal that asks for an end lets the NICs that have been begun come to theirs, and no other one
 * begin. Returns how many failed. In a dry run the bridges that would go with the last of their
 * ports are added to the jobs.
 */
size_t apply(const struct apply *how, struct jobs *jobs);

#endif
