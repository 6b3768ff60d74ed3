/* SPDX-License-Identifier: MIT */
/* status: each NIC as it is, against the file. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/differ.h"
#include "change/path_mtu.h"
#include "change/users.h"
#include "cli/stop.h"
#include "cli/select.h"
#include "cli/status.h"
#include "cli/suit.h"
#include "holder/client.h"
#include "change/plan.h"

#define DEFAULT_DESC "persistent TUN/TAP interfaces"

const char *status_desc(const struct status *status)
{
	const char *desc = status->selection->conf.desc;

	return desc && *desc ? desc : DEFAULT_DESC;
}

bool status_is_left_out(const struct status *status, size_t i)
{
	return status->selection->options->failed && status->views->list[i].good;
}

/* LSB's meaning of the whole, in the order in which one outweighs the next. */
static int status_of(const struct selection *selection, const struct jobs *jobs,
		     const struct views *views)
{
	if (selection->file_invalid)
		return EXIT_NOT_CONFIGURED;
	if (selection->holder_silent || jobs->unreachable || views->unknown)
		return STATUS_UNKNOWN;
	if (views->good == views->n)
		return STATUS_UP;
	return views->up || views->left_over || views->away ? STATUS_PARTLY : STATUS_NOT_RUNNING;
}

/*
 * A NIC without carrier has nobody attached, but for one who took the carrier away: his name is
 * not worth a look at every process of the machine.
 */
static bool any_carrier(const struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].found.carrier)
			return true;
	return false;
}

/*
 * Behind the NICs of the file: what was made from it, and has left it since. unknown: so many may
 * be left over as well, which was told.
 */
static bool add_left_over(struct selection *selection, struct jobs *jobs, size_t *unknown)
{
	struct jobs recorded;
	size_t i;

	if (!selection_recorded(selection, &recorded, selection_left_over, NULL))
		return false;
	*unknown = selection_unknown(&recorded, true);
	for (i = 0; i < recorded.n; i++) {
		struct job *job = &recorded.list[i];

		if (!plan_is_ours(&job->found, job->record))
			continue;
		jobs->list = array_grow(jobs->list, &jobs->cap, jobs->n, sizeof(*jobs->list));
		jobs->list[jobs->n++] = *job;
	}
	free(recorded.list);
	return true;
}

/* status --for: what the consumer would reject of the NICs, as they are. */
static int status_for(const struct selection *selection, const struct jobs *jobs,
		      const struct users *users)
{
	bool unknown = selection->holder_silent || selection_unknown(jobs, false);
	struct suit suit;
	int status;
	size_t i;

	if (!suit_begin(&suit, selection->options, &status))
		return status;
	for (i = 0; i < jobs->n; i++) {
		const struct link *found = &jobs->list[i].found;
		struct nic nic = found->nic;
		size_t at = 0;

		/* what is not there has its name from the file */
		if (!found->ifindex)
			nic = *jobs->list[i].want;
		suit_judge(&suit, &(struct candidate){
					  .nic = &nic,
					  .found = found,
					  .attached = users_next(users, &at, jobs->list[i].name,
								 jobs->list[i].net) ||
						      differ_has_reader(found) || found->queues,
				  });
	}
	status = suit_end(&suit);
	return unknown ? STATUS_UNKNOWN : status;
}

int command_status(const struct options *options)
{
	struct users users = { 0 };
	struct selection selection;
	struct status status;
	struct views views;
	struct jobs jobs = { 0 };
	size_t i, unknown = 0;
	int ret = selection_open(&selection, options, PURPOSE_LOOK);

	if (ret != EXIT_OK)
		return selection.file_invalid ? EXIT_NOT_CONFIGURED : ret;
	if (options->consumer && strcmp(options->consumer, "list") == 0)
		return status_for(&selection, &jobs, &users);
	if (!selection_wanted(&selection, &jobs, NULL, NULL) ||
	    !add_left_over(&selection, &jobs, &unknown))
		return selection.file_invalid ? EXIT_NOT_CONFIGURED : STATUS_UNKNOWN;
	if (any_carrier(&jobs))
		users_read(&users, holder_pid());
	if (options->consumer && !selection.file_invalid)
		return status_for(&selection, &jobs, &users);
	views = views_make(&selection, &jobs);
	views.unknown += unknown;
	for (i = 0; i < jobs.n && !options->quiet; i++)
		path_mtu_warn(&jobs.list[i]);
	status = (struct status){ &selection, &jobs, &views, &users,
				  status_of(&selection, &jobs, &views) };
	if (options->json)
		status_print_json(&status);
	else if (!options->quiet)
		status_print_text(&status);
	return status.exit;
}
