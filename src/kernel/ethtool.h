/* SPDX-License-Identifier: MIT */
/* Settings that are read through SIOCETHTOOL. */
#ifndef KERNEL_ETHTOOL_H
#define KERNEL_ETHTOOL_H

#include <stdint.h>

/* The offloads that are on, as TUN_F_* bits (nic/offload.h). Returns 0 or -errno. */
int ethtool_get_offload(int sock, const char *nic, uint32_t *bits);

#endif
