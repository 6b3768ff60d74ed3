/* SPDX-License-Identifier: MIT */
/* What a dry run would have left behind, for what is planned after it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/peers.h"
#include "change/pretend.h"
#include "change/steps.h"

/* The name becomes what the file says again: what is made is called so. */
static void show_deleted(const struct job *stopped, const struct step *step, struct job *job)
{
	(void)stopped;
	(void)step;
	link_clear(&job->found);
	job->found.wanted_index = 0;
	snprintf(job->name, sizeof(job->name), "%s", job->want->name);
	snprintf(job->found.nic.name, sizeof(job->found.nic.name), "%s", job->name);
	job->record = NULL;
}

static void show_forgotten(const struct job *stopped, const struct step *step, struct job *job)
{
	(void)stopped;
	(void)step;
	job->record = NULL;
}

static void show_address_gone(const struct job *stopped, const struct step *step, struct job *job)
{
	struct nic *nic = &job->found.nic;
	size_t i, n = 0;

	(void)stopped;
	for (i = 0; i < nic->naddresses; i++)
		if (!address_same_key(&nic->addresses[i], step->address))
			nic->addresses[n++] = nic->addresses[i];
	nic->naddresses = n;
}

static void show_route_gone(const struct job *stopped, const struct step *step, struct job *job)
{
	struct nic *nic = &job->found.nic;
	size_t i, n = 0;

	(void)stopped;
	for (i = 0; i < nic->nroutes; i++)
		if (!route_same(&nic->routes[i], step->route))
			nic->routes[n++] = nic->routes[i];
	nic->nroutes = n;
}

static void show_peers_gone(const struct job *stopped, const struct step *step, struct job *job)
{
	struct peers gone = peers_left_over(stopped, stopped->record);
	struct nic *nic = &job->found.nic;
	size_t i, n = 0;

	(void)step;
	for (i = 0; i < nic->npeers; i++)
		if (!peers_have(gone.list, gone.n, &nic->peers[i]))
			nic->peers[n++] = nic->peers[i];
	nic->npeers = n;
	free(gone.list);
}

static void show_out_of_bridge(struct link *found)
{
	free(found->nic.bridge);
	found->nic.bridge = NULL;
	found->master = 0;
}

/* Nothing else is set at stop. */
static void show_set(const struct job *stopped, const struct step *step, struct job *job)
{
	(void)stopped;
	if (step->field == NIC_BRIDGE)
		show_out_of_bridge(&job->found);
}

static void show_out_of_switch(const struct job *stopped, const struct step *step, struct job *job)
{
	(void)stopped;
	(void)step;
	free(job->found.nic.ovs_bridge);
	job->found.nic.ovs_bridge = NULL;
	job->found.ovs_ours = false;
	job->found.master = 0;
}

/* The kernel takes the routes along, and IPv6 addresses (unless keep_addr_on_down is set). */
static void show_down(const struct job *stopped, const struct step *step, struct job *job)
{
	struct nic *nic = &job->found.nic;
	size_t i, n = 0;

	(void)stopped;
	(void)step;
	nic->num[NIC_UP] = 0;
	job->found.flags &= ~(unsigned)IFF_UP;
	nic->nroutes = 0;
	for (i = 0; i < nic->naddresses; i++)
		if (nic->addresses[i].ip.family != AF_INET6)
			nic->addresses[n++] = nic->addresses[i];
	nic->naddresses = n;
}

static void show_released(const struct job *stopped, const struct step *step, struct job *job)
{
	(void)stopped;
	(void)step;
	job->found.nic.num[NIC_CARRIER] = CARRIER_NONE;
	job->found.nic.num[NIC_SINK] = SINK_READ;
	job->found.carrier = false;
}

/* Nobody holds it, by hand neither. */
static void show_left(const struct job *stopped, const struct step *step, struct job *job)
{
	(void)stopped;
	(void)step;
	job->record->carrier = CARRIER_NONE;
	job->record->by_hand = false;
}

static const struct {
	const struct step_kind *kind;
	void (*show)(const struct job *stopped, const struct step *step, struct job *job);
} effects[] = {
	{ &step_release, show_released },
	{ &step_address_del, show_address_gone },
	{ &step_route_del, show_route_gone },
	{ &step_peers_del, show_peers_gone },
	{ &step_set, show_set },
	{ &step_switch, show_out_of_switch },
	{ &step_down, show_down },
	{ &step_leave, show_left },
	{ &step_forget, show_forgotten },
	{ &step_delete, show_deleted },
};

static void show_stopped(const struct job *stopped, struct job *job)
{
	size_t i, k;

	for (i = 0; i < stopped->plan.n && job->found.ifindex; i++)
		for (k = 0; k < ARRAY_SIZE(effects); k++)
			if (stopped->plan.steps[i].kind == effects[k].kind)
				effects[k].show(stopped, &stopped->plan.steps[i], job);
}

void pretend_stopped(const struct jobs *stopped, struct jobs *next)
{
	size_t i, k;

	for (i = 0; i < stopped->n; i++) {
		const struct job *done = &stopped->list[i];

		for (k = 0; !done->failed && done->found.ifindex && k < next->n; k++) {
			struct job *job = &next->list[k];

			if (job->net != done->net)
				continue;
			if (job->found.ifindex == done->found.ifindex)
				show_stopped(done, job);
			else if (job->found.master == done->found.ifindex &&
				 job_find_step(done, &step_delete))
				show_out_of_bridge(&job->found);
		}
	}
}
