/* SPDX-License-Identifier: MIT */
/* What every command begins with: the file, the records, the NICs that are meant. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <jansson.h>

#include "change/apply.h"
#include "cli/command.h"
#include "config/conf.h"
#include "holder/protocol.h"

/* What a command does to its NICs, or in a dry run would do. */
struct outcome {
	json_t *steps, *refused, *failed;
	size_t made, removed, changed, same; /* NICs */
	/* a dry run's: the NICs that would be gone by now */
	char **gone;
	size_t ngone, gone_cap;
};

struct session {
	const struct options *options;
	struct options own; /* with what the file adds for init */
	struct conf conf;
	char *file; /* its real path, by which the records know it */
	struct records *state;
	bool *by_present_name; /* of each NIC named: what NICs are called now counts as well */
	/* what the holder holds; sorted */
	struct hold_entry *held;
	size_t nheld;
	bool file_invalid;  /* or missing; of a command that changes something it is the end */
	bool changes;       /* the command is one that changes something */
	bool holder_silent; /* it runs, and does not answer */
	struct outcome outcome;
	/* NICs that cannot be reached, and of which it has been told */
	const char **told;
	size_t ntold, told_cap;
};

/* What a command is about to do. */
enum purpose { PURPOSE_LOOK, PURPOSE_CHANGE, PURPOSE_STOP };

/*
 * Reads the file and the records; takes the lock to change something, unless it is a dry run. Tells
 * what is wrong. Returns EXIT_OK, or the exit status with which the command must end.
 */
int session_open(struct session *session, const struct options *options, enum purpose purpose);

/* Does a word of the command line mean this NIC of the file: its name, a pattern, its section? */
bool session_word_means(const char *word, const struct nic *want);

/* Is the record of a NIC of this command's file? */
bool session_concerns(const struct session *session, const struct record *record);

/*
 * One job for each NIC of the file that is meant, or for each record that is. NICs whose network
 * namespace cannot be entered are told and counted, or left out where they went with it. Returns
 * false where the kernel could not be asked.
 */
bool session_wanted(struct session *session, struct jobs *jobs);
bool session_recorded(struct session *session, struct jobs *jobs);

/* Plans the start of one job. */
void session_plan_start(struct job *job);

#endif
