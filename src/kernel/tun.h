/* SPDX-License-Identifier: MIT */
/*
 * /dev/net/tun, one function an ioctl. Every function returns 0 (or a descriptor) or -errno,
 * and prints nothing. The source of the rules is the driver, drivers/net/tun.c.
 */
#ifndef KERNEL_TUN_H
#define KERNEL_TUN_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#define TUN_DEVICE "/dev/net/tun"

/* Opens /dev/net/tun in the network namespace of the caller. Returns a descriptor. */
int tun_open(void);

/*
 * Attaches fd to the device called name, or makes it where there is none. flags are IFF_TAP or
 * IFF_TUN with IFF_NO_PI, IFF_VNET_HDR, IFF_MULTI_QUEUE, IFF_TUN_EXCL as wanted. carrier says
 * whether the link is up afterwards: down for a new device, so that making it starts no IPv6
 * that closing it would have to stop; as it is for one that others may have open.
 */
int tun_attach(int fd, const char *name, unsigned flags, bool carrier);

/* Is fd a descriptor of the device that is called so? */
bool tun_is_attached_to(int fd, const char *name);

int tun_set_owner(int fd, uid_t owner);
int tun_set_group(int fd, gid_t group);
int tun_set_persist(int fd, bool persist);
int tun_set_carrier(int fd, bool on);
/* Detaches or attaches this descriptor's queue of a multi_queue device. */
int tun_set_queue(int fd, bool attached);
/* Length of the virtio-net header in bytes: 10 or 12 (virtio specification, 5.1.6). */
int tun_set_vnet_hdr_size(int fd, int bytes);
/* TUN_F_* bits of linux/if_tun.h: what the reader of the device takes unfinished. */
int tun_set_offload(int fd, unsigned bits);
/*
 * Resets what somebody who has a new device open can leave in it: filters of addresses and of
 * packets, programs, the size of the send buffer, the byte order and size of headers, the type
 * of the link, offloads. What an older kernel lacks nobody can have set.
 */
void tun_reset(int fd, bool tap, int header_bytes);
/* Lets the kernel drop every frame that is sent to the device (tap only), or none. */
int tun_set_drop_all(int fd, bool drop);

#endif
