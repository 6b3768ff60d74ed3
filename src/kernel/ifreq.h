/* SPDX-License-Identifier: MIT */
/*
 * SIOCSIF*, one function an ioctl (netdevice(7)). sock is any AF_INET socket of the network
 * namespace in which the NIC is. Every function returns 0 or -errno, and prints nothing.
 */
#ifndef KERNEL_IFREQ_H
#define KERNEL_IFREQ_H

/* mac: six bytes of an Ethernet address. */
int ifreq_set_mac(int sock, const char *name, const unsigned char mac[6]);
/* bytes: 68 to 65521 on a tap, to 65535 on a tun (the driver's own limits). */
int ifreq_set_mtu(int sock, const char *name, unsigned bytes);
/* packets: how many frames wait for a slow reader. */
int ifreq_set_txqueuelen(int sock, const char *name, unsigned packets);
/* flags: IFF_* of net/if.h, all that are to be on. */
int ifreq_set_flags(int sock, const char *name, unsigned flags);
/* The name of the interface with that index, and the index of that name (netdevice(7)). */
int ifreq_get_name(int sock, int ifindex, char name[16]);
int ifreq_get_index(int sock, const char *name, int *ifindex);
/* Has that interface the name still? -ENODEV where it is gone, or another one has it. */
int ifreq_check_index(int sock, const char *name, int ifindex);

#endif
