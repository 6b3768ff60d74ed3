/* SPDX-License-Identifier: MIT */
/*
 * Offloads: what the reader of a tap takes unfinished from the kernel. In the file and in the
 * output they have ethtool's names, in the driver they are the TUN_F_* bits of linux/if_tun.h.
 */
#ifndef NIC_OFFLOAD_H
#define NIC_OFFLOAD_H

#include <stddef.h>
#include <stdint.h>

/* There are so many; the name of each. */
#define OFFLOADS 5
const char *offload_name(size_t i);

/* The TUN_F_* bits of a name of ethtool -k; 0 where a tap has no such offload. */
uint32_t offload_bit(const char *name);

/* The names of the bits, with commas between, or "none", to buf of size bytes. */
void offload_format(char *buf, size_t size, uint32_t bits);

#endif
