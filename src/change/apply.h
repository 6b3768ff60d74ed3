/* SPDX-License-Identifier: MIT */
/*
 * Runs the steps of plans: the only place that changes the machine, and where an error of the
 * kernel is put into words. Each NIC is a transaction: it is there whole, or as it was before.
 */
#ifndef CHANGE_APPLY_H
#define CHANGE_APPLY_H

#include "change/job.h"

struct apply {
	struct records *records;
	bool force; /* what is in use is removed as well */
	bool stop;  /* a NIC that is in use is said to be */
	bool all_files;
	const struct jobs *next; /* what is to be started after this, or NULL */
	bool pretend;            /* a dry run: every step is told, in its order, and none is run */
	/* each step as it has been run, or would be, with its text; NULL: nobody wants to know */
	void (*tell)(const struct job *job, const struct step *step, const char *text, void *data);
	void *data;
};

/*
 * Does what is planned. A NIC that fails is undone alone, with a sentence; the others go on. A
 * signal that asks for an end lets the NICs that have been begun come to theirs, and no other one
 * begin. Returns how many failed.
 */
size_t apply(const struct apply *how, struct job *jobs, size_t n);

#endif
