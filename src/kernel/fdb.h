/* SPDX-License-Identifier: MIT */
/* The forwarding tables of VXLAN devices: which node a frame goes to. */
#ifndef KERNEL_FDB_H
#define KERNEL_FDB_H

#include "kernel/netns.h"
#include "nic/link.h"

/*
 * Fills in fdb of each vxlan among the NICs found, with the entries that lead to another node, and
 * from it nic.peers, sorted: those nodes to which what goes to all goes, by a permanent entry for
 * 00:00:00:00:00:00. A few are asked for one by one, many by one dump. Returns 0 or -errno
 * (-EAGAIN: as links_read()).
 */
int fdb_read(const struct netns *net, struct link **links, size_t n);

/* Is it an entry for 00:00:00:00:00:00, that stays? */
bool fdb_is_peer(const struct fdb_entry *entry);

#endif
