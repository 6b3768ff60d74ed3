/* SPDX-License-Identifier: MIT */
/* How each step of a plan is run, and how it is taken back. */
#ifndef CHANGE_STEPS_H
#define CHANGE_STEPS_H

#include "change/apply.h"
#include "holder/protocol.h"

/* Readies the jobs for their steps; tells of those that the plan refuses, which have failed. */
void jobs_prepare(struct records *state, struct job *jobs, size_t n);
size_t jobs_count_failed(const struct job *jobs, size_t n);

/* Has the plan a step of that kind? The first one, or NULL. */
bool job_has_step(const struct job *job, enum step_op op);
const struct step *job_find_step(const struct job *job, enum step_op op);
/* Does the plan make a device, rather than change one? */
bool job_is_new(const struct job *job);

/* Runs one step. Returns 0 or -errno, and prints nothing. */
int step_run(struct job *job, const struct step *step);
/*
 * Runs the steps from job->done on, to the end, or to the first at which until says so. Where one
 * fails, that is told, and what has been done is taken back.
 */
void step_run_all(struct job *job, bool (*until)(enum step_op op));
/* Tells that a step failed with err (a positive errno), and marks the job. */
void step_fail(struct job *job, const struct step *step, int err);
/* Takes back what has been done, the last first. */
void step_undo_all(struct job *job);

/* Closes the job's descriptor of the device, where it has one. */
void step_close(struct job *job);
/* The NIC as the holder knows it, with the settings of nic. */
struct hold_entry step_entry(const struct job *job, const struct nic *nic);

#endif
