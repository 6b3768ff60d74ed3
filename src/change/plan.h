/* SPDX-License-Identifier: MIT */
/*
 * From the NIC wanted and the NIC found to the steps between them. Pure: it asks nothing, does
 * nothing, and the same input gives the same steps.
 */
#ifndef CHANGE_PLAN_H
#define CHANGE_PLAN_H

#include "change/job.h"

/*
 * What start does with the job's NIC; with job->part, what hold or release does: the same for the
 * link alone.
 */
void plan_start(struct job *job);

/* What stop does with a NIC of ours; in_use: who uses it, or NULL. job->force: even so. */
void plan_stop(struct job *job, const char *in_use);

/*
 * Does the stop that was planned do nothing, but leave the NIC where its on_stop keeps it, and let
 * go what is held by hand?
 */
bool plan_spares(const struct job *job);

/* Is there nothing left for stop to do to a NIC that its on_stop keeps? Plans the stop. */
bool plan_has_stopped(struct job *job);

/* Is the NIC found the very one that the record is of? */
bool plan_is_ours(const struct link *found, const struct record *record);

/*
 * Does the plan change what the kernel takes from the process that opens the device, while the
 * holder has it open? It then lets go, and holds what is reopened.
 */
bool plan_must_reopen(const struct job *job);

#endif
