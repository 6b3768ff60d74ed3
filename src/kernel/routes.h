/* SPDX-License-Identifier: MIT */
/* The routing tables: what leads through a NIC, and where an address leads to. */
#ifndef KERNEL_ROUTES_H
#define KERNEL_ROUTES_H

#include "kernel/netns.h"
#include "nic/link.h"

/*
 * Adds to each NIC found, whose addresses are known: in nic.routes the routes of the main table
 * through it that somebody set, and not the kernel; in master_routes those of its place; in kept
 * every route, of any table and no matter who made it, that leads through it (as one of several
 * ways too) or has an address of it as its source, and that the kernel does not make by itself:
 * what goes when its address goes. Returns 0 or -errno (-EAGAIN: as links_read()).
 */
int routes_read(const struct netns *net, struct link **links, size_t n);

/* Through which interface an address is reached, and by which of that one's networks. */
struct lead {
	int ifindex; /* 0: no network of this machine's leads there */
	struct address theirs;
};

/*
 * Looks up each address in the routing table; what a gateway leads to is no network of this
 * machine's. Returns 0 or -errno, and nothing is known then.
 */
int routes_find(const struct netns *net, const struct ip *const *to, size_t n, struct lead *leads);

#endif
