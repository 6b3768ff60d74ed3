/* SPDX-License-Identifier: MIT */
/* Which processes have a tun or tap device open: /proc/PID/fdinfo names it as "iff:". */
#ifndef CHANGE_USERS_H
#define CHANGE_USERS_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel/netns.h"

struct user {
	char nic[IFNAMSIZ];
	uint64_t netns; /* inode of the device's network namespace */
	pid_t pid;
	char comm[64];
};

struct users {
	struct user *list;
	size_t n, cap;
};

/*
 * Looks through /proc once. A user who is not root sees his own processes only, and nobody sees
 * those of another pid namespace: an empty list does not say that a NIC is free. The process
 * except (the holder, or 0) does not count. Returns 0, or -errno: there is no /proc, or it cannot
 * be read to its end.
 */
int users_read(struct users *users, pid_t except);

/*
 * The next user of the NIC of that namespace after *at, which starts at 0; NULL when there is none
 * left.
 */
const struct user *users_next(const struct users *users, size_t *at, const char *nic,
			      struct netns *net);

#endif
