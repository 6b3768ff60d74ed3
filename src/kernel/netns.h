/* SPDX-License-Identifier: MIT */
/* A network namespace, with the sockets that speak to it. */
#ifndef KERNEL_NETNS_H
#define KERNEL_NETNS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/netlink.h"
#include "nic/nic_id.h"

struct netns {
	const char *name;     /* of ip-netns(8); NULL for the one we run in */
	int fd;               /* of a named namespace, else -1 */
	char id[NET_ID_TEXT]; /* tells it from every other one until the next boot */
	uint64_t inode;       /* netns_inode() */
	int sock;             /* for ioctls: netlink's own, where the kernel lets that do */
	int sysfs;            /* a sysfs of the namespace; -1: none yet, -2: none to be had */
	const char *expected; /* netns_expect_device(); "": it did not come */
	bool many;            /* netns_ask_for_many() */
	struct serials *serials;
	struct netlink *netlink;
	struct netns *next;
};

/*
 * The namespace of that name, opened once; NULL or "" is our own. Returns NULL with errno set:
 * ENOENT where there is no such namespace.
 */
struct netns *netns_get(const char *name);

/*
 * Does this errno of netns_get() say that the namespace is no more? ip-netns(8) leaves a plain file
 * where one was busy (EINVAL).
 */
bool netns_is_gone(int err);

/*
 * Opens the sockets of the namespace that fd is of, which stays the caller's, for a look at it.
 * Returns 0 or -errno.
 */
int netns_enter(struct netns *net, int fd);
void netns_leave(struct netns *net);
/* Runs step with the namespace as that of this process. Returns what it returned, or -errno. */
int netns_run(const struct netns *net, int (*step)(void *), void *argument);
/*
 * Keeps one that was entered as netns_get() does, with a descriptor of its own; name is what it is
 * called in messages. NULL with errno set. netns_kept() is the one with that id, or NULL.
 */
struct netns *netns_keep(const struct netns *net, const char *name);
struct netns *netns_kept(const char *id);

/*
 * Switches IPv6 off on a device, or on: disable_ipv6 in /proc/sys, for which there is no other way.
 * Returns 0 or -errno; -ENOENT: there is no /proc/sys, or no IPv6 on it.
 */
int netns_set_ipv6(const struct netns *net, const char *name, bool on);

/* The inode number that the namespace has in /proc; 0 where that is not mounted. */
uint64_t netns_inode(struct netns *net);

/*
 * A number that tells the device of this name from every other, one that is made later with the
 * same name and index included, until the next boot: what sysfs has for it, which is never used
 * twice (__kernfs_new_node() in fs/kernfs/dir.c). known is what it was when it was asked for the
 * last time, or 0.
 *
 * /sys may be missing, or be that of another namespace. It is believed where it shows the number
 * that is known, or the device that netns_expect_device() did not find in it; else this looks into
 * a sysfs of its own, which takes longer. 0 where that cannot be had: a kernel before 5.2, or no
 * CAP_SYS_ADMIN.
 */
uint64_t netns_device_serial(struct netns *net, const char *name, uint64_t known);
/* From so many devices on it pays to read all serials at once. */
#define NETNS_MANY 48
/*
 * Many serials are going to be asked for: those of all devices are read with the first one, and
 * forgotten when this says false.
 */
void netns_ask_for_many(struct netns *net, bool many);
/* To be called before a device is made; name is kept. */
void netns_expect_device(struct netns *net, const char *name);

/*
 * Puts the device of that name and index into a device group, through sysfs: at RTM_SETLINK IPv6
 * looks through all of its routes, for each device that is up and has carrier, and of 4,000 that
 * is half of what their deletion takes. For a device without carrier RTM_SETLINK is quicker, many
 * a datagram. Returns 0 or -errno; netns_device_serial() must have found a sysfs before.
 */
int netns_set_group(struct netns *net, const char *name, int ifindex, uint32_t group);

/*
 * What n files of this device have in sysfs, all of them numbers; -1 where there is no such file.
 * Returns 0 or -errno: where /sys is of another namespace, and another device has that name.
 */
int netns_read_device(const struct netns *net, const char *name, int ifindex,
		      const char *const *files, long *values, size_t n);

/*
 * The name of the next device on top of this one (a VLAN, a macvlan, a master) in the same
 * namespace, after *at, which is 0 at first. Returns 1, 0 where there is none left, as far as
 * sysfs tells, or -errno: netns_device_serial() must have found it before.
 */
int netns_next_upper(const struct netns *net, const char *name, char upper[IFNAMSIZ], size_t *at);

/* Opens /dev/net/tun there. Returns a descriptor, or -errno. */
int netns_open_tun(const struct netns *net);

#endif
