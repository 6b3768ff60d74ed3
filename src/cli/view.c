/* SPDX-License-Identifier: MIT */
/* A NIC as status sees it: what is there, against what the file wants. */
#include "config.h"

#include "base/util.h"
#include "cli/view.h"

const char *view_state_name(enum view_state state)
{
	static const char *const names[] = {
		[VIEW_UP] = "up",
		[VIEW_DOWN] = "down",
		[VIEW_MISSING] = "missing",
		[VIEW_DIFFERS] = "differs",
	};

	return names[state];
}

const char *view_link_name(const struct link *found)
{
	if (!found->ifindex)
		return "";
	if (!found->carrier)
		return "no carrier";
	return found->nic.num[NIC_CARRIER] == CARRIER_HOLD     ? "held"
	       : found->nic.num[NIC_CARRIER] == CARRIER_SHARED ? "shared"
							       : "up";
}

static void view_compare(struct view *view, struct job *job, bool holder_silent)
{
	uint32_t up = job->found.nic.num[NIC_UP];

	if (!job->found.ifindex) {
		view->state = VIEW_MISSING;
		return;
	}
	session_plan_start(job, false);
	view->differs = job->plan.differs;
	if (!view->differs)
		view->why = job->plan.refused;
	view->good = !view->differs && !view->why;
	view->holder_died = job->record && job->record->carrier &&
			    !job->found.nic.num[NIC_CARRIER] && !holder_silent;
	view->up = link_is_tuntap(&job->found) && (up || view->good);
	/* down is the plainest of the differences, where it is the only one */
	if (!up && !(view->differs & ~NIC_BIT(NIC_UP)) && !view->why)
		view->state = VIEW_DOWN;
	else
		view->state = view->good ? VIEW_UP : VIEW_DIFFERS;
}

struct view *views_make(const struct session *session, struct jobs *jobs)
{
	struct view *views = xcalloc(jobs->n, sizeof(*views));
	size_t i;

	for (i = 0; i < jobs->n; i++)
		view_compare(&views[i], &jobs->list[i], session->holder_silent);
	return views;
}
