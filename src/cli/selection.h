/* SPDX-License-Identifier: MIT */
/* What a command works with: its options, the file, the records, what it has done. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include <jansson.h>

#include "change/apply.h"
#include "cli/command.h"
#include "config/conf.h"
#include "holder/protocol.h"

/* What a command does to its NICs, or in a dry run would do. */
struct outcome {
	json_t *steps, *refused, *failed;
	size_t made, removed, changed, same; /* NICs */
};

struct selection {
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
	struct jobs stopped; /* a dry run's: what would not be as it is by now */
	/* NICs that cannot be reached, and of which it has been told */
	const char **told;
	size_t ntold, told_cap;
};

/* Does a word of the command line mean this NIC of the file: its name, a pattern, its section? */
bool word_means_nic(const char *word, const struct nic *want);

/* Is the record of a NIC of this command's file? */
bool selection_concerns(const struct selection *selection, const struct record *record);

/* Is the record, or the NIC of the file with its record (or NULL), among those that are meant? */
bool selection_means_record(const struct selection *selection, const struct record *record);
bool selection_means_nic(const struct selection *selection, const struct nic *want,
			 const struct record *record);

/* Does the file, or a record, call a NIC so? Or is a recorded NIC called so now? */
bool selection_knows(const struct selection *selection, const char *word);
bool selection_has_now(const struct selection *selection, const char *word);

#endif
