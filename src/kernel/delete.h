/* SPDX-License-Identifier: MIT */
/* Deletes many links at the cost of one. */
#ifndef KERNEL_DELETE_H
#define KERNEL_DELETE_H

#include "kernel/netns.h"

struct doomed {
	int ifindex;
	const char *name;
	bool carrier;
	int error; /* what became of it: 0, it is gone; or why it stayed, -errno */
};

/*
 * Deletes these links of the namespace, all of which are ours. Each deletion waits for the
 * kernel's RCU, about 19 ms; so they are moved into a device group that nobody uses, and the
 * group is deleted in one go. It is deleted only when a look at all links shows that nothing
 * else is in it. Kernels that cannot delete a group get one request a link. Links that are gone
 * already are no error. Returns how many stayed.
 */
size_t delete_links(struct netns *net, struct doomed *links, size_t n);

#endif
