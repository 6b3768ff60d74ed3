/* SPDX-License-Identifier: MIT */
/* The steps that a command would take, printed and not taken. */
#ifndef CLI_DRYRUN_H
#define CLI_DRYRUN_H

#include "cli/session.h"

/*
 * Tells the steps of each job's plan, one a line; with --json they are kept for dryrun_end().
 * Returns how many jobs cannot be done.
 */
size_t dryrun_tell(struct session *session, const struct jobs *jobs);
void dryrun_end(struct session *session);

#endif
