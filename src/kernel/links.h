/* SPDX-License-Identifier: MIT */
/* What the kernel has: the NICs found. Nothing is attached to in order to look at it. */
#ifndef KERNEL_LINKS_H
#define KERNEL_LINKS_H

#include "kernel/netlink.h"
#include "kernel/netns.h"
#include "nic/link.h"

/*
 * Fills in each of the n NICs from the kernel's view of it in net. It is looked for by its
 * wanted_index, and then gets the name that it has now; where that is 0 by its name, other names
 * (altnames) aside. ifindex is 0 where there is none. The same one may be asked for twice.
 *
 * A few are asked for one by one, so that it costs nothing what else is on the machine; many take
 * one dump of links and one of addresses. Returns 0 or -errno; -EAGAIN: the lists changed each
 * time that they were read, so that it cannot be told (netlink_cause()).
 */
int links_read(const struct netns *net, struct link **links, size_t n);

/*
 * Every link of net, in a new list that is the caller's; one that goes meanwhile has ifindex 0.
 * Returns 0 or -errno.
 */
int links_read_all(const struct netns *net, struct link **list, size_t *n);

/* links_read() for one; returns 0 also where there is none. */
int link_read(const struct netns *net, struct link *link);

/*
 * For those of the NICs that are in an Open vSwitch bridge (nic.ovs_bridge is filled in by then):
 * their place, and its addresses. Returns 0 or -errno.
 */
int links_read_places(const struct netns *net, struct link **links, size_t n);

struct link_port {
	int ifindex;
	char name[IFNAMSIZ];
};

/* The ports of a bridge, to be freed. Returns 0 or -errno. */
int links_read_ports(const struct netns *net, int ifindex, struct link_port **ports, size_t *n);

#endif
