/* SPDX-License-Identifier: MIT */
/* What the records say of a NIC that is being made, changed or removed. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ifreq.h"
#include "change/records.h"
#include "config/scan.h"
#include "change/differ.h"
#include "base/compat.h"
#include "base/log.h"
#include "change/peers.h"
#include "nic/kind.h"
#include "change/steps.h"
#include "base/util.h"

/* Indexes to ask for: above those that the kernel gives, which counts from 1. */
#define FIRST_INDEX (1 << 20)
#define LAST_INDEX (1 << 24)

static void record_address(struct record *record, size_t *cap, const struct address *a)
{
	record->addresses =
		array_grow(record->addresses, cap, record->naddresses, sizeof(*record->addresses));
	record->addresses[record->naddresses++] = *a;
}

static void record_route(struct record *record, size_t *cap, const struct route *route)
{
	record->routes = array_grow(record->routes, cap, record->nroutes, sizeof(*record->routes));
	record->routes[record->nroutes++] = *route;
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_record(const struct record *a, const struct record *b)
{
	size_t i;

	if (a->npeers != b->npeers || a->implicit != b->implicit || a->carrier != b->carrier ||
	    a->sink != b->sink || a->set != b->set || a->on_stop != b->on_stop ||
	    memcmp(a->mac, b->mac, sizeof(a->mac)) != 0 || a->mode != b->mode ||
	    a->raised != b->raised || a->naddresses != b->naddresses || a->nroutes != b->nroutes ||
	    !same_text(a->bridge, b->bridge) || !same_text(a->ovs_bridge, b->ovs_bridge) ||
	    !same_text(a->file, b->file) || !same_text(a->section, b->section))
		return false;
	for (i = 0; i < a->naddresses; i++)
		if (!address_find_host(b->addresses, b->naddresses, &a->addresses[i]))
			return false;
	for (i = 0; i < a->nroutes; i++)
		if (!route_find(b->routes, b->nroutes, &a->routes[i]))
			return false;
	for (i = 0; i < a->npeers; i++)
		if (!ip_same(&a->peers[i], &b->peers[i]))
			return false;
	return true;
}

/*
 * What of the file's addresses and routes is ours: all on a NIC of ours, which a kill may have
 * left with some of them; on one that was there already, only what we have added or add now.
 */
static void record_lists(struct record *record, const struct record *before, const struct job *job)
{
	const struct nic *want = job->want, *found = &job->found.nic;
	size_t i, cap = 0;

	for (i = 0; i < want->naddresses; i++)
		if (!record->adopted ||
		    address_find_host(before->addresses, before->naddresses, &want->addresses[i]) ||
		    !address_find_host(found->addresses, found->naddresses, &want->addresses[i]))
			record_address(record, &cap, &want->addresses[i]);
	for (cap = i = 0; i < want->nroutes; i++)
		if (!record->adopted ||
		    route_find(before->routes, before->nroutes, &want->routes[i]) ||
		    !route_find(found->routes, found->nroutes, &want->routes[i]))
			record_route(record, &cap, &want->routes[i]);
}

/* Takes the list over. */
static void record_peers(struct record *record, struct peers peers)
{
	record->peers = peers.list;
	record->npeers = peers.n;
}

static struct record *add_record(struct records *state, const struct job *job)
{
	struct record *record = records_add(state, job->net, job->want->name, job->ifindex);

	record->serial = netns_device_serial(job->net, job->name, 0);
	return record;
}

/* As spelled; a file without sections describes one NIC, which has a name only. */
static char *section_of(const struct nic *want)
{
	return xstrdup(want->section ? want->section->section : want->name);
}

/* Does the plan bring a NIC up that was down? */
static bool raises(const struct job *job)
{
	return (job->plan.differs & NIC_BIT(NIC_UP)) && job->plan.target->num[NIC_UP];
}

/* The fields that we have set, as far as is known. */
static uint64_t recorded_fields(const struct job *job, bool adopted, uint64_t before)
{
	uint64_t set = job->want->set;

	/* what was so before is not taken back when the file, or the NIC, is done with */
	if (adopted)
		set &= before | job->plan.differs;
	/* the kernel does not tell the size: that it is not the default is known by this bit */
	if (!job->want->num[NIC_VNET_HDR_SIZE])
		set &= ~NIC_BIT(NIC_VNET_HDR_SIZE);
	/* these are left alone while somebody is attached, and stay to be done */
	if (!job_is_new(job) && differ_has_reader(&job->found))
		set = (set & ~NIC_BIT(NIC_VNET_HDR_SIZE)) | (before & DIFFER_READER);
	return set;
}

/* What the file says needs no remembering; what it does not say stays until stop. */
static bool update_by_hand(struct job *job)
{
	struct record *record = job->record, before = *record;

	record->carrier = job->plan.target->num[NIC_CARRIER];
	record->sink = record->carrier ? job->plan.target->num[NIC_SINK] : SINK_READ;
	record->by_hand = record->carrier != job->want->num[NIC_CARRIER];
	return record->carrier != before.carrier || record->by_hand != before.by_hand;
}

bool records_update(struct records *state, struct job *job)
{
	struct record *record = job->record, before;

	if (job->part)
		return record && update_by_hand(job);
	if (!record || job_is_new(job)) {
		job->record = record = add_record(state, job);
		record->adopted = !job_is_new(job);
	}
	before = *record;
	record->mode = job->want->num[NIC_MODE];
	record->file = records_file(state);
	record->section = section_of(job->want);
	record->set = recorded_fields(job, record->adopted, before.set);
	record->on_stop = job->want->num[NIC_ON_STOP];
	record->bridge = job->want->bridge;
	record->ovs_bridge = job->want->ovs_bridge;
	record->carrier = job->plan.target->num[NIC_CARRIER];
	record->sink = record->carrier ? job->plan.target->num[NIC_SINK] : SINK_READ;
	record->addresses = NULL;
	record->routes = NULL;
	record->naddresses = record->nroutes = 0;
	/* a bridge whose section is gone, and that NICs still name; that of others stays theirs */
	record->implicit = record->mode == MODE_BRIDGE && !job->want->section && !record->adopted;
	record_lists(record, &before, job);
	record_peers(record, peers_ours(job, &before, record->adopted));
	memcpy(record->mac,
	       job_is_new(job) || (job->plan.differs & NIC_BIT(NIC_MAC)) ? job->plan.target->mac
									 : job->found.nic.mac,
	       sizeof(record->mac));
	if (record->mode == MODE_VXLAN)
		record->underlay = netns_get(NULL)->id;
	/* the index of the bridge is known by now as well */
	return job_is_new(job) || job_find_step(job, &step_bridge_add) ||
	       !same_record(record, &before);
}

/* Keeps a copy of the NIC's record, for records_take_back(). */
static void records_keep(struct job *job)
{
	const struct record *from = job->record;
	struct record *copy = xcalloc(1, sizeof(*copy));
	size_t i, cap;

	*copy = *from;
	copy->addresses = NULL;
	copy->routes = NULL;
	copy->naddresses = copy->nroutes = 0;
	for (cap = i = 0; i < from->naddresses; i++)
		record_address(copy, &cap, &from->addresses[i]);
	for (cap = i = 0; i < from->nroutes; i++)
		record_route(copy, &cap, &from->routes[i]);
	copy->peers = xcalloc(from->npeers, sizeof(*copy->peers));
	if (from->npeers)
		memcpy(copy->peers, from->peers, from->npeers * sizeof(*copy->peers));
	job->recorded = copy;
}

/* An index that no interface has: the one that is going to have it is known by it. */
static int free_index(const struct netns *net)
{
	char name[IFNAMSIZ];
	uint32_t index;

	do {
		if (random_fill(&index, sizeof(index)) < 0)
			index = (uint32_t)now_ms();
		index = FIRST_INDEX + index % (LAST_INDEX - FIRST_INDEX);
	} while (ifreq_get_name(net->sock, (int)index, name) == 0);
	return (int)index;
}

/*
 * What does not die with a descriptor is recorded before it is made: with the index that it asks
 * for then, and a MAC that is drawn here where it has none.
 */
static bool announce_new(struct records *state, struct job *job)
{
	const struct record before = { 0 };
	struct nic *target = job->plan.target;

	if (kind_of(job->want)->has_descriptor)
		return false;
	job->ifindex = free_index(job->net);
	if (!memcmp(target->mac, "\0\0\0\0\0", 6)) {
		if (random_fill(target->mac, sizeof(target->mac)) < 0)
			target->mac[5] = 1;
		/* locally administered, unicast */
		target->mac[0] = (uint8_t)((target->mac[0] | 2) & ~1);
	}
	job->record = records_add(state, job->net, job->want->name, job->ifindex);
	job->record->mode = job->want->num[NIC_MODE];
	job->record->file = records_file(state);
	job->record->section = section_of(job->want);
	job->record->on_stop = ON_STOP_DELETE;
	memcpy(job->record->mac, target->mac, sizeof(target->mac));
	/* or what a kill leaves would be where, and have addresses that, somebody else gave it */
	job->record->bridge = job->want->bridge;
	job->record->ovs_bridge = job->want->ovs_bridge;
	job->record->set = recorded_fields(job, false, 0);
	record_lists(job->record, &before, job);
	record_peers(job->record, peers_ours(job, &before, false));
	return true;
}

static bool is_stale(const struct job *job, const struct record *bridge)
{
	char name[IFNAMSIZ];

	return bridge->id.ifindex &&
	       ifreq_get_name(job->net->sock, bridge->id.ifindex, name) == -ENODEV;
}

static bool joins_bridge(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == &step_set && job->plan.steps[i].field == NIC_BRIDGE)
			return job->want->bridge;
	return false;
}

bool records_announce(struct records *state, struct job *job)
{
	struct record *record = job->record, *bridge;
	size_t i, address_cap, route_cap;
	bool changed = false;
	uint64_t set;

	job->announced = true;
	bridge = job_find_step(job, &step_bridge_add)
			 ? records_find(state, job->net, job->want->bridge)
			 : NULL;
	/* it was deleted: another one is made, with another index */
	if (bridge && is_stale(job, bridge))
		bridge = NULL;
	/* a NIC of ours had the name, and is gone */
	if (job_find_step(job, &step_bridge_add) && (!bridge || !bridge->implicit)) {
		bridge = records_add(state, job->net, job->want->bridge, 0);
		bridge->implicit = true;
		bridge->mode = MODE_BRIDGE;
		bridge->file = records_file(state);
		bridge->section = xstrdup(job->want->bridge);
		memcpy(bridge->mac, job->bridge_mac, sizeof(bridge->mac));
		changed = true;
	}
	if (job_is_new(job))
		return announce_new(state, job) || changed;
	if (record && job->plan.n)
		records_keep(job);
	if (!record) {
		job->record = record = add_record(state, job);
		record->adopted = true;
		record->on_stop = job->want->num[NIC_ON_STOP];
		record->mode = job->want->num[NIC_MODE];
		record->file = records_file(state);
		record->section = section_of(job->want);
		changed = true;
	}
	if (record->adopted && !record->raised && raises(job))
		record->raised = changed = true;
	/* nor would what a kill leaves be taken back when the file is done with it */
	set = job->part ? 0 : job->want->set & job->plan.differs & ~NIC_BIT(NIC_VNET_HDR_SIZE);
	if (set & ~record->set) {
		record->set |= set;
		changed = true;
	}
	/* one that leaves a bridge of ours for another is ours to find in the old one, too */
	if (!record->bridge && joins_bridge(job)) {
		record->bridge = job->want->bridge;
		changed = true;
	}
	if (job_find_step(job, &step_peers_add)) {
		record_peers(record, peers_ours_meanwhile(job, record));
		changed = true;
	}
	address_cap = record->naddresses;
	route_cap = record->nroutes;
	for (i = 0; i < job->plan.n; i++) {
		const struct step *step = &job->plan.steps[i];

		/* what is only recreated was there before */
		if (step->kind == &step_address_add &&
		    !address_find_host(job->found.nic.addresses, job->found.nic.naddresses,
				       step->address) &&
		    !address_find_host(record->addresses, record->naddresses, step->address))
			record_address(record, &address_cap, step->address);
		else if (step->kind == &step_route_add &&
			 !route_find(record->routes, record->nroutes, step->route))
			record_route(record, &route_cap, step->route);
		else
			continue;
		changed = true;
	}
	return changed;
}

/* A device that was to be recreated is still the old one if that could not be deleted. */
static bool is_still_there(const struct job *job)
{
	char name[IFNAMSIZ];

	return job->found.ifindex && job->record->id.ifindex == job->found.ifindex &&
	       ifreq_get_name(job->net->sock, job->found.ifindex, name) != -ENODEV;
}

/* What could not be taken back is there: what was recorded, and what is, both are ours. */
static bool keep_all(struct records *state, struct job *job)
{
	const struct record *before = job->recorded;
	struct record *record = job->record;
	size_t i, address_cap, route_cap;

	if (!record)
		return records_update(state, job);
	address_cap = record->naddresses;
	route_cap = record->nroutes;
	for (i = 0; before && i < before->naddresses; i++)
		if (!address_find_host(record->addresses, record->naddresses,
				       &before->addresses[i]))
			record_address(record, &address_cap, &before->addresses[i]);
	if (before && before->npeers)
		record_peers(record, peers_ours_meanwhile(job, before));
	for (i = 0; before && i < before->nroutes; i++)
		if (!route_find(record->routes, record->nroutes, &before->routes[i]))
			record_route(record, &route_cap, &before->routes[i]);
	return true;
}

bool records_take_back(struct records *state, struct job *job)
{
	struct record announced;

	if (job->undo_failed)
		return keep_all(state, job);
	/* what was not begun is recorded as it is */
	if (!job->record || (!job->announced && !job_is_new(job)) ||
	    (job_is_new(job) && is_still_there(job)))
		return false;
	if (job_is_new(job) || !job->recorded) {
		records_forget(state, job);
		return true;
	}
	announced = *job->record;
	*job->record = *job->recorded;
	return !same_record(&announced, job->record);
}

void records_forget(struct records *state, struct job *job)
{
	if (job->record)
		records_remove(state, job->record);
	job->record = NULL;
}

void records_save_removals(struct records *state)
{
	int ret = records_save(state);

	if (ret < 0)
		log_warning("%s: cannot be written: %s; what was removed is still recorded "
			    "there, which does no harm",
			    records_path(state), strerror(-ret));
}
