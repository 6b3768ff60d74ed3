/* SPDX-License-Identifier: MIT */
/* rtnetlink(7): what is asked of the kernel, and what ioctls cannot change. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "kernel/compat.h"
#include "kernel/rtnl.h"
#include "nic/kind.h"

/* IFA_F_* that a user may give; the others are the kernel's account of it. linux/if_addr.h */
#define ADDRESS_FLAGS (IFA_F_NODAD | 0x04 | 0x10 | 0x100 | IFA_F_NOPREFIXROUTE | 0x400)
/* RTNH_F_PERVASIVE and RTNH_F_ONLINK: the others say what has become of a route's link */
#define ROUTE_FLAGS (0x02 | 0x04)
/* The ways of a route; a message has room for no more. */
#define ROUTE_BYTES 4096

/* questions */

static void begin_link_question(struct netlink *netlink, unsigned flags, const struct rtnl_key *key)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = key->ifindex };

	netlink_begin(netlink, RTM_GETLINK, flags, &head, sizeof(head));
	if (!key->ifindex && key->name)
		netlink_put_text(netlink, IFLA_IFNAME, key->name);
	netlink_put_u32(netlink, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

int rtnl_get_links(struct netlink *netlink, const struct rtnl_key *keys, size_t n,
		   netlink_reader read, void *data)
{
	size_t i, base = 0;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i++) {
		begin_link_question(netlink, 0, &keys[i]);
		if (i + 1 < n && !netlink_is_full(netlink))
			continue;
		ret = netlink_ask(netlink, base, read, data);
		base = i + 1;
	}
	return ret;
}

int rtnl_dump_links(struct netlink *netlink, int master, int nsid, netlink_reader read, void *data)
{
	const struct rtnl_key all = { 0 };

	begin_link_question(netlink, NLM_F_DUMP, &all);
	if (master)
		netlink_put_u32(netlink, IFLA_MASTER, (uint32_t)master);
	if (nsid >= 0)
		netlink_put_u32(netlink, IFLA_TARGET_NETNSID, (uint32_t)nsid);
	return netlink_ask(netlink, 0, read, data);
}

int rtnl_dump_addresses(struct netlink *netlink, int ifindex, netlink_reader read, void *data)
{
	struct ifaddrmsg head = { .ifa_family = AF_UNSPEC, .ifa_index = (unsigned)ifindex };

	netlink_begin(netlink, RTM_GETADDR, NLM_F_DUMP, &head, sizeof(head));
	return netlink_ask(netlink, 0, read, data);
}

int rtnl_dump_routes(struct netlink *netlink, netlink_reader read, void *data)
{
	struct rtmsg head = { .rtm_family = AF_UNSPEC };

	netlink_begin(netlink, RTM_GETROUTE, NLM_F_DUMP, &head, sizeof(head));
	return netlink_ask(netlink, 0, read, data);
}

int rtnl_dump_fdb(struct netlink *netlink, int ifindex, netlink_reader read, void *data)
{
	struct ndmsg head = { .ndm_family = AF_BRIDGE };

	netlink_begin(netlink, RTM_GETNEIGH, NLM_F_DUMP, &head, sizeof(head));
	if (ifindex)
		netlink_put_u32(netlink, NDA_IFINDEX, (uint32_t)ifindex);
	return netlink_ask(netlink, 0, read, data);
}

int rtnl_get_routes(struct netlink *netlink, const struct ip *const *to, size_t n,
		    netlink_reader read, void *data)
{
	size_t i, base = 0;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i++) {
		struct rtmsg head = { .rtm_family = to[i]->family,
				      .rtm_dst_len = (unsigned char)ip_bits(to[i]),
				      .rtm_flags = RTM_F_FIB_MATCH };

		netlink_begin(netlink, RTM_GETROUTE, 0, &head, sizeof(head));
		netlink_put(netlink, RTA_DST, to[i]->bytes, ip_bits(to[i]) / 8);
		if (i + 1 < n && !netlink_is_full(netlink))
			continue;
		ret = netlink_ask(netlink, base, read, data);
		base = i + 1;
	}
	return ret;
}

static void begin_nsid(struct netlink *netlink, unsigned flags)
{
	/* struct rtgenmsg, and what aligns it */
	const uint8_t head[NLMSG_ALIGNTO] = { AF_UNSPEC };

	netlink_begin(netlink, RTM_GETNSID, flags, head, sizeof(head));
}

int rtnl_dump_nsids(struct netlink *netlink, netlink_reader read, void *data)
{
	begin_nsid(netlink, NLM_F_DUMP);
	return netlink_ask(netlink, 0, read, data);
}

static int take_nsid(const struct netlink_answer *answer, void *data)
{
	if (answer->error == 0 && answer->attr[NETNSA_NSID].data)
		*(int *)data = (int)netlink_u32(&answer->attr[NETNSA_NSID]);
	return answer->error;
}

int rtnl_get_nsid(struct netlink *netlink, int fd, int *nsid)
{
	*nsid = -1;
	begin_nsid(netlink, 0);
	netlink_put_u32(netlink, NETNSA_FD, (uint32_t)fd);
	return netlink_ask(netlink, 0, take_nsid, nsid);
}

/* addresses */

static void put_ip(struct netlink *netlink, unsigned attribute, const struct ip *ip)
{
	netlink_put(netlink, attribute, ip->bytes, ip_bits(ip) / 8);
}

static void put_lifetime(struct netlink *netlink, const struct address *a)
{
	const struct ifa_cacheinfo info = { .ifa_prefered = a->preferred, .ifa_valid = a->valid };

	netlink_put(netlink, IFA_CACHEINFO, &info, sizeof(info));
}

static int change_address(struct netlink *netlink, unsigned type, unsigned flags, int ifindex,
			  const struct address *a)
{
	const uint32_t wanted = (a->flags & ADDRESS_FLAGS) | (a->nodad ? IFA_F_NODAD : 0);
	struct ifaddrmsg head = { .ifa_family = a->ip.family,
				  .ifa_prefixlen = a->prefix,
				  .ifa_index = (unsigned)ifindex,
				  .ifa_scope = a->scope,
				  .ifa_flags = (unsigned char)wanted };

	netlink_begin(netlink, type, flags, &head, sizeof(head));
	put_ip(netlink, IFA_LOCAL, &a->ip);
	put_ip(netlink, IFA_ADDRESS, a->peer.family ? &a->peer : &a->ip);
	if (a->broadcast.family)
		put_ip(netlink, IFA_BROADCAST, &a->broadcast);
	if (wanted > UINT8_MAX)
		netlink_put_u32(netlink, IFA_FLAGS, wanted);
	if (a->label[0])
		netlink_put_text(netlink, IFA_LABEL, a->label);
	if (a->metric)
		netlink_put_u32(netlink, IFA_RT_PRIORITY, a->metric);
	if (a->valid)
		put_lifetime(netlink, a);
	return netlink_change(netlink, 0, NULL, NULL);
}

int rtnl_add_address(struct netlink *netlink, int ifindex, const struct address *a, bool replace)
{
	return change_address(netlink, RTM_NEWADDR,
			      NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), ifindex, a);
}

int rtnl_del_address(struct netlink *netlink, int ifindex, const struct address *a)
{
	return change_address(netlink, RTM_DELADDR, 0, ifindex, a);
}

/* routes */

static int change_route(struct netlink *netlink, unsigned type, unsigned flags, int ifindex,
			const struct route *r)
{
	struct rtmsg head = { .rtm_family = r->to.family,
			      .rtm_dst_len = r->prefix,
			      .rtm_table = RT_TABLE_MAIN,
			      .rtm_protocol = RTPROT_STATIC,
			      .rtm_type = RTN_UNICAST };
	/* without one RTM_DELROUTE means the first there is, no matter whose */
	uint32_t metric = !r->metric && type == RTM_DELROUTE && r->to.family == AF_INET6
				  ? IPV6_METRIC
				  : r->metric;

	/* what has no gateway is on the link itself; IPv6 knows one scope only */
	head.rtm_scope = r->to.family == AF_INET && !r->via.family ? RT_SCOPE_LINK
								   : RT_SCOPE_UNIVERSE;
	netlink_begin(netlink, type, flags, &head, sizeof(head));
	if (r->prefix)
		put_ip(netlink, RTA_DST, &r->to);
	if (r->via.family)
		put_ip(netlink, RTA_GATEWAY, &r->via);
	if (metric)
		netlink_put_u32(netlink, RTA_PRIORITY, metric);
	netlink_put_u32(netlink, RTA_OIF, (uint32_t)ifindex);
	return netlink_change(netlink, 0, NULL, NULL);
}

int rtnl_add_route(struct netlink *netlink, int ifindex, const struct route *route, bool replace)
{
	return change_route(netlink, RTM_NEWROUTE,
			    NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), ifindex, route);
}

int rtnl_del_route(struct netlink *netlink, int ifindex, const struct route *route)
{
	return change_route(netlink, RTM_DELROUTE, 0, ifindex, route);
}

/*
 * Is it to be sent as it came? What is counted is not, nor what the kernel tells in addition of a
 * route that names its next hop by number (RTA_NH_ID).
 */
static bool is_put_back(unsigned type, bool has_nexthop)
{
	if (type == RTA_CACHEINFO)
		return false;
	return !has_nexthop ||
	       (type != RTA_OIF && type != RTA_GATEWAY && type != RTA_VIA && type != RTA_MULTIPATH);
}

/* Each way of a route with several: what has become of its link is not to be sent either. */
static void put_ways(struct netlink *netlink, const struct netlink_attr *ways)
{
	char copy[ROUTE_BYTES];
	struct rtnexthop way;
	size_t at;

	if (ways->len > sizeof(copy)) {
		netlink_put(netlink, RTA_MULTIPATH, ways->data, ways->len);
		return;
	}
	memcpy(copy, ways->data, ways->len);
	for (at = 0; at + sizeof(way) <= ways->len; at += NLMSG_ALIGN(way.rtnh_len)) {
		memcpy(&way, copy + at, sizeof(way));
		if (way.rtnh_len < sizeof(way))
			break;
		way.rtnh_flags &= ROUTE_FLAGS;
		memcpy(copy + at, &way, sizeof(way));
	}
	netlink_put(netlink, RTA_MULTIPATH, copy, ways->len);
}

int rtnl_put_back_route(struct netlink *netlink, const struct kept_route *route)
{
	const struct netlink_attr all = { route->attributes, route->len };
	struct netlink_attr attr[NETLINK_ATTRS], at = { 0 };
	struct rtmsg head;
	unsigned type;

	memcpy(&head, route->head, sizeof(head));
	head.rtm_flags &= ROUTE_FLAGS;
	netlink_begin(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	netlink_nested(attr, &all);
	while (netlink_next(&all, &type, &at))
		if (!is_put_back(type, attr[RTA_NH_ID].data))
			continue;
		else if (type == RTA_MULTIPATH)
			put_ways(netlink, &at);
		else
			netlink_put(netlink, type, at.data, at.len);
	return netlink_change(netlink, 0, NULL, NULL);
}

/* links */

static void begin_link(struct netlink *netlink, unsigned type, unsigned flags, int ifindex)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };

	netlink_begin(netlink, type, flags, &head, sizeof(head));
}

int rtnl_set_alias(struct netlink *netlink, int ifindex, const char *text)
{
	begin_link(netlink, RTM_SETLINK, 0, ifindex);
	netlink_put(netlink, IFLA_IFALIAS, text, strlen(text));
	return netlink_change(netlink, 0, NULL, NULL);
}

int rtnl_set_group(struct netlink *netlink, int ifindex, unsigned group)
{
	begin_link(netlink, RTM_SETLINK, 0, ifindex);
	netlink_put_u32(netlink, IFLA_GROUP, group);
	return netlink_change(netlink, 0, NULL, NULL);
}

static int forgive_gone(const struct netlink_answer *answer, void *data)
{
	(void)data;
	return answer->error == -ENODEV ? 0 : answer->error;
}

int rtnl_set_groups(struct netlink *netlink, const int *ifindexes, size_t n, unsigned group)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i++) {
		begin_link(netlink, RTM_SETLINK, 0, ifindexes[i]);
		netlink_put_u32(netlink, IFLA_GROUP, group);
		if (i + 1 == n || netlink_is_full(netlink))
			ret = netlink_change(netlink, 0, forgive_gone, NULL);
	}
	return ret;
}

int rtnl_set_master(struct netlink *netlink, int ifindex, int master)
{
	begin_link(netlink, RTM_SETLINK, 0, ifindex);
	netlink_put_u32(netlink, IFLA_MASTER, (uint32_t)master);
	return netlink_change(netlink, 0, NULL, NULL);
}

int rtnl_set_link_local(struct netlink *netlink, int ifindex, bool on)
{
	size_t families, inet6;

	begin_link(netlink, RTM_SETLINK, 0, ifindex);
	families = netlink_nest(netlink, IFLA_AF_SPEC);
	inet6 = netlink_nest(netlink, AF_INET6);
	netlink_put_u8(netlink, IFLA_INET6_ADDR_GEN_MODE,
		       on ? IN6_ADDR_GEN_MODE_EUI64 : IN6_ADDR_GEN_MODE_NONE);
	netlink_nest_end(netlink, inet6);
	netlink_nest_end(netlink, families);
	return netlink_change(netlink, 0, NULL, NULL);
}

static void put_vxlan(struct netlink *netlink, const struct nic *nic)
{
	const struct ip *local = &nic->local;

	if (local->family)
		put_ip(netlink, local->family == AF_INET6 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL,
		       local);
	netlink_put_u8(netlink, IFLA_VXLAN_LEARNING, nic->num[NIC_LEARNING] != 0);
}

static void put_new_vxlan(struct netlink *netlink, const struct nic *nic)
{
	const uint16_t port = htons((uint16_t)nic->num[NIC_PORT]);

	netlink_put_u32(netlink, IFLA_VXLAN_ID, nic->num[NIC_VNI]);
	netlink_put(netlink, IFLA_VXLAN_PORT, &port, sizeof(port));
	put_vxlan(netlink, nic);
}

static void put_new_bridge(struct netlink *netlink, const struct nic *nic)
{
	if (nic->num[NIC_STP])
		netlink_put_u32(netlink, IFLA_BR_STP_STATE, 1);
}

static void (*const put_new[NIC_MODES])(struct netlink *, const struct nic *) = {
	[MODE_VXLAN] = put_new_vxlan,
	[MODE_BRIDGE] = put_new_bridge,
};

int rtnl_add_link(struct netlink *netlink, const struct rtnl_link *link)
{
	const struct nic *nic = link->nic;
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC,
				  .ifi_index = link->ifindex,
				  .ifi_flags = link->up ? IFF_UP : 0,
				  .ifi_change = link->up ? IFF_UP : 0 };
	size_t info, data;

	netlink_begin(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	netlink_put_text(netlink, IFLA_IFNAME, nic->name);
	netlink_put(netlink, IFLA_ADDRESS, nic->mac, sizeof(nic->mac));
	if (nic_is_set(nic, NIC_MTU))
		netlink_put_u32(netlink, IFLA_MTU, nic->num[NIC_MTU]);
	if (link->netns >= 0)
		netlink_put_u32(netlink, IFLA_NET_NS_FD, (uint32_t)link->netns);
	info = netlink_nest(netlink, IFLA_LINKINFO);
	netlink_put_text(netlink, IFLA_INFO_KIND, kind_of(nic)->kernel);
	data = netlink_nest(netlink, IFLA_INFO_DATA);
	put_new[nic->num[NIC_MODE]](netlink, nic);
	netlink_nest_end(netlink, data);
	netlink_nest_end(netlink, info);
	return netlink_change(netlink, 0, NULL, NULL);
}

/* What a kind of link has of its own can be changed by RTM_NEWLINK alone. */
static size_t begin_kind(struct netlink *netlink, int ifindex, const char *kind, size_t *info)
{
	begin_link(netlink, RTM_NEWLINK, 0, ifindex);
	*info = netlink_nest(netlink, IFLA_LINKINFO);
	netlink_put_text(netlink, IFLA_INFO_KIND, kind);
	return netlink_nest(netlink, IFLA_INFO_DATA);
}

int rtnl_set_vxlan(struct netlink *netlink, int ifindex, const struct nic *nic)
{
	size_t info, data = begin_kind(netlink, ifindex, "vxlan", &info);

	put_vxlan(netlink, nic);
	netlink_nest_end(netlink, data);
	netlink_nest_end(netlink, info);
	return netlink_change(netlink, 0, NULL, NULL);
}

int rtnl_set_stp(struct netlink *netlink, int ifindex, bool on)
{
	size_t info, data = begin_kind(netlink, ifindex, "bridge", &info);

	netlink_put_u32(netlink, IFLA_BR_STP_STATE, on);
	netlink_nest_end(netlink, data);
	netlink_nest_end(netlink, info);
	return netlink_change(netlink, 0, NULL, NULL);
}

/* the forwarding table */

struct fdb_change {
	unsigned type, flags;
	int forgiven; /* the error that says: nothing to do */
	int *errors;
};

static int take_fdb_error(const struct netlink_answer *answer, void *data)
{
	const struct fdb_change *change = data;
	int error = answer->error == change->forgiven ? 0 : answer->error;

	if (change->errors)
		change->errors[answer->question] = error;
	return error;
}

static int change_fdb(struct netlink *netlink, int ifindex, const struct fdb_entry *entries,
		      size_t n, struct fdb_change *change)
{
	struct ndmsg head = { .ndm_family = AF_BRIDGE,
			      .ndm_ifindex = ifindex,
			      .ndm_state = NUD_PERMANENT,
			      .ndm_flags = NTF_SELF };
	size_t i, base = 0;
	int ret = 0, one;

	if (change->errors && n)
		memset(change->errors, 0, n * sizeof(*change->errors));
	for (i = 0; i < n; i++) {
		netlink_begin(netlink, change->type, change->flags, &head, sizeof(head));
		netlink_put(netlink, NDA_LLADDR, entries[i].mac, sizeof(entries[i].mac));
		put_ip(netlink, NDA_DST, &entries[i].to);
		if (i + 1 < n && !netlink_is_full(netlink))
			continue;
		one = netlink_change(netlink, base, take_fdb_error, change);
		base = i + 1;
		ret = ret < 0 ? ret : one;
	}
	return ret;
}

int rtnl_add_fdb(struct netlink *netlink, int ifindex, const struct fdb_entry *entries, size_t n,
		 int *errors)
{
	struct fdb_change change = { RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, -EEXIST, errors };

	return change_fdb(netlink, ifindex, entries, n, &change);
}

int rtnl_del_fdb(struct netlink *netlink, int ifindex, const struct fdb_entry *entries, size_t n,
		 int *errors)
{
	struct fdb_change change = { RTM_DELNEIGH, 0, -ENOENT, errors };

	return change_fdb(netlink, ifindex, entries, n, &change);
}

/* deletion */

int rtnl_del_link(struct netlink *netlink, int ifindex)
{
	begin_link(netlink, RTM_DELLINK, 0, ifindex);
	return netlink_change(netlink, 0, NULL, NULL);
}

int rtnl_del_group(struct netlink *netlink, unsigned group)
{
	begin_link(netlink, RTM_DELLINK, 0, 0);
	netlink_put_u32(netlink, IFLA_GROUP, group);
	return netlink_change(netlink, 0, NULL, NULL);
}
