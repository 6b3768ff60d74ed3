/* SPDX-License-Identifier: MIT */
/* status: each NIC as it is, against the file. */
#include "config.h"

#include "carrier.h"
#include "report.h"
#include "session.h"
#include "users.h"

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

int verb_status(const struct options *options)
{
	struct users users;
	struct session session;
	struct view *views;
	struct jobs jobs;
	int ret = session_open(&session, options, false);

	if (ret != EXIT_OK)
		return ret;
	if (!session_wanted(&session, &jobs))
		return STATUS_UNKNOWN;
	users_read(&users, carrier_pid());
	views = report_views(&session, &jobs);
	ret = session.holder_silent ? STATUS_UNKNOWN : status_of(views, jobs.n);
	report_status(&session, &jobs, views, &users, ret);
	return ret;
}
