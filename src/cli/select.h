/* SPDX-License-Identifier: MIT */
/* What every command begins with: reading the file and the records, and which NICs are meant. */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "cli/selection.h"

/* What a command is about to do. */
enum purpose { PURPOSE_LOOK, PURPOSE_CHANGE, PURPOSE_STOP };

/*
 * Reads the file and the records; takes the lock to change something, unless it is a dry run. Tells
 * what is wrong. Returns EXIT_OK, or the exit status with which the command must end.
 */
int selection_open(struct selection *selection, const struct options *options,
		   enum purpose purpose);

/* Says of a job, before anything is asked about its NIC, whether it is to be looked at. */
typedef bool selection_pick(const struct selection *selection, const struct job *job, void *data);

/*
 * One job for each NIC of the file that is meant, or for each record that is, of those that pick
 * (NULL: all) says. NICs whose network namespace cannot be entered are reported and counted, or
 * left out if they went with it. Returns false where the kernel could not be asked.
 */
bool selection_wanted(struct selection *selection, struct jobs *jobs, selection_pick *pick,
		      void *data);
bool selection_recorded(struct selection *selection, struct jobs *jobs, selection_pick *pick,
			void *data);

/*
 * Of how many NICs nobody can tell: their namespace cannot be entered, or they may have been moved
 * to one. tell: says so of the latter, as has been said of the others.
 */
size_t selection_unknown(const struct jobs *jobs, bool tell);

/* Plans the start of one job, as the options want it. */
void selection_plan_start(const struct selection *selection, struct job *job);

#endif
