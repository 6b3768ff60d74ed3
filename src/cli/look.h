/* SPDX-License-Identifier: MIT */
/* What is there: the kernel, the holder and Open vSwitch are asked about the NICs of a command. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/selection.h"

/*
 * Fills in what there is of each job's NIC. What is recorded is known by its index, whatever it is
 * called by now, and job->name becomes that; the name counts only where no record does. Where the
 * file wants a NIC, a record that is of none any more goes out of the job. Returns false, with a
 * sentence told, where the machine could not be asked.
 */
bool look_at_jobs(struct selection *selection, struct jobs *jobs);

/* What the records' NICs are called now, in record->now; empty where there is none. */
bool look_at_names(struct records *records);

#endif
