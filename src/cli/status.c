/* SPDX-License-Identifier: MIT */
/* status: each NIC as it is, against the file. */
#include "config.h"

#include "change/users.h"
#include "cli/session.h"
#include "cli/status.h"
#include "holder/client.h"

#define DEFAULT_DESC "persistent TUN/TAP interfaces"

const char *status_desc(const struct status *status)
{
	const char *desc = status->session->conf.desc;

	return desc && *desc ? desc : DEFAULT_DESC;
}

bool status_is_left_out(const struct status *status, size_t i)
{
	return status->session->options->failed && status->views[i].good;
}

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

int command_status(const struct options *options)
{
	struct users users = { 0 };
	struct session session;
	struct status status;
	struct jobs jobs;
	int ret = session_open(&session, options, PURPOSE_LOOK);

	if (ret != EXIT_OK)
		return ret;
	if (!session_wanted(&session, &jobs))
		return STATUS_UNKNOWN;
	if (any_carrier(&jobs))
		users_read(&users, holder_pid());
	status = (struct status){ &session, &jobs, views_make(&session, &jobs), &users, 0 };
	status.exit = session.holder_silent || jobs.unreachable ? STATUS_UNKNOWN
								: status_of(status.views, jobs.n);
	if (options->json)
		status_print_json(&status);
	else if (!options->quiet)
		status_print_text(&status);
	return status.exit;
}
