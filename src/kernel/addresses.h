/* SPDX-License-Identifier: MIT */
/* How addresses appear in the kernel's messages. */
#ifndef KERNEL_ADDRESSES_H
#define KERNEL_ADDRESSES_H

#include "kernel/netlink.h"
#include "nic/nic.h"

/* An address of the family AF_INET or AF_INET6; nothing is written where it is not one. */
void ip_read(struct ip *ip, uint8_t family, const struct netlink_attr *attr);

/* What an RTM_NEWADDR says. */
void address_read(struct address *address, const struct netlink_answer *answer);

#endif
