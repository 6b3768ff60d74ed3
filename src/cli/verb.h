/* SPDX-License-Identifier: MIT */
/* The commands, one function each, and the exit status that LSB gives them. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdbool.h>

/*
 * Linux Standard Base 5.0, Core, 22.2 "Init Script Actions": the first table is for actions, the
 * second for status.
 */
enum exit_status {
	EXIT_OK = 0,
	EXIT_ERROR = 1,
	EXIT_BAD_ARGUMENT = 2,
	EXIT_NO_PRIVILEGE = 4,
	EXIT_NOT_CONFIGURED = 6,
};

enum exit_of_status {
	STATUS_UP = 0,
	STATUS_PARTLY = 1,
	STATUS_NOT_RUNNING = 3,
	STATUS_UNKNOWN = 4,
};

struct options {
	const char *config, *run_dir;
	bool dry_run, json, force, quiet, verbose;
	char **nics; /* the NICs named on the command line */
	int nnics;   /* 0: all */
};

/* Each returns the exit status. */
int verb_start(const struct options *options);
int verb_stop(const struct options *options);
int verb_restart(const struct options *options);
int verb_try_restart(const struct options *options);
int verb_reload(const struct options *options);
int verb_hold(const struct options *options);
int verb_release(const struct options *options);
int verb_status(const struct options *options);
int verb_check(const struct options *options);

#endif
