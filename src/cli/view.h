/* SPDX-License-Identifier: MIT */
/* A NIC as status sees it: what is there, against what the file wants. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "cli/selection.h"

enum view_state {
	VIEW_UP,
	VIEW_DOWN,
	VIEW_MISSING,
	VIEW_DIFFERS,
	VIEW_LEFT_OVER, /* ours, and the file does not list it */
	VIEW_KEPT,      /* so as well, and its on_stop has it stay as it is */
};

struct view {
	enum view_state state;
	bool good;        /* it is as the file wants it, or the one that had it last */
	bool up;          /* it is there, and not down against the file's will */
	bool holder_died; /* it was held, and nobody let it go */
	bool unknown;     /* something of it could not be asked */
	bool taken;       /* somebody else has put it into a bridge, bond or switch */
	uint64_t differs; /* fields */
	const char *why;  /* why it cannot be the NIC that the file means, or NULL */
};

/* One for each job, in the order of the jobs, and what they come to. */
struct views {
	struct view *list;
	size_t n, good, up;
	size_t left_over, kept, unknown;
	size_t away; /* of the file, and not where it was made */
};

/* The word for a state, in the table and in JSON. */
const char *view_state_name(enum view_state state);

/* The word for the link of a NIC found; "" where there is none. */
const char *view_link_name(const struct link *found);

/*
 * Compares each job's NIC with what the file wants. A job that the file has no NIC for is left
 * over, or kept; where the file cannot be used it is what it is, and no NIC is good.
 */
struct views views_make(const struct selection *selection, struct jobs *jobs);

#endif
