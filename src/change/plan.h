/* SPDX-License-Identifier: MIT */
/*
 * From the NIC wanted and the NIC found to the steps between them. Pure: it asks nothing, does
 * nothing, and the same input gives the same steps.
 */
#ifndef CHANGE_PLAN_H
#define CHANGE_PLAN_H

#include "nic/link.h"
#include "change/records.h"

struct job;
struct step_kind;

struct step {
	const struct step_kind *kind; /* a row of steps.h */
	enum nic_field field;         /* of step_set */
	union {
		struct address address; /* of step_address_* */
		struct route route;     /* of step_route_* */
	};
};

struct plan {
	struct step *steps;
	size_t n, cap;
	struct nic target;  /* what the steps lead to */
	struct link before; /* what they lead from: the kernel's NIC, or a new device */
	uint64_t fields;    /* the fields that were compared */
	uint64_t differs;   /* those that differ */
	char *refused;      /* why nothing can be done; NULL where it can */
};

/*
 * What start does with the job's NIC; with job->hand, what hold or release does: the same for the
 * link alone.
 */
void plan_start(struct job *job);

/* What stop does with a NIC of ours; in_use: who uses it, or NULL. job->force: even so. */
void plan_stop(struct job *job, const char *in_use);

/* Releases the steps; the NICs' own memory is not the plan's. */
void plan_free(struct plan *plan);

/* Is the NIC found the very one that the record is of? */
bool plan_is_ours(const struct link *found, const struct record *record);

#endif
