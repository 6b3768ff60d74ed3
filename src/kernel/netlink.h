/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7), through libmnl: what ioctls cannot do. Every function returns 0 or -errno, and
 * prints nothing. A dump returns -EAGAIN when the list changed while it was sent: all was read,
 * but something may be missing or twice.
 */
#ifndef KERNEL_NETLINK_H
#define KERNEL_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "nic/nic.h"

struct netlink;

/* A socket in the network namespace of the caller; NULL with errno set. */
struct netlink *netlink_open(void);
void netlink_close(struct netlink *netlink);
/* Its descriptor, for what is asked of a socket of its namespace. */
int netlink_fd(const struct netlink *netlink);

/* What the kernel says, message by message; data is the caller's own. */
typedef int (*netlink_reader)(const struct nlmsghdr *message, void *data);

/* Asks for the links of these names; those that do not exist give no message. */
int netlink_get_links(struct netlink *netlink, const char *const *names, size_t n,
		      netlink_reader read, void *data);
/* The value of an attribute; 0, or an empty text, where there is less of it than that takes. */
uint32_t netlink_u32(const struct nlattr *a);
uint8_t netlink_u8(const struct nlattr *a);
/* Copies at most size - 1 bytes, and a zero. */
void netlink_text(char *buf, size_t size, const struct nlattr *a);

/* Asks for all links, for all addresses of one link (or of all: 0), for all routes. */
int netlink_dump_links(struct netlink *netlink, netlink_reader read, void *data);
int netlink_dump_addresses(struct netlink *netlink, int ifindex, netlink_reader read, void *data);
int netlink_dump_routes(struct netlink *netlink, netlink_reader read, void *data);

/*
 * Asks for the route that leads to each address: the entry of the table as it stands there (4.13
 * on; older kernels answer with one for this address alone). read gets the address's place in
 * the list; where there is no route it is not called.
 */
int netlink_get_routes(struct netlink *netlink, const struct ip *const *to, size_t n,
		       void (*read)(size_t i, const struct nlmsghdr *message, void *data),
		       void *data);

/* replace: an address that is there already is changed (flags, IPv6 only), and is no error. */
int netlink_add_address(struct netlink *netlink, int ifindex, const struct address *a,
			bool replace);
int netlink_del_address(struct netlink *netlink, int ifindex, const struct address *a);

/* text may be empty: no alias. */
int netlink_set_alias(struct netlink *netlink, int ifindex, const char *text);

/* group: the device group of ip-link(8), by which many links can be deleted at once. */
int netlink_set_group(struct netlink *netlink, int ifindex, unsigned group);

/* The same for many, in few datagrams; links that are gone are no error. */
int netlink_set_groups(struct netlink *netlink, const int *ifindexes, size_t n, unsigned group);
/* Deletes every link of the group. -EINVAL or -EOPNOTSUPP: the kernel is too old. */
int netlink_del_group(struct netlink *netlink, unsigned group);

/* master: the index of a bridge, or 0 for none. */
int netlink_set_master(struct netlink *netlink, int ifindex, int master);

/* Makes a bridge with that MAC, which it keeps whatever ports come and go, and brings it up. */
int netlink_add_bridge(struct netlink *netlink, const char *name, const unsigned char mac[6]);

/* Asks for the ports of a bridge. */
int netlink_dump_ports(struct netlink *netlink, int master, netlink_reader read, void *data);

/* A unicast route through the link, in the main table, marked as static (RTPROT_STATIC). */
int netlink_add_route(struct netlink *netlink, int ifindex, const struct route *route,
		      bool replace);
int netlink_del_route(struct netlink *netlink, int ifindex, const struct route *route);

/* Deletes one link; waits for the kernel, about 20 ms. */
int netlink_del_link(struct netlink *netlink, int ifindex);

#endif
