/* SPDX-License-Identifier: MIT */
/* Steps about the records: what is ours, before anybody could have to ask. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/records.h"
#include "change/steps.h"

/* No record, no NIC: where it cannot be written, all that rely on it fail. */
static void save_for(bool (*change)(struct records *state, struct job *job),
		     struct job *const *jobs, size_t n, int *results)
{
	bool *changed = xcalloc(n, sizeof(*changed)), any = false;
	size_t i;
	int ret;

	for (i = 0; i < n; i++)
		netns_ask_for_many(jobs[i]->net, n >= NETNS_MANY);
	for (i = 0; i < n; i++)
		any |= changed[i] = change(jobs[i]->state, jobs[i]);
	for (i = 0; i < n; i++)
		netns_ask_for_many(jobs[i]->net, false);
	ret = any ? records_save(jobs[0]->state) : 0;
	for (i = 0; i < n; i++)
		results[i] = changed[i] ? ret : 0;
	free(changed);
}

static void announce_many(struct job *const *jobs, size_t n, int *results)
{
	save_for(records_announce, jobs, n, results);
}

static void record_many(struct job *const *jobs, size_t n, int *results)
{
	save_for(records_update, jobs, n, results);
}

static bool cause_record(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			 int err)
{
	(void)step;
	snprintf(buf, CAUSE_TEXT, "%s: %s", records_path(job->state), strerror(err));
	return true;
}

const struct step_kind step_announce = {
	.name = "announce",
	.words = "record it as ours, so it is left as it was",
	.silent = true,
	.turn = TURN_ANNOUNCE,
	.run_many = announce_many,
	.cause = cause_record,
};

const struct step_kind step_record = {
	.name = "record",
	.words = "record it as ours, so it is left as it was",
	.silent = true,
	.turn = TURN_RECORD,
	.run_many = record_many,
	.cause = cause_record,
};

/* What became of the records after stop. */

static void forget_many(struct job *const *jobs, size_t n, int *results)
{
	size_t i;

	for (i = 0; i < n; i++)
		records_forget(jobs[i]->state, jobs[i]);
	/* what is removed and still recorded does no harm */
	records_save_removals(jobs[0]->state);
	memset(results, 0, n * sizeof(*results));
}

const struct step_kind step_forget = {
	.name = "forget",
	.words = "forget it",
	.turn = TURN_FORGET,
	.run_many = forget_many,
};

const struct step_kind step_gone = {
	.name = "forget",
	.words = "forget it",
	.silent = true,
	.turn = TURN_FORGET,
	.run_many = forget_many,
};

static void leave_many(struct job *const *jobs, size_t n, int *results)
{
	size_t i;

	for (i = 0; i < n; i++) {
		jobs[i]->record->carrier = CARRIER_NONE;
		jobs[i]->record->by_hand = false;
	}
	records_save_removals(jobs[0]->state);
	memset(results, 0, n * sizeof(*results));
}

const struct step_kind step_leave = {
	.name = "leave",
	.words = "leave it",
	.silent = true,
	.turn = TURN_LEAVE,
	.run_many = leave_many,
};
