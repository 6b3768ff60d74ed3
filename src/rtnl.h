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

/* What the kernel says, message by message; data is the caller's own. */
typedef int (*rtnl_reader)(const struct nlmsghdr *message, void *data);

/* Asks for the links of these names; those that do not exist give no message. */
int rtnl_get_links(struct rtnl *rtnl, const char *const *names, size_t n, rtnl_reader read,
		   void *data);
/* Asks for one link by its index. */
int rtnl_get_link(struct rtnl *rtnl, int ifindex, rtnl_reader read, void *data);
/* Asks for all links (group 0), or for all addresses or IPv4 and IPv6 routes of one or all. */
int rtnl_dump_links(struct rtnl *rtnl, rtnl_reader read, void *data);
int rtnl_dump_addresses(struct rtnl *rtnl, int ifindex, rtnl_reader read, void *data);
int rtnl_dump_routes(struct rtnl *rtnl, int ifindex, rtnl_reader read, void *data);

/* replace: an address that is there already is changed (flags, IPv6 only), and is no error. */
int rtnl_add_address(struct rtnl *rtnl, int ifindex, const struct address *a, bool replace);
int rtnl_del_address(struct rtnl *rtnl, int ifindex, const struct address *a);

/* text may be empty: no alias. */
int rtnl_set_alias(struct rtnl *rtnl, int ifindex, const char *text);

/* Deletes one link; waits for the kernel, about 20 ms. */
int rtnl_del_link(struct rtnl *rtnl, int ifindex);

#endif
