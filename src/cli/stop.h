/* SPDX-License-Identifier: MIT */
/* stop, which restart and reload begin with. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include "cli/select.h"

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
int stop_selected(struct selection *selection, enum stop_scope scope, const struct jobs *to_start);

/* Has the NIC of a job, which is recorded, left the file? Is a selection_pick. */
bool selection_left_over(const struct selection *selection, const struct job *job, void *data);

/* 1: there is a NIC of ours that is not brought down; 0: there is none; -1: nobody can tell. */
int selection_runs(struct selection *selection);

#endif
