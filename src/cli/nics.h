/* SPDX-License-Identifier: MIT */
/* The halves that several commands are made of. */
#ifndef CLI_NICS_H
#define CLI_NICS_H

#include "cli/session.h"

/* Holds the links of the NICs named, or lets them go. Returns the exit status. */
int hold_nics(struct session *session);
int release_nics(struct session *session);

/* Which of our NICs to stop. */
enum stop_scope {
	STOP_ALL,
	STOP_LEFT_OVER, /* those that have left the file */
	STOP_RESTART,   /* all but those that stay as they are until start comes */
};

/*
 * Removes them as on_stop says, but for those of which to_start says that start will refuse them
 * (NULL: no start follows). Returns the exit status.
 */
int stop_nics(struct session *session, enum stop_scope scope, const struct jobs *to_start);

/* Has the NIC of a job, which is recorded, left the file? */
bool is_left_over(const struct session *session, const struct job *job);

/* Is there a NIC of ours, and not brought down? */
bool anything_runs(struct session *session);

#endif
