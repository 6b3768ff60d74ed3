/* SPDX-License-Identifier: MIT */
/* Rules for one NIC, whatever the others are. */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nic/offload.h"
#include "config/rule.h"
#include "config/scan.h"
#include "base/util.h"

/* __ptr_ring_init_queue_alloc() of linux/ptr_ring.h: KMALLOC_MAX_SIZE, 4 MiB, of pointers */
#define TUN_QUEUE_MAX 524288

static struct address *first_of_family(struct nic *nic, uint8_t family)
{
	size_t i;

	for (i = 0; i < nic->naddresses; i++)
		if (nic->addresses[i].ip.family == family)
			return &nic->addresses[i];
	return NULL;
}

static const struct route *first_route_of_family(const struct nic *nic, uint8_t family)
{
	size_t i;

	for (i = 0; i < nic->nroutes; i++)
		if (nic->routes[i].to.family == family)
			return &nic->routes[i];
	return NULL;
}

/* The kinds that take the key, for people: "tap or vxlan". */
static void list_kinds(const struct key *key, char *buf, size_t size)
{
	enum nic_mode mode;
	unsigned left = key->kinds;

	buf[0] = '\0';
	for (mode = 0; mode < NIC_MODES; mode++) {
		if (!(left & KIND_BIT(mode)))
			continue;
		left &= ~KIND_BIT(mode);
		text_add(buf, size, "%s%s",
			 !buf[0] ? ""
			 : left  ? ", "
				 : " or ",
			 kind_at(mode)->name);
	}
}

/* A default is for whom it may concern; only what was said of this NIC is a mistake. */
void rule_keys_of_kind(struct conf *conf, struct nic *nic)
{
	const struct kind *kind = kind_of(nic);
	const struct key *key;
	char kinds[64];
	size_t i;

	for (i = 0; (key = key_at(i)); i++) {
		if (key->kinds & KIND_BIT(nic->num[NIC_MODE]))
			continue;
		if (rule_is_own(nic, key->field)) {
			list_kinds(key, kinds, sizeof(kinds));
			if (key->field == NIC_PEER && nic->num[NIC_MODE] == MODE_VXLAN)
				rule_error(conf, nic, NIC_PEER,
					   "a vxlan has none; did you mean \"peers\"?");
			else
				rule_error(conf, nic, key->field,
					   "is not for a %s; only for mode = %s", kind->name,
					   kinds);
		}
		key_reset(key, nic);
	}
	/* nothing to compare: what the kernel has there is its own affair */
	if (!kind->has_mac)
		nic->num[NIC_MAC] = MAC_RANDOM;
}

/* A host address that is the network's own, its broadcast, or nobody's, works for no one. */
static void check_host(struct conf *conf, struct nic *nic, const struct address *a)
{
	struct ip network = ip_mask(&a->ip, a->prefix, false),
		  last = ip_mask(&a->ip, a->prefix, true), next = network;
	bool v4 = a->ip.family == AF_INET;
	char text[ADDRESS_TEXT], ip[IP_TEXT];

	next.bytes[3]++;
	if (v4 ? (a->ip.bytes[0] & 0xf0) == 0xe0 : a->ip.bytes[0] == 0xff)
		rule_error(conf, nic, NIC_ADDRESS, "%s is a multicast address, not a host's",
			   address_format(text, a));
	else if (!memcmp(a->ip.bytes, (char[16]){ 0 }, 16))
		rule_error(conf, nic, NIC_ADDRESS, "%s is not a host address",
			   address_format(text, a));
	else if (v4 && a->prefix < 31 && ip_same(&network, &a->ip))
		rule_error(conf, nic, NIC_ADDRESS,
			   "%s is the network's own address; a host's would be %s/%u",
			   address_format(text, a), ip_format(ip, &next), a->prefix);
	else if (v4 && a->prefix < 31 && ip_same(&last, &a->ip))
		rule_error(conf, nic, NIC_ADDRESS,
			   "%s is the network's broadcast address; a host's would be %s/%u",
			   address_format(text, a), ip_format(ip, &next), a->prefix);
}

static void complete_peer(struct conf *conf, struct nic *nic)
{
	struct address *one = first_of_family(nic, nic->peer.family);

	if (one)
		one->peer = nic->peer;
	else if (rule_is_own(nic, NIC_PEER))
		rule_error(conf, nic, NIC_PEER, "the NIC has no %s address to be the near end",
			   nic->peer.family == AF_INET ? "IPv4" : "IPv6");
}

static void complete_broadcast(struct conf *conf, struct nic *nic)
{
	struct address *one = first_of_family(nic, AF_INET);

	if (one)
		one->broadcast = nic->broadcast;
	else if (rule_is_own(nic, NIC_BROADCAST))
		rule_error(conf, nic, NIC_BROADCAST,
			   "the NIC has no IPv4 address for it to belong to");
}

/* Peer and broadcast belong to an address, and every address to its neighbours in the list. */
void rule_addresses(struct conf *conf, struct nic *nic)
{
	const bool broadcasts = key_is_taken_by(NIC_BROADCAST, kind_of(nic));
	struct address *list = nic->addresses;
	size_t i;

	/* defaults are shared by all NICs; what is completed here is this NIC's own */
	if (nic->naddresses && !rule_is_own(nic, NIC_ADDRESS)) {
		list = xcalloc(nic->naddresses, sizeof(*list));
		memcpy(list, nic->addresses, nic->naddresses * sizeof(*list));
		nic->addresses = list;
	}
	for (i = 0; i < nic->naddresses; i++) {
		list[i].nodad = list[i].ip.family == AF_INET6 && !nic->num[NIC_DAD];
		if (broadcasts && list[i].ip.family == AF_INET && list[i].prefix < 31)
			list[i].broadcast = ip_mask(&list[i].ip, list[i].prefix, true);
		check_host(conf, nic, &list[i]);
	}
	if (nic->peer.family)
		complete_peer(conf, nic);
	if (nic->broadcast.family && broadcasts)
		complete_broadcast(conf, nic);
}

void rule_mtu(struct conf *conf, struct nic *nic)
{
	const struct kind *kind = kind_of(nic);
	const uint32_t mtu = nic->num[NIC_MTU];

	if (!nic_is_set(nic, NIC_MTU))
		return;
	if (mtu < kind->mtu_min || mtu > kind->mtu_max)
		rule_error(conf, nic, NIC_MTU, "%u is out of range: %u to %u bytes on a %s", mtu,
			   kind->mtu_min, kind->mtu_max, kind->name);
	else if (mtu < IPV6_MTU_MIN && first_of_family(nic, AF_INET6))
		rule_error(conf, nic, NIC_MTU,
			   "%u bytes is too small for the NIC's IPv6 address; at least %u", mtu,
			   IPV6_MTU_MIN);
	else if (mtu < IPV6_MTU_MIN && first_route_of_family(nic, AF_INET6))
		rule_error(conf, nic, NIC_MTU,
			   "%u bytes is too small for the NIC's IPv6 route; at least %u", mtu,
			   IPV6_MTU_MIN);
}

static bool is_member(const struct passwd *pw, gid_t gid)
{
	gid_t groups[256];
	int n = ARRAY_SIZE(groups), i;

	/* of one who is in more groups than that it is not known */
	if (getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0)
		return true;
	for (i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return false;
}

/*
 * The kernel asks for the owner AND the group. So a group alone leaves the owner out, or its
 * members could never attach; and an owner outside the group could not either.
 */
void rule_owner(struct conf *conf, struct nic *nic)
{
	const gid_t gid = nic->num[NIC_GROUP];
	char user[KEY_ID_TEXT], group[KEY_ID_TEXT];
	struct passwd *pw;

	if (gid == NIC_NOBODY) {
		if (nic->num[NIC_OWNER] == NIC_NOBODY)
			rule_error(conf, nic, NIC_OWNER,
				   "without a group, none would let every user attach");
		return;
	}
	if (!nic_is_set(nic, NIC_OWNER)) {
		nic->num[NIC_OWNER] = NIC_NOBODY;
		return;
	}
	if (nic->num[NIC_OWNER] == 0 || nic->num[NIC_OWNER] == NIC_NOBODY)
		return;
	pw = getpwuid(nic->num[NIC_OWNER]);
	if (!pw || is_member(pw, gid))
		return;
	rule_warn(conf, nic, NIC_GROUP,
		  "%s is not a member of %s, and the kernel requires both: only root can attach; "
		  "leave owner out to admit all members of the group",
		  key_user_name(user, nic->num[NIC_OWNER]), key_group_name(group, gid));
}

/* What the reader of a tap or tun is to get: set_offload() in drivers/net/tun.c. */
void rule_readers(struct conf *conf, struct nic *nic)
{
	const uint32_t on = nic_is_set(nic, NIC_OFFLOAD) ? nic->num[NIC_OFFLOAD] : 0;

	if (on && !nic->num[NIC_VNET_HDR])
		rule_error(conf, nic, NIC_OFFLOAD,
			   "requires vnet_hdr = yes, which tells the reader what is unfinished");
	else if (on && !(on & offload_bit("tx-checksum-ip-generic")))
		rule_error(conf, nic, NIC_OFFLOAD,
			   "segmentation requires tx-checksum-ip-generic as well");
	else if ((on & offload_bit("tx-tcp-ecn-segmentation")) &&
		 !(on & (offload_bit("tx-tcp-segmentation") | offload_bit("tx-tcp6-segmentation"))))
		rule_error(conf, nic, NIC_OFFLOAD,
			   "tx-tcp-ecn-segmentation requires tx-tcp-segmentation or "
			   "tx-tcp6-segmentation as well");
	if (!nic->num[NIC_VNET_HDR] && nic_is_set(nic, NIC_VNET_HDR_SIZE))
		rule_error(conf, nic, NIC_VNET_HDR_SIZE, "requires vnet_hdr = yes");
	if (nic_is_set(nic, NIC_TXQUEUELEN) && nic->num[NIC_TXQUEUELEN] > TUN_QUEUE_MAX)
		rule_error(conf, nic, NIC_TXQUEUELEN,
			   "%u is more than the kernel has room for on a %s; at most %u packets",
			   nic->num[NIC_TXQUEUELEN], kind_of(nic)->name, TUN_QUEUE_MAX);
}

void rule_carrier(struct conf *conf, struct nic *nic)
{
	if (nic->num[NIC_CARRIER] == CARRIER_SHARED && !nic->num[NIC_MULTI_QUEUE])
		rule_error(conf, nic, NIC_CARRIER,
			   "shared requires multi_queue = yes; a NIC with one queue can only be "
			   "held");
	if (nic->num[NIC_CARRIER] == CARRIER_HOLD && nic->num[NIC_MULTI_QUEUE])
		rule_error(conf, nic, NIC_CARRIER,
			   "hold is for a NIC with one queue; with multi_queue use shared");
	if (nic_is_set(nic, NIC_SINK) && rule_is_own(nic, NIC_SINK) &&
	    nic->num[NIC_CARRIER] != CARRIER_HOLD)
		rule_error(conf, nic, NIC_SINK, "is only for carrier = hold");
}

/* A NIC that joins a bridge. */
void rule_ports(struct conf *conf, struct nic *nic)
{
	if (nic->bridge && nic->ovs_bridge)
		rule_error(conf, nic, NIC_OVS_BRIDGE,
			   "the NIC joins the Linux bridge %s; it can be a port of only one",
			   nic->bridge);
	if (nic->ovs_bridge && nic->netns)
		rule_error(conf, nic, NIC_OVS_BRIDGE,
			   "Open vSwitch cannot see into the network namespace %s", nic->netns);
	if ((nic->bridge || nic->ovs_bridge) && nic->naddresses)
		rule_warn(conf, nic, nic->bridge ? NIC_BRIDGE : NIC_OVS_BRIDGE,
			  "an address on a bridge port is of no use: what the host sends out of it "
			  "goes to the %s, never to the bridge; put the address on the bridge",
			  kind_of(nic)->has_descriptor ? "program that is attached" : "peers");
}

/* Is there a way to the gateway over the NIC: a network of its own, a peer, a route? */
static bool is_reached(const struct nic *nic, const struct ip *via)
{
	size_t i;

	/* each link has its link-local network, which IPv6 makes by itself */
	if (via->family == AF_INET6 && ip_is_link_local(via))
		return true;
	for (i = 0; i < nic->naddresses; i++) {
		const struct address *a = &nic->addresses[i];

		if (ip_is_in(via, a->peer.family ? &a->peer : &a->ip, a->prefix))
			return true;
	}
	for (i = 0; i < nic->nroutes; i++)
		if (!nic->routes[i].via.family &&
		    ip_is_in(via, &nic->routes[i].to, nic->routes[i].prefix))
			return true;
	return false;
}

/* fib_check_nh() in net/ipv4/fib_semantics.c, ip6_route_check_nh() in net/ipv6/route.c */
static void check_gateway(struct conf *conf, struct nic *nic, const struct route *route)
{
	char text[ROUTE_TEXT], gateway[IP_TEXT];
	size_t i;

	route_format(text, route);
	ip_format(gateway, &route->via);
	for (i = 0; i < nic->naddresses; i++)
		if (ip_same(&route->via, &nic->addresses[i].ip)) {
			rule_error(conf, nic, NIC_ROUTES,
				   "%s: %s is the NIC's own address; a gateway is another machine",
				   text, gateway);
			return;
		}
	if (!is_reached(nic, &route->via))
		rule_error(conf, nic, NIC_ROUTES,
			   "%s: the gateway %s is in none of the NIC's networks", text, gateway);
}

/* Routes without a gateway first: a gateway may be reached over one of them. */
static void order_routes(struct nic *nic)
{
	struct route *list;
	size_t i, n = 0;

	if (!nic->nroutes)
		return;
	list = xcalloc(nic->nroutes, sizeof(*list));
	for (i = 0; i < nic->nroutes; i++)
		if (!nic->routes[i].via.family)
			list[n++] = nic->routes[i];
	for (i = 0; i < nic->nroutes; i++)
		if (nic->routes[i].via.family)
			list[n++] = nic->routes[i];
	nic->routes = list;
}

void rule_routes(struct conf *conf, struct nic *nic)
{
	size_t i;

	order_routes(nic);
	for (i = 0; i < nic->nroutes; i++) {
		/* the kernel's own number for what has no metric */
		if (nic->routes[i].to.family == AF_INET6 && nic->routes[i].metric == IPV6_METRIC)
			nic->routes[i].metric = 0;
		if (nic->routes[i].via.family)
			check_gateway(conf, nic, &nic->routes[i]);
	}
	if (nic->nroutes && !nic->num[NIC_UP])
		rule_error(
			conf, nic, NIC_ROUTES,
			"the kernel accepts none on a NIC that is down, and the file says up = no");
}

/* What needs IPv6, though the file says ipv6 = no. */
void rule_ipv6(struct conf *conf, struct nic *nic)
{
	const struct address *a = first_of_family(nic, AF_INET6);
	const struct route *route = first_route_of_family(nic, AF_INET6);
	char text[ADDRESS_TEXT];

	if (nic->num[NIC_IPV6])
		return;
	if ((a || route) && !rule_is_own(nic, NIC_IPV6))
		key_reset(key_of(NIC_IPV6), nic);
	else if (a)
		rule_error(conf, nic, NIC_IPV6, "the NIC has the IPv6 address %s",
			   address_format(text, a));
	else if (route)
		rule_error(conf, nic, NIC_IPV6, "the NIC has the IPv6 route %s",
			   route_format(text, route));
}

/* Stop can do without: those in it went with it. */
void rule_netns(struct conf *conf, struct nic *nic)
{
	char *path;

	if (!nic->netns)
		return;
	path = xasprintf("/run/netns/%s", nic->netns);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		rule_warn(conf, nic, NIC_NETNS,
			  "there is no network namespace \"%s\"; ip netns add makes one",
			  nic->netns);
	free(path);
}

static bool has_openstack(void)
{
	static int has = -1;

	if (has < 0)
		has = access("/etc/neutron", F_OK) == 0 || access("/etc/kolla", F_OK) == 0;
	return has;
}

/* Names that OpenStack takes for its own are a trap only where OpenStack is. */
void rule_openstack_names(struct conf *conf, struct nic *nic)
{
	static const char *const patterns[] = { "*tap*", "brq*", "vxlan*" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++)
		if (fnmatch(patterns[i], nic->name, 0) == 0 && has_openstack())
			rule_warn_of_name(conf, nic,
					  "OpenStack takes names like %s for its own, and kolla's "
					  "clean-up deletes them; eth1 would be safe",
					  patterns[i]);
}
