/* SPDX-License-Identifier: MIT */
/*
 * An address whose network another interface has already: two routes to one network, so what
 * was reached through the other interface would be cut off.
 */
#ifndef CHANGE_OVERLAP_H
#define CHANGE_OVERLAP_H

#include "change/job.h"

/*
 * Objects (job->objection) to each NIC on which start would put an address to which a network of
 * another interface leads already, or of which that cannot be told. It asks the kernel's routing
 * table, so it costs nothing what else is on the machine. A smaller network within ours is none:
 * the longest prefix wins, and it is reached as before. Nor is a link-local address of IPv6: its
 * network is on every link.
 */
void overlap_check(const struct records *records, struct jobs *jobs);

#endif
