/* SPDX-License-Identifier: MIT */
/* From the NIC wanted and the NIC found to the steps between them. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/key.h"
#include "change/plan.h"
#include "base/util.h"

#define FLAG_FIELDS                                                              \
	(NIC_BIT(NIC_PROMISC) | NIC_BIT(NIC_ALLMULTI) | NIC_BIT(NIC_MULTICAST) | \
	 NIC_BIT(NIC_ARP) | NIC_BIT(NIC_UP))
/* What is compared entry by entry: others may have added theirs. */
#define LIST_FIELDS                                                                             \
	(NIC_BIT(NIC_ADDRESS) | NIC_BIT(NIC_BROADCAST) | NIC_BIT(NIC_PEER) | NIC_BIT(NIC_DAD) | \
	 NIC_BIT(NIC_ROUTES))
/* What cannot be changed while the device exists. */
#define FIXED_FIELDS (NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE))
/* What needs the device open. */
#define ATTACH_FIELDS \
	(NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_GROUP) | NIC_BIT(NIC_PERSIST) | READER_FIELDS)
/* What goes back to its default when the file sets it no longer. */
#define RESTORED_FIELDS                                                                           \
	(NIC_BIT(NIC_MTU) | NIC_BIT(NIC_TXQUEUELEN) | NIC_BIT(NIC_ALIAS) | NIC_BIT(NIC_PROMISC) | \
	 NIC_BIT(NIC_ALLMULTI) | NIC_BIT(NIC_MULTICAST) | NIC_BIT(NIC_ARP) | NIC_BIT(NIC_GROUP) | \
	 NIC_BIT(NIC_LINK_GROUP) | NIC_BIT(NIC_BRIDGE) | NIC_BIT(NIC_OVS_BRIDGE) | READER_FIELDS)
/* What holds for every NIC of ours, whether the file mentions it or not. */
#define OURS_FIELDS                                                                             \
	(NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE) | NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_MAC) | \
	 NIC_BIT(NIC_UP) | NIC_BIT(NIC_PERSIST))
/* What holds for every NIC in the file. */
#define ALL_FIELDS (NIC_BIT(NIC_MODE) | NIC_BIT(NIC_UP) | NIC_BIT(NIC_CARRIER))

/* tun_net_init() and ether_setup() in the kernel */
#define KERNEL_MTU 1500
#define KERNEL_TAP_TXQUEUELEN 1000
#define KERNEL_TUN_TXQUEUELEN 500

/* The order in which fields are set: the MAC first, it shortens the race with udev. */
static const enum nic_field set_order[] = {
	NIC_MAC, NIC_OWNER,      NIC_GROUP, NIC_OFFLOAD,
	NIC_MTU, NIC_TXQUEUELEN, NIC_ALIAS, NIC_LINK_GROUP,
};
#define OWNER_FIELDS (NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_GROUP))

bool plan_is_ours(const struct link *found, const struct record *record)
{
	/* somebody may have made it anew, and asked for the same index */
	return record && link_is_tuntap(found) && found->ifindex == record->id.ifindex &&
	       (!found->serial || !record->serial || found->serial == record->serial);
}

bool plan_has_reader(const struct link *found)
{
	return found->carrier && !found->nic.num[NIC_CARRIER];
}

/* A device as the kernel makes it. What is not known is not equal to anything that is asked for. */
static struct link new_device(const struct nic *want)
{
	struct link link = { .nic = nic_defaults(want->name) };
	struct nic *nic = &link.nic;

	nic->num[NIC_MODE] = want->num[NIC_MODE];
	nic->num[NIC_MULTI_QUEUE] = want->num[NIC_MULTI_QUEUE];
	nic->num[NIC_VNET_HDR] = want->num[NIC_VNET_HDR];
	nic->num[NIC_PACKET_INFO] = want->num[NIC_PACKET_INFO];
	nic->num[NIC_VNET_HDR_SIZE] = want->num[NIC_VNET_HDR_SIZE];
	nic->num[NIC_OWNER] = NIC_NOBODY;
	nic->num[NIC_MTU] = KERNEL_MTU;
	nic->num[NIC_TXQUEUELEN] = NIC_NOBODY;
	nic->num[NIC_OFFLOAD] = 0;
	nic->num[NIC_UP] = 0;
	nic->num[NIC_PERSIST] = 0;
	link.flags = want->num[NIC_MODE] == MODE_TUN ? IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST
						     : IFF_BROADCAST | IFF_MULTICAST;
	strcpy(link.kind, "tun");
	return link;
}

/* The default of a field that the file sets no longer. */
static void restore(struct nic *target, enum nic_field field)
{
	struct nic fresh = nic_defaults(target->name);

	fresh.num[NIC_MTU] = KERNEL_MTU;
	fresh.num[NIC_TXQUEUELEN] = target->num[NIC_MODE] == MODE_TUN ? KERNEL_TUN_TXQUEUELEN
								      : KERNEL_TAP_TXQUEUELEN;
	if (target->num[NIC_MODE] == MODE_TUN)
		fresh.num[NIC_ARP] = 0;
	target->num[field] = fresh.num[field];
	if (field == NIC_ALIAS)
		target->alias = NULL;
	if (field == NIC_BRIDGE)
		target->bridge = NULL;
	if (field == NIC_OVS_BRIDGE)
		target->ovs_bridge = NULL;
}

/* Is the NIC still where we put it? Whoever moved it on has it now. */
static bool is_where_we_put_it(enum nic_field field, const struct link *found,
			       const struct record *record)
{
	const char *ours = field == NIC_BRIDGE ? record->bridge : record->ovs_bridge;
	const char *is = field == NIC_BRIDGE ? found->nic.bridge : found->nic.ovs_bridge;

	if (field != NIC_BRIDGE && field != NIC_OVS_BRIDGE)
		return true;
	return ours && is && strcmp(ours, is) == 0;
}

/* Which fields count, and what each of them is to be. */
static uint64_t complete(struct nic *target, const struct nic *want, const struct link *found,
			 const struct record *record)
{
	bool ours = !found->ifindex || (record && !record->adopted);
	uint64_t fields = want->set | ALL_FIELDS;
	enum nic_field field;

	*target = *want;
	if (record)
		for (field = 0; field < NIC_FIELDS; field++)
			if ((record->set & RESTORED_FIELDS & ~want->set & NIC_BIT(field)) &&
			    is_where_we_put_it(field, found, record)) {
				restore(target, field);
				fields |= NIC_BIT(field);
			}
	if (ours)
		fields |= OURS_FIELDS;
	/* never ownerless: any user could attach. A group is as good, and needs no owner */
	if (!nic_is_set(want, NIC_OWNER)) {
		bool nobody = found->nic.num[NIC_OWNER] == NIC_NOBODY &&
			      found->nic.num[NIC_GROUP] == NIC_NOBODY;

		if (nobody && want->num[NIC_OWNER] != NIC_NOBODY)
			fields |= NIC_BIT(NIC_OWNER);
	}
	/*
	 * random is random once; stable is known only where the machine has an id; and what is a
	 * tun and should not be has none to compare
	 */
	if ((found->ifindex && !nic_is_set(&found->nic, NIC_MAC)) ||
	    target->num[NIC_MAC] == MAC_RANDOM ||
	    (target->num[NIC_MAC] == MAC_STABLE && !memcmp(target->mac, "\0\0\0\0\0", 6)))
		fields &= ~NIC_BIT(NIC_MAC);
	if (record && record->by_hand)
		target->num[NIC_CARRIER] = record->carrier;
	if (target->num[NIC_CARRIER] == CARRIER_NONE || !found->nic.num[NIC_CARRIER])
		fields &= ~NIC_BIT(NIC_SINK);
	else
		fields |= NIC_BIT(NIC_SINK);
	/* whoever is attached has set these */
	if (plan_has_reader(found))
		fields &= ~READER_FIELDS;
	/* attaching sets them both, and must not change what the file says nothing of */
	if (found->ifindex && !(fields & NIC_BIT(NIC_VNET_HDR)))
		target->num[NIC_VNET_HDR] = found->nic.num[NIC_VNET_HDR];
	if (found->ifindex && !(fields & NIC_BIT(NIC_PACKET_INFO)))
		target->num[NIC_PACKET_INFO] = found->nic.num[NIC_PACKET_INFO];
	return fields;
}

/* The NIC's address that has the same host and prefix, whatever else may differ. */
static const struct address *same_host(const struct nic *nic, const struct address *a)
{
	return address_find_host(nic->addresses, nic->naddresses, a);
}

/* Has software moved the address to the bridge that the NIC is in? Then that is its place. */
static bool is_on_master(const struct link *found, const struct address *a)
{
	return address_find_host(found->master_addresses, found->nmaster_addresses, a) != NULL;
}

static uint64_t address_differences(const struct address *want, const struct address *found)
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
	return differs;
}

/* An address that we put there, that is still there, and that is wanted no longer. */
static bool is_left_over(const struct address *ours, const struct nic *target,
			 const struct link *found)
{
	return same_host(&found->nic, ours) && !same_host(target, ours);
}

static uint64_t all_address_differences(const struct nic *target, const struct link *found,
					const struct record *record)
{
	uint64_t differs = 0;
	size_t i;

	for (i = 0; i < target->naddresses; i++)
		if (!is_on_master(found, &target->addresses[i]))
			differs |=
				address_differences(&target->addresses[i],
						    same_host(&found->nic, &target->addresses[i]));
	for (i = 0; record && i < record->naddresses; i++)
		if (is_left_over(&record->addresses[i], target, found))
			differs |= NIC_BIT(NIC_ADDRESS);
	return differs;
}

/* A route that we put there, that is still there, and that is wanted no longer. */
static bool is_route_left_over(const struct route *ours, const struct nic *target,
			       const struct link *found)
{
	return route_find(found->nic.routes, found->nic.nroutes, ours) &&
	       !route_find(target->routes, target->nroutes, ours);
}

/* On the NIC, or moved to the bridge that it is in, as addresses are. */
static bool is_route_found(const struct link *found, const struct route *route)
{
	return route_find(found->nic.routes, found->nic.nroutes, route) ||
	       route_find(found->master_routes, found->nmaster_routes, route);
}

static uint64_t route_differences(const struct nic *target, const struct link *found,
				  const struct record *record)
{
	size_t i;

	for (i = 0; i < target->nroutes; i++)
		if (!is_route_found(found, &target->routes[i]))
			return NIC_BIT(NIC_ROUTES);
	for (i = 0; record && i < record->nroutes; i++)
		if (is_route_left_over(&record->routes[i], target, found))
			return NIC_BIT(NIC_ROUTES);
	return 0;
}

uint64_t plan_differences(struct nic *target, const struct nic *want, const struct link *found,
			  const struct record *record)
{
	uint64_t fields = complete(target, want, found, record), differs = 0;
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++) {
		/* settings of config_tap itself have nothing in the kernel to differ from */
		if (key->field >= NIC_NETNS || (NIC_BIT(key->field) & LIST_FIELDS))
			continue;
		if ((fields & NIC_BIT(key->field)) && !key_same(key, target, &found->nic))
			differs |= NIC_BIT(key->field);
	}
	return differs | all_address_differences(target, found, record) |
	       route_differences(target, found, record);
}

static struct step *add(struct plan *plan, enum step_op op)
{
	struct step *step;

	plan->steps = array_grow(plan->steps, &plan->cap, plan->n, sizeof(*plan->steps));
	step = &plan->steps[plan->n++];
	*step = (struct step){ .op = op };
	return step;
}

static void add_address_steps(struct plan *plan, const struct record *record)
{
	size_t i;

	for (i = 0; record && i < record->naddresses; i++)
		if (is_left_over(&record->addresses[i], &plan->target, &plan->before))
			add(plan, STEP_ADDRESS_DEL)->address =
				*same_host(&plan->before.nic, &record->addresses[i]);
	for (i = 0; i < plan->target.naddresses; i++) {
		const struct address *want = &plan->target.addresses[i];
		const struct address *found = same_host(&plan->before.nic, want);
		uint64_t differs = address_differences(want, found);

		if (!differs || is_on_master(&plan->before, want))
			continue;
		/*
		 * The kernel changes nothing but the IPv6 flags of an address that it has, and even
		 * then goes on waiting with a check that has begun.
		 */
		if (found && (differs != NIC_BIT(NIC_DAD) || found->tentative))
			add(plan, STEP_ADDRESS_DEL)->address = *found;
		add(plan, STEP_ADDRESS_ADD)->address = *want;
	}
}

static bool is_removed(const struct plan *plan, const struct address *a)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].op == STEP_ADDRESS_DEL &&
		    address_same_key(&plan->steps[i].address, a))
			return true;
	return false;
}

static bool same_network(const struct address *a, const struct address *b)
{
	struct ip network_a = ip_mask(&a->ip, a->prefix, false);
	struct ip network_b = ip_mask(&b->ip, b->prefix, false);

	return a->prefix == b->prefix && ip_same(&network_a, &network_b);
}

/* Is it removed, or in the network of one that is? */
static bool goes_with_another(const struct plan *plan, const struct address *a)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].op == STEP_ADDRESS_DEL &&
		    same_network(&plan->steps[i].address, a))
			return true;
	return false;
}

static bool is_route_removed(const struct plan *plan, const struct route *route)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].op == STEP_ROUTE_DEL && route_same(&plan->steps[i].route, route))
			return true;
	return false;
}

/*
 * With an IPv4 address the kernel removes the later ones of its network too, whoever put them
 * there (unless the sysctl promote_secondaries is set), and with the last one all routes.
 */
static void add_keep_steps(struct plan *plan)
{
	const struct link *found = &plan->before;
	size_t i, k, n = plan->n;
	bool removed = false, outlives = false;

	for (i = 0; i < n; i++) {
		const struct address gone = plan->steps[i].address;

		if (plan->steps[i].op != STEP_ADDRESS_DEL || gone.ip.family != AF_INET)
			continue;
		removed = true;
		for (k = 0; k < found->nic.naddresses; k++)
			if (found->nic.addresses[k].ip.family == AF_INET &&
			    same_network(&gone, &found->nic.addresses[k]) &&
			    !is_removed(plan, &found->nic.addresses[k]))
				add(plan, STEP_ADDRESS_KEEP)->address = found->nic.addresses[k];
	}
	for (i = 0; i < found->nic.naddresses; i++)
		outlives |= found->nic.addresses[i].ip.family == AF_INET &&
			    !goes_with_another(plan, &found->nic.addresses[i]);
	for (i = 0; removed && !outlives && i < found->nic.nroutes; i++)
		if (found->nic.routes[i].to.family == AF_INET &&
		    !is_route_removed(plan, &found->nic.routes[i]))
			add(plan, STEP_ROUTE_KEEP)->route = found->nic.routes[i];
}

/* Those that must go first make room for those that come. */
static void add_route_steps(struct plan *plan, const struct record *record)
{
	size_t i;

	for (i = 0; record && i < record->nroutes; i++)
		if (is_route_left_over(&record->routes[i], &plan->target, &plan->before))
			add(plan, STEP_ROUTE_DEL)->route = record->routes[i];
	for (i = 0; i < plan->target.nroutes; i++)
		if (!is_route_found(&plan->before, &plan->target.routes[i]))
			add(plan, STEP_ROUTE_ADD)->route = plan->target.routes[i];
}

/* Does the link stay up, held by nobody yet? */
static bool wants_holding(const struct plan *plan)
{
	return (plan->differs & NIC_BIT(NIC_CARRIER)) && plan->target.num[NIC_CARRIER];
}

static void add_set_steps(struct plan *plan, uint64_t fields)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(set_order); i++)
		if (plan->differs & fields & NIC_BIT(set_order[i]))
			add(plan, STEP_SET)->field = set_order[i];
}

/*
 * The steps from plan->before to plan->target. Where there was no owner the kernel cannot go back
 * to that: on a device that others made, he comes behind all that can fail. A new one is open to
 * everybody until he comes.
 */
static void add_changes(struct plan *plan, const struct record *record, bool bridge_missing)
{
	const uint64_t late = plan->before.ifindex ? OWNER_FIELDS : 0;

	if ((plan->differs & NIC_BIT(NIC_CARRIER)) && plan->before.nic.num[NIC_CARRIER])
		add(plan, STEP_RELEASE);
	add_set_steps(plan, ~late);
	add_address_steps(plan, record);
	if (plan->differs & NIC_BIT(NIC_BRIDGE)) {
		if (plan->target.bridge && bridge_missing)
			add(plan, STEP_BRIDGE_ADD);
		add(plan, STEP_SET)->field = NIC_BRIDGE;
	}
	if (plan->differs & FLAG_FIELDS)
		add(plan, STEP_FLAGS);
	add_route_steps(plan, record);
	add_keep_steps(plan);
	add_set_steps(plan, late);
	if (plan->differs & NIC_BIT(NIC_PERSIST))
		add(plan, STEP_PERSIST);
	/* its database remembers: only what is recorded as ours, and stays, may go in */
	if (plan->differs & NIC_BIT(NIC_OVS_BRIDGE))
		add(plan, STEP_SET)->field = NIC_OVS_BRIDGE;
	if (wants_holding(plan))
		add(plan, STEP_HOLD);
	else if (plan->differs & NIC_BIT(NIC_SINK))
		add(plan, STEP_SET)->field = NIC_SINK;
}

static void add_creation(struct plan *plan, const struct situation *now)
{
	plan->before = new_device(now->want);
	plan->differs = plan_differences(&plan->target, now->want, &plan->before, NULL);
	add(plan, STEP_CREATE);
	add_changes(plan, NULL, now->bridge_missing);
}

static void __attribute__((format(printf, 2, 3))) refuse(struct plan *plan, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	plan->refused = xvasprintf(fmt, ap);
	va_end(ap);
}

static const char *yes_no(uint32_t value)
{
	return value ? "yes" : "no";
}

/* Why the device found cannot become the NIC wanted as it is. */
static void refuse_fixed(struct plan *plan, const struct nic *want, const struct link *found,
			 bool ours)
{
	static const char *const modes[] = { "tap", "tun" };
	const char *way = ours ? "--force makes the NIC anew"
			       : "config_tap did not make it; choose another name, or remove it";

	if (plan->differs & NIC_BIT(NIC_MODE))
		refuse(plan, "is a %s, and the file says %s; the kernel cannot change that; %s",
		       modes[found->nic.num[NIC_MODE]], modes[want->num[NIC_MODE]], way);
	else
		refuse(plan,
		       "has multi_queue = %s, and the file says %s; the kernel cannot change that; "
		       "%s",
		       yes_no(found->nic.num[NIC_MULTI_QUEUE]), yes_no(want->num[NIC_MULTI_QUEUE]),
		       way);
}

/* What cannot be changed in place, and why not; fills in plan->refused. */
static bool is_fixed(struct plan *plan, const struct situation *now, bool ours)
{
	if (plan->differs & FIXED_FIELDS) {
		refuse_fixed(plan, now->want, now->found, ours);
		return true;
	}
	if ((plan->differs & NIC_BIT(NIC_GROUP)) && plan->target.num[NIC_GROUP] == NIC_NOBODY) {
		refuse(plan, "has a group, and the file says none; the kernel cannot take it away; "
			     "--force makes the NIC anew");
		return true;
	}
	if ((plan->differs & NIC_BIT(NIC_OWNER)) && plan->target.num[NIC_OWNER] == NIC_NOBODY) {
		refuse(plan,
		       "has an owner, who would have to be in the group as well, and the file "
		       "says a group only; the kernel cannot take the owner away; --force "
		       "makes the NIC anew");
		return true;
	}
	return false;
}

void plan_start(struct plan *plan, const struct situation *now)
{
	const struct nic *want = now->want;
	const struct link *found = now->found;
	const struct record *record = plan_is_ours(found, now->record) ? now->record : NULL;
	bool ours = record && !record->adopted;

	*plan = (struct plan){ .nic = want->name };
	if (!found->ifindex) {
		add_creation(plan, now);
		return;
	}
	if (!link_is_tuntap(found)) {
		refuse(plan,
		       "exists already and is %s%s, not a %s; choose another name, or remove it",
		       found->kind[0] ? "a " : "a physical or loopback interface", found->kind,
		       want->num[NIC_MODE] == MODE_TUN ? "tun" : "tap");
		return;
	}
	if (!record && want->num[NIC_EXISTING] == EXISTING_REFUSE) {
		refuse(plan, "exists already, config_tap did not make it, and the file says "
			     "existing = refuse");
		return;
	}
	plan->before = *found;
	plan->differs = plan_differences(&plan->target, want, found, record);
	if (is_fixed(plan, now, ours)) {
		if (!ours || !now->force)
			return;
		free(plan->refused);
		plan->refused = NULL;
		add(plan, STEP_DELETE);
		add_creation(plan, now);
		return;
	}
	if ((plan->differs & ATTACH_FIELDS) || wants_holding(plan))
		add(plan, STEP_ATTACH);
	add_changes(plan, record, now->bridge_missing);
}

void plan_hand(struct plan *plan, const struct situation *now, bool hold)
{
	const struct link *found = now->found;
	enum nic_carrier carrier = !hold                             ? CARRIER_NONE
				   : found->nic.num[NIC_MULTI_QUEUE] ? CARRIER_SHARED
								     : CARRIER_HOLD;

	*plan = (struct plan){ .nic = now->want->name, .before = *found, .target = found->nic };
	if (!plan_is_ours(found, now->record)) {
		refuse(plan, "%s; config_tap start makes it",
		       found->ifindex ? "is not ours" : "is not there");
		return;
	}
	plan->target.num[NIC_CARRIER] = carrier;
	plan->target.num[NIC_SINK] = now->want->num[NIC_SINK];
	if (carrier == found->nic.num[NIC_CARRIER])
		return;
	plan->differs = NIC_BIT(NIC_CARRIER);
	if (hold) {
		add(plan, STEP_ATTACH);
		add(plan, STEP_HOLD);
	} else {
		add(plan, STEP_RELEASE);
	}
}

/* Adopted NICs lose what we put on them, and nothing else. */
static void add_removals(struct plan *plan, const struct link *found, const struct record *record)
{
	size_t i;

	for (i = 0; i < record->nroutes; i++)
		if (route_find(found->nic.routes, found->nic.nroutes, &record->routes[i]))
			add(plan, STEP_ROUTE_DEL)->route = record->routes[i];
	for (i = 0; i < record->naddresses; i++)
		if (same_host(&found->nic, &record->addresses[i]))
			add(plan, STEP_ADDRESS_DEL)->address =
				*same_host(&found->nic, &record->addresses[i]);
	add_keep_steps(plan);
	if (record->bridge && found->nic.bridge && strcmp(record->bridge, found->nic.bridge) == 0) {
		plan->target.bridge = NULL;
		add(plan, STEP_SET)->field = NIC_BRIDGE;
	}
}

static void add_ovs_removal(struct plan *plan, const struct record *record)
{
	plan->before.nic.ovs_bridge = record->ovs_bridge;
	plan->target.ovs_bridge = NULL;
	add(plan, STEP_SET)->field = NIC_OVS_BRIDGE;
}

void plan_stop(struct plan *plan, const struct link *found, const struct record *record,
	       const char *in_use, bool force)
{
	*plan = (struct plan){ .nic = record->name, .before = *found, .target = found->nic };
	if (!plan_is_ours(found, record)) {
		/* the switch's database remembers a port whose NIC is gone */
		if (record->ovs_bridge && !found->ifindex)
			add_ovs_removal(plan, record);
		add(plan, STEP_FORGET);
		return;
	}
	if (record->on_stop == ON_STOP_KEEP) {
		/* the NIC stays; the holder does not, or stop would leave a process behind */
		if (found->nic.num[NIC_CARRIER])
			add(plan, STEP_RELEASE);
		return;
	}
	if (in_use && !force) {
		refuse(plan, "is in use by %s; --force removes it all the same", in_use);
		return;
	}
	if (found->nic.num[NIC_CARRIER])
		add(plan, STEP_RELEASE);
	if (record->ovs_bridge)
		add_ovs_removal(plan, record);
	if (!record->adopted && record->on_stop == ON_STOP_DELETE) {
		add(plan, STEP_DELETE);
		return;
	}
	if (record->adopted)
		add_removals(plan, found, record);
	if (found->nic.num[NIC_UP])
		add(plan, STEP_DOWN);
	if (record->adopted)
		add(plan, STEP_FORGET);
}

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->refused);
	plan->steps = NULL;
	plan->refused = NULL;
	plan->n = plan->cap = 0;
}

/* The names of the fields for which the device has to be open. */
static void format_attach(char *buf, const struct plan *plan)
{
	const uint64_t fields = ATTACH_FIELDS | NIC_BIT(NIC_CARRIER);
	const struct key *key;
	bool first = true;
	size_t i;

	strcpy(buf, "attach");
	for (i = 0; (key = key_at(i)); i++) {
		if (!(plan->differs & fields & NIC_BIT(key->field)))
			continue;
		text_add(buf, STEP_TEXT, "%s%s", first ? " to set " : ", ", key->name);
		first = false;
	}
}

static void format_flags(char *buf, const struct plan *plan)
{
	const struct key *key;
	char text[KEY_TEXT];
	bool first = true;
	size_t i;

	strcpy(buf, "set ");
	for (i = 0; (key = key_at(i)); i++) {
		if (!(plan->differs & FLAG_FIELDS & NIC_BIT(key->field)))
			continue;
		text_add(buf, STEP_TEXT, "%s%s %s", first ? "" : ", ", key->name,
			 key_format(key, &plan->target, text));
		first = false;
	}
}

char *step_format(char buf[STEP_TEXT], const struct step *step, const struct plan *plan)
{
	char text[KEY_TEXT];

	switch (step->op) {
	case STEP_CREATE:
		snprintf(buf, STEP_TEXT, "create %s%s",
			 plan->target.num[NIC_MODE] == MODE_TUN ? "tun" : "tap",
			 plan->target.num[NIC_MULTI_QUEUE] ? " with multi_queue" : "");
		break;
	case STEP_ATTACH:
		format_attach(buf, plan);
		break;
	case STEP_SET:
		snprintf(buf, STEP_TEXT, "set %s %s", key_of(step->field)->name,
			 key_format(key_of(step->field), &plan->target, text));
		break;
	case STEP_ADDRESS_ADD:
		snprintf(buf, STEP_TEXT, "add address %s", address_format(text, &step->address));
		break;
	case STEP_ADDRESS_DEL:
		snprintf(buf, STEP_TEXT, "remove address %s", address_format(text, &step->address));
		break;
	case STEP_ADDRESS_KEEP:
		snprintf(buf, STEP_TEXT, "keep address %s", address_format(text, &step->address));
		break;
	case STEP_ROUTE_KEEP:
		snprintf(buf, STEP_TEXT, "keep route %s", route_format(text, &step->route));
		break;
	case STEP_BRIDGE_ADD:
		snprintf(buf, STEP_TEXT, "create bridge %s", plan->target.bridge);
		break;
	case STEP_ROUTE_ADD:
		snprintf(buf, STEP_TEXT, "add route %s", route_format(text, &step->route));
		break;
	case STEP_ROUTE_DEL:
		snprintf(buf, STEP_TEXT, "remove route %s", route_format(text, &step->route));
		break;
	case STEP_FLAGS:
		format_flags(buf, plan);
		break;
	case STEP_RELEASE:
		strcpy(buf, "let the link go");
		break;
	case STEP_HOLD:
		strcpy(buf, plan->target.num[NIC_CARRIER] == CARRIER_SHARED
				    ? "hold the link up, for others to attach as well"
				    : "hold the link up");
		break;
	case STEP_PERSIST:
		strcpy(buf, "make it persistent");
		break;
	case STEP_DOWN:
		strcpy(buf, "bring it down");
		break;
	case STEP_DELETE:
		strcpy(buf, "delete");
		break;
	case STEP_FORGET:
		strcpy(buf, "forget it");
		break;
	default:
		strcpy(buf, "unknown step");
	}
	return buf;
}
