/* SPDX-License-Identifier: MIT */
/* status: each NIC as it is, against the file. */
#include "config.h"

#include "holder/client.h"
#include "cli/report.h"
#include "cli/session.h"
#include "change/users.h"

/* LSB's meaning of the whole, from the state of each. */
static int status_of(const struct view *views, size_t n)
{
	size_t i, good = 0, up = 0;

	for (i = 0; i < n; i++) {
		good += views[i].good;
		up += views[i].up;
	}
	return good == n ? STATUS_UP : up ? STATUS_PARTLY : STATUS_NOT_RUNNING;
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

int verb_status(const struct options *options)
{
	struct users users = { 0 };
	struct session session;
	struct view *views;
	struct jobs jobs;
	int ret = session_open(&session, options, PURPOSE_LOOK);

	if (ret != EXIT_OK)
		return ret;
	if (!session_wanted(&session, &jobs))
		return STATUS_UNKNOWN;
	if (any_carrier(&jobs))
		users_read(&users, holder_pid());
	views = report_views(&session, &jobs);
	ret = session.holder_silent || jobs.unreachable ? STATUS_UNKNOWN : status_of(views, jobs.n);
	report_status(&session, &jobs, views, &users, ret);
	return ret;
}
