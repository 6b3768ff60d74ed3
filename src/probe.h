/* SPDX-License-Identifier: MIT */
/* What the kernel has: the NICs found. Nothing is attached to in order to look at it. */
#ifndef PROBE_H
#define PROBE_H

#include "net.h"
#include "nic.h"

/*
 * Fills in each of the n NICs, whose names are set, from the kernel's view of it in net;
 * ifindex stays 0 where there is none. A few are asked for by name, so that it costs nothing
 * what else is on the machine; many take one dump of links and one of addresses.
 * Returns 0 or -errno.
 */
int probe_nics(const struct net *net, struct nic **nics, size_t n);

/* Adds to each NIC found the routes through it that somebody set (not the kernel's own). */
int probe_routes(const struct net *net, struct nic **nics, size_t n);

/* probe_nics() for one; returns 0 also where there is none. */
int probe_nic(const struct net *net, struct nic *nic);

#endif
