/* SPDX-License-Identifier: MIT */
/* What a command does to its NICs, or in a dry run would do, and what it tells of that. */
#ifndef CLI_OUTCOME_H
#define CLI_OUTCOME_H

#include "cli/selection.h"

/*
 * Runs the jobs' plans, or tells their steps; stop: to stop them. others is what else the
 * command starts, or NULL. Returns how many NICs failed.
 */
size_t outcome_apply(struct selection *selection, struct jobs *jobs, bool stop,
		     const struct jobs *others);

/* The same of NICs of which it was told already: only what fails is news. Returns how many did. */
size_t outcome_apply_again(struct selection *selection, struct jobs *jobs);

/* With --json the whole as a document; else, on a terminal, one line on what has been done. */
void outcome_print(struct selection *selection, int status);

#endif
