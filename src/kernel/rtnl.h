/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7): what is asked of the kernel, and what ioctls cannot change. Every function
 * returns 0
 * or -errno, and prints nothing. What a question returns, and how often it is worth asking, is in
 * netlink.h; readers get the answers as they come.
 */
#ifndef KERNEL_RTNL_H
#define KERNEL_RTNL_H

#include "kernel/netlink.h"
#include "nic/link.h"

/* Which link is meant: the one with that index, or where it is 0 the one of that name. */
struct rtnl_key {
	int ifindex;
	const char *name;
};

/* Asks for each of the links; answer->question is its place. -ENODEV: there is none. */
int rtnl_get_links(struct netlink *netlink, const struct rtnl_key *keys, size_t n,
		   netlink_reader read, void *data);
/*
 * Asks for all links; those with that master, or of the namespace that has this id in ours
 * (RTM_GETNSID), where that is not 0 and not -1. Older kernels send more: the reader looks for
 * itself.
 */
int rtnl_dump_links(struct netlink *netlink, int master, int nsid, netlink_reader read, void *data);
/* Asks for the addresses of one link, for those of all (0); likewise for all routes. */
int rtnl_dump_addresses(struct netlink *netlink, int ifindex, netlink_reader read, void *data);
int rtnl_dump_routes(struct netlink *netlink, netlink_reader read, void *data);
/* Asks for the entries of the forwarding table of one link, or of all (0). */
int rtnl_dump_fdb(struct netlink *netlink, int ifindex, netlink_reader read, void *data);

/*
 * Asks for the route that leads to each address: the entry of the table as it is (4.13
 * on; older kernels answer with one for this address alone). answer->question is its place.
 */
int rtnl_get_routes(struct netlink *netlink, const struct ip *const *to, size_t n,
		    netlink_reader read, void *data);

/* The ids that other namespaces have in this one; of one, open as fd (-1: none yet). */
int rtnl_dump_nsids(struct netlink *netlink, netlink_reader read, void *data);
int rtnl_get_nsid(struct netlink *netlink, int fd, int *nsid);

/*
 * Puts an address on a link, with all that is known of it. replace: one that is there already is
 * changed (flags, lifetimes; IPv6 only), and is no error.
 */
int rtnl_add_address(struct netlink *netlink, int ifindex, const struct address *a, bool replace);
int rtnl_del_address(struct netlink *netlink, int ifindex, const struct address *a);

/* A unicast route through the link, in the main table, marked as static (RTPROT_STATIC). */
int rtnl_add_route(struct netlink *netlink, int ifindex, const struct route *route, bool replace);
int rtnl_del_route(struct netlink *netlink, int ifindex, const struct route *route);
/*
 * The route as it was, no matter who made it. -EEXIST: it is still there. What has a gateway
 * needs the route to that gateway first: those without one come first.
 */
int rtnl_put_back_route(struct netlink *netlink, const struct kept_route *route);

/* text may be empty: no alias. */
int rtnl_set_alias(struct netlink *netlink, int ifindex, const char *text);
/* group: the device group of ip-link(8), by which many links can be deleted at once. */
int rtnl_set_group(struct netlink *netlink, int ifindex, unsigned group);
/* The same for many, in few datagrams; links that are gone are no error. */
int rtnl_set_groups(struct netlink *netlink, const int *ifindexes, size_t n, unsigned group);
/* master: the index of a bridge, or 0 for none. */
int rtnl_set_master(struct netlink *netlink, int ifindex, int master);
/*
 * Does the link get an IPv6 link-local address of its own (RFC 4862) when it comes up?
 * IFLA_INET6_ADDR_GEN_MODE, 3.17 on; -EAFNOSUPPORT: there is no IPv6 on it.
 */
int rtnl_set_link_local(struct netlink *netlink, int ifindex, bool on);

/* A link that does not die with a descriptor. */
struct rtnl_link {
	/*
	 * mode is vxlan or bridge; name, mac, what its kind has of its own, and mtu where it is
	 * set
	 */
	const struct nic *nic;
	int ifindex; /* the one that it is to have; 0: the next free one */
	int netns; /* a descriptor of the namespace in which it is to be; -1: that of the socket */
	bool up;   /* at once */
};

/*
 * Makes it, all in one message, down unless it says up. The UDP socket of a vxlan belongs to the
 * namespace of netlink, whatever netns says. -EEXIST: the name or index is taken, or the VNI on
 * that port.
 */
int rtnl_add_link(struct netlink *netlink, const struct rtnl_link *link);
/*
 * Changes in place what can be: local (of the same family) and learning of a vxlan, from about
 * 4.12 on (before, and for all else: -EOPNOTSUPP); stp of a bridge.
 */
int rtnl_set_vxlan(struct netlink *netlink, int ifindex, const struct nic *nic);
int rtnl_set_stp(struct netlink *netlink, int ifindex, bool on);

/*
 * Adds entries to the forwarding table of a vxlan, permanent and beside those that are there, or
 * takes them away; what is there already, or is gone, is no error. errors, where it is not NULL,
 * has a place for each: 0 or -errno. Returns the first of them.
 */
int rtnl_add_fdb(struct netlink *netlink, int ifindex, const struct fdb_entry *entries, size_t n,
		 int *errors);
int rtnl_del_fdb(struct netlink *netlink, int ifindex, const struct fdb_entry *entries, size_t n,
		 int *errors);

/* Deletes one link; waits for the kernel, about 20 ms. */
int rtnl_del_link(struct netlink *netlink, int ifindex);
/* Deletes every link of the group. -EINVAL or -EOPNOTSUPP: the kernel is too old. */
int rtnl_del_group(struct netlink *netlink, unsigned group);

#endif
