/* SPDX-License-Identifier: MIT */
/* What the machine knows of the network that a VXLAN goes over, without a packet being sent. */
#ifndef KERNEL_UNDERLAY_H
#define KERNEL_UNDERLAY_H

#include "nic/nic.h"

/*
 * Is this an address of the machine (of the namespace that the process is in)? 1 or 0, or a
 * negative error number where that cannot be told.
 */
int underlay_has_address(const struct ip *ip);

/*
 * How many bytes a packet to that node may have as far as the kernel knows: by the route and the
 * interface that lead there, and what routers have said (IP_MTU of ip(7)). 0: there is no way yet.
 */
uint32_t underlay_mtu(const struct ip *to);

#endif
