/* SPDX-License-Identifier: MIT */
/* The part of a plan that is about addresses and routes. */
#ifndef CHANGE_PLAN_ADDRESS_H
#define CHANGE_PLAN_ADDRESS_H

#include "change/job.h"

/* Appends a step, to be filled in. */
struct step *plan_add(struct job *job, const struct step_kind *kind);

/* What is ours by the record and wanted no longer, or has to be recreated, goes. */
void plan_address_removals(struct job *job, const struct record *record);
/*
 * What is wanted and missing comes. up: those that make sense only on a NIC that is up, or the
 * others.
 */
void plan_address_additions(struct job *job, bool up);
void plan_route_additions(struct job *job);
/* What the kernel takes along with an address that goes comes back. */
void plan_keep(struct job *job);
/* What an adopted NIC got from us goes, and nothing else. */
void plan_address_release(struct job *job, const struct record *record);

#endif
