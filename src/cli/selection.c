/* SPDX-License-Identifier: MIT */
/* Which NICs the words of the command line mean. */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "cli/selection.h"
#include "config/scan.h"

static bool matches(const char *word, const char *text)
{
	return text && *text && (strcmp(word, text) == 0 || fnmatch(word, text, 0) == 0);
}

bool word_means_nic(const char *word, const struct nic *want)
{
	return matches(word, want->name) ||
	       (want->section && strcmp(word, want->section->section) == 0);
}

static bool matches_record(const char *word, const struct record *record)
{
	return matches(word, record->name) ||
	       (record->section && strcmp(word, record->section) == 0);
}

bool selection_concerns(const struct selection *selection, const struct record *record)
{
	return selection->options->all_files || records_file_has(selection->state, record);
}

bool selection_means_record(const struct selection *selection, const struct record *record)
{
	int i;

	if (!selection_concerns(selection, record))
		return false;
	for (i = 0; i < selection->options->nnics; i++)
		if (matches_record(selection->options->nics[i], record) ||
		    (selection->by_present_name[i] &&
		     matches(selection->options->nics[i], record->now)))
			return true;
	return selection->options->nnics == 0;
}

bool selection_means_nic(const struct selection *selection, const struct nic *want,
			 const struct record *record)
{
	int i;

	for (i = 0; i < selection->options->nnics; i++)
		if (word_means_nic(selection->options->nics[i], want))
			return true;
	return selection->options->nnics == 0 ||
	       (record && selection_means_record(selection, record));
}

bool selection_knows(const struct selection *selection, const char *word)
{
	size_t i;

	for (i = 0; i < selection->conf.n; i++)
		if (word_means_nic(word, &selection->conf.nics[i]))
			return true;
	for (i = 0; i < records_count(selection->state); i++)
		if (selection_concerns(selection, records_at(selection->state, i)) &&
		    matches_record(word, records_at(selection->state, i)))
			return true;
	return false;
}

bool selection_has_now(const struct selection *selection, const char *word)
{
	size_t i;

	for (i = 0; i < records_count(selection->state); i++)
		if (selection_concerns(selection, records_at(selection->state, i)) &&
		    matches(word, records_at(selection->state, i)->now))
			return true;
	return false;
}
