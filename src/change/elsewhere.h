/* SPDX-License-Identifier: MIT */
/* Recorded NICs that are not in the network namespace that they were made in. */
#ifndef CHANGE_ELSEWHERE_H
#define CHANGE_ELSEWHERE_H

#include "change/job.h"
#include "kernel/namespaces.h"

/*
 * The namespace that the NIC was made in, by whatever name it has now. NULL with errno set; ENOENT:
 * it is gone, and the NIC with it; EXDEV: a config_tap of another namespace than ours made it in
 * its own, and looks after it; else where says which namespace cannot be looked at, "": itself.
 */
struct netns *elsewhere_origin(const struct record *record, char where[NAMESPACE_TEXT]);

/*
 * Looks in all namespaces for the NICs of those jobs whose record fits nothing where it was made.
 * What is found becomes the job's, and job->elsewhere says where it is; what has another index
 * there is objected to. Returns 0, or -errno where a namespace cannot be looked at (where says
 * which), so that NICs may be in it.
 */
int elsewhere_look(struct jobs *jobs, char where[NAMESPACE_TEXT]);

/* Is it one whose NIC was found nowhere? */
bool elsewhere_is_lost(const struct job *job);

#endif
