/* SPDX-License-Identifier: MIT */
/*
 * Runs the steps of plans: the only place that changes the machine, and where an error of the
 * kernel is put into words. Each NIC is a transaction: it is there whole, or as it was before.
 */
#ifndef CHANGE_APPLY_H
#define CHANGE_APPLY_H

#include "kernel/netns.h"
#include "change/plan.h"
#include "change/records.h"

/* One NIC and what is to be done with it. */
struct job {
	const char *name;
	const struct nic *want; /* NULL at stop */
	struct link found;
	struct netns *net;
	struct record *record; /* NULL: not ours */
	struct plan plan;
	bool bridge_missing; /* the bridge that want names does not exist */

	unsigned char bridge_mac[6];

	/* apply's own */
	struct records *state;
	struct record *recorded; /* what was recorded before a change; NULL: nothing */
	int fd, ifindex;
	size_t done;             /* steps that have been run */
	const char *failed_call; /* within a step of several, the one that failed */
	char *failed_text;       /* what another program said of its failure, or NULL */
	bool failed;
};

/*
 * Makes the NICs as planned, and records them as ours before they become persistent. A NIC that
 * fails is undone alone, with a sentence; the others go on. Returns how many failed.
 */
size_t apply_start(struct records *state, struct job *jobs, size_t n);

/* Holds or releases as planned, and nothing else. Returns how many failed. */
size_t apply_hand(struct records *state, struct job *jobs, size_t n);

/* Removes, or brings down, as planned. Returns how many failed. */
size_t apply_stop(struct records *state, struct job *jobs, size_t n);

#endif
