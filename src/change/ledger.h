/* SPDX-License-Identifier: MIT */
/* What the records say of a NIC that is being made, changed or removed. */
#ifndef CHANGE_LEDGER_H
#define CHANGE_LEDGER_H

#include "change/job.h"

/*
 * Before an existing NIC is changed, or a bridge made: what we are about to add is recorded as
 * ours on top of what is, so that a kill in the middle leaves nothing that nobody owns. Returns
 * whether a record changed.
 */
bool ledger_announce(struct records *state, struct job *job);

/* Brings the record up to the plan's target. Returns whether anything changed. */
bool ledger_update(struct records *state, struct job *job);

/*
 * What was announced has not come about: the record is what it was before, or none; unless
 * something could not be taken back. Returns whether it changed.
 */
bool ledger_take_back(struct records *state, struct job *job);

/* The NIC is ours no more. */
void ledger_forget(struct records *state, struct job *job);

/* What is gone is still recorded where this fails; that does no harm, but is worth a word. */
void ledger_save_removals(struct records *state);

#endif
