/* SPDX-License-Identifier: MIT */
/* A NIC as status sees it: what is there, against what the file wants. */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "change/ovs.h"
#include "change/plan.h"
#include "cli/select.h"
#include "cli/view.h"
#include "kernel/underlay.h"
#include "nic/kind.h"

const char *view_state_name(enum view_state state)
{
	static const char *const names[] = {
		[VIEW_UP] = "up",
		[VIEW_DOWN] = "down",
		[VIEW_MISSING] = "missing",
		[VIEW_DIFFERS] = "differs",
		[VIEW_LEFT_OVER] = "left over",
		[VIEW_KEPT] = "kept",
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

/* What is recorded, and listed by no file that can be used. */
static void view_recorded(struct view *view, struct job *job, bool file_invalid)
{
	view->up = job->found.nic.num[NIC_UP];
	if (strcmp(job->name, job->record->name) != 0)
		view->why = xasprintf("renamed; it is recorded as %s", job->record->name);
	if (file_invalid) {
		view->state = view->up ? VIEW_UP : VIEW_DOWN;
	} else if (plan_has_stopped(job)) {
		view->state = VIEW_KEPT;
		view->good = true;
		view->up = false;
	} else {
		view->state = VIEW_LEFT_OVER;
	}
}

/* The file may be that of another node; or the network is not up yet. */
static void view_local(struct view *view, const struct nic *want)
{
	char ip[IP_TEXT];
	int has;

	if (want->num[NIC_MODE] != MODE_VXLAN)
		return;
	has = underlay_has_address(&want->local);
	view->unknown |= has < 0;
	ip_format(ip, &want->local);
	if (has < 0)
		view->why = xasprintf("cannot tell whether local %s is an address of this machine: "
				      "%s",
				      ip, strerror(-has));
	else if (!has)
		view->why = xasprintf("local %s is not an address of this machine", ip);
}

/* Where Open vSwitch does not answer, nobody can tell whether it has the NIC. */
static void view_switch(struct view *view, const struct job *job)
{
	const char *bridge = job->want->ovs_bridge ? job->want->ovs_bridge
			     : job->record         ? job->record->ovs_bridge
						   : NULL;

	if (!bridge || !job->found.ovs_unknown || !ovs_is_silent())
		return;
	view->unknown = true;
	view->differs &= ~NIC_BIT(NIC_OVS_BRIDGE);
	view->why = xasprintf("cannot tell whether it is in the Open vSwitch bridge %s, which does "
			      "not answer",
			      bridge);
}

static void view_compare(struct view *view, struct job *job, const struct selection *selection)
{
	uint32_t up = job->found.nic.num[NIC_UP];

	view->unknown = job->unknown;
	if (!job->found.ifindex) {
		view->state = VIEW_MISSING;
		/* where it may be, or is and cannot be looked after */
		view->why = job->objection;
		return;
	}
	selection_plan_start(selection, job);
	view->differs = job->plan.differs;
	view_switch(view, job);
	view->taken = job->plan.taken;
	if (!view->differs && !view->why)
		view->why = job->plan.refused;
	if (!view->why)
		view_local(view, job->want);
	view->good = !view->differs && !view->why;
	view->holder_died = job->record && job->record->carrier &&
			    !job->found.nic.num[NIC_CARRIER] && !selection->holder_silent;
	view->up = kind_is_known(job->found.kind) && (up || view->good);
	/* down is the plainest of the differences, where it is the only one */
	if (!up && !(view->differs & ~NIC_BIT(NIC_UP)) && !view->why)
		view->state = VIEW_DOWN;
	else
		view->state = view->good ? VIEW_UP : VIEW_DIFFERS;
	/* of thousands of NICs that are as they should be, what nobody looks at again takes room */
	if (view->good)
		plan_free(&job->plan);
}

struct views views_make(const struct selection *selection, struct jobs *jobs)
{
	struct views views = { .list = xcalloc(jobs->n, sizeof(*views.list)), .n = jobs->n };
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		struct view *view = &views.list[i];
		struct job *job = &jobs->list[i];

		if (job->want)
			view_compare(view, job, selection);
		else
			view_recorded(view, job, selection->file_invalid);
		views.good += view->good;
		views.up += view->up;
		views.unknown += view->unknown;
		views.left_over += view->state == VIEW_LEFT_OVER;
		views.kept += view->state == VIEW_KEPT;
		views.away += job->want &&
			      (job->elsewhere || (view->state == VIEW_MISSING && view->why));
	}
	return views;
}
