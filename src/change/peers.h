/* SPDX-License-Identifier: MIT */
/*
 * The peers of a vxlan: entries of its table that the file asks for. They are treated as addresses
 * are: what is ours is recorded, what others put there stays.
 */
#ifndef CHANGE_PEERS_H
#define CHANGE_PEERS_H

#include "change/job.h"

struct peers {
	struct ip *list; /* to be freed */
	size_t n;
};

/* Those that the target has, and the NIC as it was before has not. */
struct peers peers_missing(const struct job *job);
/* Those that we put there, that are still there, and that the target has no more. */
struct peers peers_left_over(const struct job *job, const struct record *record);
/* Does it have one of either? */
bool peers_differ(const struct job *job, const struct record *record);

/*
 * What is to be recorded as ours: on a NIC of ours all of the file's, on one that was there already
 * (adopted) those that we have added or add now.
 */
struct peers peers_ours(const struct job *job, const struct record *before, bool adopted);
/* What is ours while the change is being made: what was, and what comes. */
struct peers peers_ours_meanwhile(const struct job *job, const struct record *before);

#endif
