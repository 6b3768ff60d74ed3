/* SPDX-License-Identifier: MIT */
/* In which fields the NIC found is not what the file, or the record of a former file, asks for. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "change/differ.h"
#include "change/job.h"
#include "change/peers.h"
#include "base/util.h"
#include "nic/key.h"
#include "nic/kind.h"

/* What is compared entry by entry: others may have added theirs. */
#define ENTRY_FIELDS (NIC_BIT(NIC_BROADCAST) | NIC_BIT(NIC_PEER) | NIC_BIT(NIC_DAD))
#define LIST_FIELDS (NIC_BIT(NIC_ADDRESS) | NIC_BIT(NIC_ROUTES) | NIC_BIT(NIC_PEERS) | ENTRY_FIELDS)
/* What goes back to its default when the file sets it no longer. */
#define RESTORED_FIELDS                                                                            \
	(NIC_BIT(NIC_MTU) | NIC_BIT(NIC_TXQUEUELEN) | NIC_BIT(NIC_ALIAS) | NIC_BIT(NIC_PROMISC) |  \
	 NIC_BIT(NIC_ALLMULTI) | NIC_BIT(NIC_MULTICAST) | NIC_BIT(NIC_ARP) | NIC_BIT(NIC_GROUP) |  \
	 NIC_BIT(NIC_LINK_GROUP) | NIC_BIT(NIC_BRIDGE) | NIC_BIT(NIC_OVS_BRIDGE) | DIFFER_READER | \
	 NIC_BIT(NIC_STP) | NIC_BIT(NIC_IPV6) | NIC_BIT(NIC_LINK_LOCAL) | ENTRY_FIELDS)
/* What holds for every NIC of ours, whether the file mentions it or not. */
#define OURS_FIELDS                                                                             \
	(NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE) | NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_MAC) | \
	 NIC_BIT(NIC_UP) | NIC_BIT(NIC_PERSIST))
/* What holds for every NIC in the file. */
#define ALL_FIELDS (NIC_BIT(NIC_MODE) | NIC_BIT(NIC_UP) | NIC_BIT(NIC_CARRIER))

bool differ_has_reader(const struct link *found)
{
	return link_is_tuntap(found) && found->carrier && !found->nic.num[NIC_CARRIER];
}

struct link differ_new_device(const struct nic *want)
{
	const struct kind *kind = kind_of(want);
	struct link link = { .nic = nic_defaults(want->name), .flags = kind->flags };
	struct nic *nic = &link.nic;

	nic->num[NIC_MODE] = want->num[NIC_MODE];
	nic->num[NIC_MULTI_QUEUE] = want->num[NIC_MULTI_QUEUE];
	nic->num[NIC_VNET_HDR] = want->num[NIC_VNET_HDR];
	nic->num[NIC_PACKET_INFO] = want->num[NIC_PACKET_INFO];
	nic->num[NIC_VNET_HDR_SIZE] = want->num[NIC_VNET_HDR_SIZE];
	/* what is made without a descriptor comes with all of this */
	nic->num[NIC_VNI] = want->num[NIC_VNI];
	nic->num[NIC_PORT] = want->num[NIC_PORT];
	nic->num[NIC_LEARNING] = want->num[NIC_LEARNING];
	nic->num[NIC_STP] = want->num[NIC_STP];
	nic->local = want->local;
	nic->num[NIC_OWNER] = NIC_NOBODY;
	nic->num[NIC_MTU] = kind->mtu;
	/* older kernels have others */
	nic->num[NIC_TXQUEUELEN] = NIC_NOBODY;
	nic->num[NIC_OFFLOAD] = 0;
	nic->num[NIC_UP] = 0;
	nic->num[NIC_PERSIST] = 0;
	if (!kind->has_descriptor) {
		nic->num[NIC_MTU] = nic_is_set(want, NIC_MTU) ? want->num[NIC_MTU] : kind->mtu;
		memcpy(nic->mac, want->mac, sizeof(nic->mac));
	}
	snprintf(link.kind, sizeof(link.kind), "%s", kind->kernel);
	return link;
}

/* The default of a field that the file sets no longer. */
static void restore_default(struct nic *target, enum nic_field field)
{
	const struct kind *kind = kind_of(target);
	struct nic fresh = nic_defaults(target->name);

	fresh.num[NIC_MTU] = kind->mtu;
	fresh.num[NIC_TXQUEUELEN] = kind->txqueuelen;
	fresh.num[NIC_ARP] = !(kind->flags & IFF_NOARP);
	target->num[field] = fresh.num[field];
	if (field == NIC_ALIAS)
		target->alias = NULL;
	if (field == NIC_BRIDGE)
		target->bridge = NULL;
	if (field == NIC_OVS_BRIDGE)
		target->ovs_bridge = NULL;
}

static bool same_bridge(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* Is the NIC still where we put it? If not, somebody moved it, and has it now. */
static bool is_where_we_put_it(enum nic_field field, const struct link *found,
			       const struct record *record)
{
	if (field == NIC_BRIDGE)
		return same_bridge(record->bridge, found->nic.bridge);
	return field != NIC_OVS_BRIDGE || found->ovs_ours;
}

/*
 * Has somebody put the NIC where neither the file nor we have? It is his then: Neutron, for one,
 * takes a NIC out of any bridge, and does not look again.
 */
static bool is_taken(const struct link *found, const struct nic *want, const struct record *record)
{
	if (found->nic.ovs_bridge)
		return !found->ovs_ours && !same_bridge(want->ovs_bridge, found->nic.ovs_bridge);
	/* its database would tell which bridge of it that is, and does not */
	if (found->ovs_unknown && strcmp(found->master_kind, "openvswitch") == 0 &&
	    (want->ovs_bridge || (record && record->ovs_bridge)))
		return false;
	return found->master && !same_bridge(want->bridge, found->nic.bridge) &&
	       !(record && same_bridge(record->bridge, found->nic.bridge));
}

/* What the file sets, and what a former one set: that goes back to its default. */
static uint64_t set_fields(struct nic *target, const struct job *job, const struct link *found,
			   const struct record *record)
{
	uint64_t fields = job->want->set | ALL_FIELDS;
	enum nic_field field;

	*target = *job->want;
	for (field = 0; record && field < NIC_FIELDS; field++) {
		if (!(record->set & RESTORED_FIELDS & ~job->want->set & NIC_BIT(field)) ||
		    !is_where_we_put_it(field, found, record))
			continue;
		restore_default(target, field);
		fields |= NIC_BIT(field);
	}
	return fields;
}

/* Never ownerless: any user could attach. A group is as good, and needs no owner. */
static bool needs_owner(const struct nic *want, const struct nic *found)
{
	return !nic_is_set(want, NIC_OWNER) && want->num[NIC_OWNER] != NIC_NOBODY &&
	       found->num[NIC_OWNER] == NIC_NOBODY && found->num[NIC_GROUP] == NIC_NOBODY;
}

/*
 * Random is random once; stable is known only where the machine has an id; and what is a tun and
 * should not be has none to compare.
 */
static bool is_mac_unknown(const struct nic *target, const struct link *found)
{
	return (found->ifindex && !nic_is_set(&found->nic, NIC_MAC)) ||
	       target->num[NIC_MAC] == MAC_RANDOM ||
	       (target->num[NIC_MAC] == MAC_STABLE && !memcmp(target->mac, "\0\0\0\0\0", 6));
}

/* Attaching sets them both, and must not change what the file says nothing of. */
static void keep_reader_fields(struct nic *target, const struct link *found, uint64_t fields)
{
	static const enum nic_field kept[] = { NIC_VNET_HDR, NIC_PACKET_INFO };
	size_t i;

	for (i = 0; found->ifindex && i < ARRAY_SIZE(kept); i++)
		if (!(fields & NIC_BIT(kept[i])))
			target->num[kept[i]] = found->nic.num[kept[i]];
}

/* Which fields count, and what each of them is to be. */
static uint64_t complete(struct nic *target, const struct job *job, const struct link *found,
			 const struct record *record)
{
	uint64_t fields = set_fields(target, job, found, record);

	if (!found->ifindex || (record && !record->adopted))
		fields |= OURS_FIELDS;
	/* its database remembers what the file, or the record, says no longer */
	if (found->ovs_ours)
		fields |= NIC_BIT(NIC_OVS_BRIDGE);
	if (is_taken(found, job->want, record))
		fields &= ~(NIC_BIT(NIC_BRIDGE) | NIC_BIT(NIC_OVS_BRIDGE));
	if (needs_owner(job->want, &found->nic))
		fields |= NIC_BIT(NIC_OWNER);
	if (is_mac_unknown(target, found))
		fields &= ~NIC_BIT(NIC_MAC);
	if (record && record->by_hand)
		target->num[NIC_CARRIER] = record->carrier;
	if (target->num[NIC_CARRIER] == CARRIER_NONE || !found->nic.num[NIC_CARRIER])
		fields &= ~NIC_BIT(NIC_SINK);
	else
		fields |= NIC_BIT(NIC_SINK);
	/* the attached program has set these */
	if (differ_has_reader(found))
		fields &= ~DIFFER_READER;
	keep_reader_fields(target, found, fields);
	return fields & key_fields_of(kind_of(target));
}

/* The link by hand, and all else as it is. */
static uint64_t complete_by_hand(struct nic *target, const struct job *job,
				 const struct link *found)
{
	*target = found->nic;
	target->num[NIC_SINK] = job->want->num[NIC_SINK];
	target->num[NIC_CARRIER] = job->part == JOB_RELEASE          ? CARRIER_NONE
				   : found->nic.num[NIC_MULTI_QUEUE] ? CARRIER_SHARED
								     : CARRIER_HOLD;
	return NIC_BIT(NIC_CARRIER);
}

const struct address *differ_same_host(const struct nic *nic, const struct address *a)
{
	const struct address *same = address_find(nic->addresses, nic->naddresses, a);

	return same ? same : address_find_host(nic->addresses, nic->naddresses, a);
}

/* What is on the bridge that it is to leave is none of its any more. */
static bool stays_in_bridge(const struct job *job)
{
	return !(job->plan.differs & (NIC_BIT(NIC_BRIDGE) | NIC_BIT(NIC_OVS_BRIDGE)));
}

bool differ_address_moved(const struct job *job, const struct address *a)
{
	const struct link *found = job_before(job);

	return stays_in_bridge(job) &&
	       address_find_host(found->master_addresses, found->nmaster_addresses, a);
}

bool differ_has_moved(const struct job *job)
{
	const struct nic *target = job->plan.target;
	size_t i;

	for (i = 0; i < target->naddresses; i++)
		if (differ_address_moved(job, &target->addresses[i]))
			return true;
	return false;
}

uint64_t differ_address(const struct address *want, const struct address *found, uint64_t fields)
{
	uint64_t differs = 0;

	if (!found)
		return NIC_BIT(NIC_ADDRESS);
	if (!ip_same(&want->peer, &found->peer))
		differs |= NIC_BIT(NIC_PEER);
	if (!ip_same(&want->broadcast, &found->broadcast))
		differs |= NIC_BIT(NIC_BROADCAST);
	if (want->nodad != found->nodad)
		differs |= NIC_BIT(NIC_DAD);
	return differs & fields;
}

const struct address *differ_address_left_over(const struct address *ours, const struct nic *target,
					       const struct link *found)
{
	return differ_same_host(target, ours) ? NULL : differ_same_host(&found->nic, ours);
}

static uint64_t address_differences(const struct job *job, const struct record *record)
{
	const struct nic *target = job->plan.target;
	const struct link *found = job_before(job);
	uint64_t differs = 0;
	size_t i;

	for (i = 0; i < target->naddresses; i++)
		if (!differ_address_moved(job, &target->addresses[i]))
			differs |=
				differ_address(&target->addresses[i],
					       differ_same_host(&found->nic, &target->addresses[i]),
					       job->plan.fields);
	for (i = 0; record && i < record->naddresses; i++)
		if (differ_address_left_over(&record->addresses[i], target, found))
			differs |= NIC_BIT(NIC_ADDRESS);
	return differs;
}

const struct route *differ_route_left_over(const struct route *ours, const struct nic *target,
					   const struct link *found)
{
	return route_find(target->routes, target->nroutes, ours)
		       ? NULL
		       : route_find(found->nic.routes, found->nic.nroutes, ours);
}

bool differ_route_found(const struct job *job, const struct route *route)
{
	const struct link *found = job_before(job);

	return route_find(found->nic.routes, found->nic.nroutes, route) ||
	       (stays_in_bridge(job) &&
		route_find(found->master_routes, found->nmaster_routes, route));
}

static uint64_t route_differences(const struct job *job, const struct record *record)
{
	const struct nic *target = job->plan.target;
	size_t i;

	for (i = 0; i < target->nroutes; i++)
		if (!differ_route_found(job, &target->routes[i]))
			return NIC_BIT(NIC_ROUTES);
	for (i = 0; record && i < record->nroutes; i++)
		if (differ_route_left_over(&record->routes[i], target, job_before(job)))
			return NIC_BIT(NIC_ROUTES);
	return 0;
}

void differ_fields(struct job *job, const struct record *record)
{
	const struct link *found = job_before(job);
	struct plan *plan = &job->plan;
	const struct key *key;
	size_t i;

	if (!plan->target)
		plan->target = xmalloc(sizeof(*plan->target));
	plan->fields = job->part ? complete_by_hand(plan->target, job, found)
				 : complete(plan->target, job, found, record);
	plan->taken = !job->part && is_taken(found, job->want, record);
	/* tap and tun are one to the kernel, and tell of their mode themselves */
	plan->differs = strcmp(found->kind, kind_of(plan->target)->kernel) == 0 ? 0
										: NIC_BIT(NIC_MODE);
	for (i = 0; (key = key_at(i)); i++) {
		/* settings of config_tap itself have nothing in the kernel to differ from */
		if (key->field >= NIC_NETNS || (NIC_BIT(key->field) & LIST_FIELDS))
			continue;
		if ((plan->fields & NIC_BIT(key->field)) &&
		    !key_same(key, plan->target, &found->nic))
			plan->differs |= NIC_BIT(key->field);
	}
	if (job->part)
		return;
	plan->differs |= address_differences(job, record) | route_differences(job, record);
	if (nic_is_set(plan->target, NIC_PEERS) && peers_differ(job, record))
		plan->differs |= NIC_BIT(NIC_PEERS);
}

const char *differ_ends_ipv6(const struct job *job)
{
	const struct nic *target = job->plan.target;

	if ((job->plan.differs & NIC_BIT(NIC_IPV6)) && !target->num[NIC_IPV6])
		return "ipv6 = no";
	return (job->plan.differs & NIC_BIT(NIC_MTU)) && target->num[NIC_MTU] < IPV6_MTU_MIN
		       ? "an mtu below 1280"
		       : NULL;
}
