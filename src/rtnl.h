/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7), through libmnl: what ioctls cannot do. Every function returns 0 or -errno, and
 * prints nothing. A dump returns -EAGAIN when the list changed while it was sent: all was read,
 * but something may be missing or twice.
 */
#ifndef RTNL_H
#define RTNL_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "nic.h"

struct rtnl;

/* A socket in the network namespace of the caller; NULL with errno set. */
struct rtnl *rtnl_open(void);
void rtnl_close(struct rtnl *rtnl);
/* Its descriptor, for what is asked of a socket of its namespace. */
int rtnl_fd(const struct rtnl *rtnl);

/* What the kernel says, message by message; data is the caller's own. */
typedef int (*rtnl_reader)(const struct nlmsghdr *message, void *data);

/* Asks for the links of these names; those that do not exist give no message. */
int rtnl_get_links(struct rtnl *rtnl, const char *const *names, size_t n, rtnl_reader read,
		   void *data);
/* The value of an attribute; 0, or an empty text, where there is less of it than that takes. */
uint32_t rtnl_u32(const struct nlattr *a);
uint8_t rtnl_u8(const struct nlattr *a);
/* Copies at most size - 1 bytes, and a zero. */
void rtnl_text(char *buf, size_t size, const struct nlattr *a);

/* Asks for all links, for all addresses of one link (or of all: 0), for all routes. */
int rtnl_dump_links(struct rtnl *rtnl, rtnl_reader read, void *data);
int rtnl_dump_addresses(struct rtnl *rtnl, int ifindex, rtnl_reader read, void *data);
int rtnl_dump_routes(struct rtnl *rtnl, rtnl_reader read, void *data);

/*
 * Asks for the route that leads to each address: the entry of the table as it stands there (4.13
 * on; older kernels answer with one for this address alone). read gets the address's place in
 * the list; where there is no route it is not called.
 */
int rtnl_get_routes(struct rtnl *rtnl, const struct ip *const *to, size_t n,
		    void (*read)(size_t i, const struct nlmsghdr *message, void *data), void *data);

/* replace: an address that is there already is changed (flags, IPv6 only), and is no error. */
int rtnl_add_address(struct rtnl *rtnl, int ifindex, const struct address *a, bool replace);
int rtnl_del_address(struct rtnl *rtnl, int ifindex, const struct address *a);

/* text may be empty: no alias. */
int rtnl_set_alias(struct rtnl *rtnl, int ifindex, const char *text);

/* group: the device group of ip-link(8), by which many links can be deleted at once. */
int rtnl_set_group(struct rtnl *rtnl, int ifindex, unsigned group);

/* The same for many, in few datagrams; links that are gone are no error. */
int rtnl_set_groups(struct rtnl *rtnl, const int *ifindexes, size_t n, unsigned group);
/* Deletes every link of the group. -EINVAL or -EOPNOTSUPP: the kernel is too old. */
int rtnl_del_group(struct rtnl *rtnl, unsigned group);

/* master: the index of a bridge, or 0 for none. */
int rtnl_set_master(struct rtnl *rtnl, int ifindex, int master);

/* Makes a bridge with that MAC, which it keeps whatever ports come and go, and brings it up. */
int rtnl_add_bridge(struct rtnl *rtnl, const char *name, const unsigned char mac[6]);

/* Asks for the ports of a bridge. */
int rtnl_dump_ports(struct rtnl *rtnl, int master, rtnl_reader read, void *data);

/* A unicast route through the link, in the main table, marked as static (RTPROT_STATIC). */
int rtnl_add_route(struct rtnl *rtnl, int ifindex, const struct route *route, bool replace);
int rtnl_del_route(struct rtnl *rtnl, int ifindex, const struct route *route);

/* Deletes one link; waits for the kernel, about 20 ms. */
int rtnl_del_link(struct rtnl *rtnl, int ifindex);

#endif
