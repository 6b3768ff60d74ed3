/* SPDX-License-Identifier: MIT */
/* All that goes to stdout, for people or as JSON; and the mistakes of a file, to stderr. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/session.h"
#include "change/users.h"

enum view_state { VIEW_UP, VIEW_DOWN, VIEW_MISSING, VIEW_DIFFERS };

/* A NIC of the file as status sees it. */
struct view {
	enum view_state state;
	bool good;        /* it is as the file wants it */
	bool up;          /* it is there, and not down against the file's will */
	bool holder_died; /* it was held, and nobody let it go */
	uint64_t differs; /* fields */
	const char *why;  /* why it cannot be the NIC that the file means, or NULL */
};

/* One line each, to stderr, and to syslog as every error; what has been told is not told again. */
void report_mistakes(struct mistakes *mistakes);
void report_check(struct conf *conf, const struct options *options);

/*
 * A dry run: the steps of each job's plan, one a line; with --json they are kept for
 * report_steps_end(). Returns how many jobs cannot be done.
 */
size_t report_steps(struct session *session, const struct jobs *jobs);
void report_steps_end(struct session *session);

/* Compares each job's NIC with what the file wants. */
struct view *report_views(const struct session *session, struct jobs *jobs);
void report_status(const struct session *session, const struct jobs *jobs, const struct view *views,
		   const struct users *users, int status);

#endif
