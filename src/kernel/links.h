/* SPDX-License-Identifier: MIT */
/* What the kernel has: the NICs found. Nothing is attached to in order to look at it. */
#ifndef KERNEL_LINKS_H
#define KERNEL_LINKS_H

#include "kernel/netns.h"
#include "nic/link.h"

/*
 * Fills in each of the n NICs, whose names are set, from the kernel's view of it in net;
 * ifindex stays 0 where there is none. A few are asked for by name, so that it costs nothing
 * what else is on the machine; many take one dump of links and one of addresses.
 * Returns 0 or -errno.
 */
int links_read(const struct netns *net, struct link **links, size_t n);

/* Adds to each NIC found the routes through it that somebody set (not the kernel's own). */
int links_read_routes(const struct netns *net, struct link **links, size_t n);

/* links_read() for one; returns 0 also where there is none. */
int link_read(const struct netns *net, struct link *link);

#endif
