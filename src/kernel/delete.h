/* SPDX-License-Identifier: MIT */
/* Deletes many links at the cost of one, and none that somebody uses. */
#ifndef KERNEL_DELETE_H
#define KERNEL_DELETE_H

#include "kernel/netns.h"

struct doomed {
	int ifindex;
	const char *name; /* the one that it has now */
	bool carrier;
	/*
	 * IFF_* that tun_attach() takes to claim a NIC of one queue: its mode, and what it has
	 * by way
	 * of packet info and header, lest the claim changes that. 0: it cannot be claimed.
	 */
	unsigned claim;
	unsigned queues; /* those that are our holder's */
	int master;      /* what it is a port of, as far as is known; 0: of nothing */
	uint32_t group;  /* the device group that it was in */

	int error; /* what became of it: 0, it is gone; or why it stayed, -errno */
	char *why; /* the same in words, where there is more to say; free() */
};

/*
 * Deletes these links of the namespace, all of which are ours. Each deletion waits for the
 * kernel's RCU, about 19 ms; so they are moved into a device group that nobody uses, and the
 * group is deleted in one go. It is deleted only when a look at all links shows that nothing
 * else is in it. Kernels that cannot delete a group get one request a link. Links that are gone
 * already are no error.
 *
 * A NIC of one queue is claimed before: while we have it open nobody else can attach, and who
 * has attached (-EBUSY) keeps it. It stays open until it is deleted, 20 us a NIC. Where nobody can
 * claim (several queues, a bridge, a vxlan), and for what is on top of a link in any namespace,
 * there is a last look right before the deletion, and what came since the first one stays.
 * Between that look and the deletion are a few system calls; SECURITY says how long that is.
 * force: no claim, no look.
 *
 * The most that are deleted together is by RLIMIT_NOFILE, which is raised to what root may.
 * netns_device_serial() should have found a sysfs before. Returns how many stayed.
 */
size_t delete_links(struct netns *net, struct doomed *links, size_t n, bool force);

#endif
